"""YAML 1.2 as AWS CLI prints it: sorted keys, block style; a bare scalar is printed as JSON.

Like AWS CLI, smrt uses libyaml if PyYAML was built with it. Otherwise PyYAML's own emitter writes
equivalent text, which can be folded differently.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

import yaml

from . import Style
from .colors import KEY, NUMBER, STRING, WORD, colored_json, colored_spans
from .yaml12 import TAG, resolving

PURE = resolving(yaml.SafeDumper)
FAST: Any = resolving(yaml.CSafeDumper) if yaml.__with_libyaml__ else PURE


def _float(dumper: Any, number: float) -> yaml.ScalarNode:
    text = repr(number) if math.isfinite(number) else repr(number).replace("inf", ".inf")
    node: yaml.ScalarNode = dumper.represent_scalar(TAG + "float", text.replace("nan", ".nan"))
    return node


def _string(dumper: Any, text: str) -> yaml.ScalarNode:
    # PyYAML's own emitter does not escape these line breaks; a parser reads them as spaces.
    style = '"' if set("\x85\u2028\u2029").intersection(text) else None
    node: yaml.ScalarNode = dumper.represent_scalar(TAG + "str", text, style=style)
    return node


PURE.add_representer(str, _string)
PURE.add_representer(float, _float)
FAST.add_representer(float, _float)


def chunks(value: Any, style: Style) -> Iterator[str]:
    """`value` as YAML text."""
    if isinstance(value, (dict, list)):
        yield document(value, style)
    else:
        text = json.dumps(value, ensure_ascii=False)
        yield colored_json(style.visible(text)) if style.color else text
        yield "\n"


def document(value: Any, style: Style) -> str:
    """A list or mapping as YAML text."""
    try:
        text = dumped(value, FAST)
    except UnicodeEncodeError:  # libyaml rejects half a surrogate pair
        text = dumped(value, PURE)
    # YAML escapes control characters itself
    return colored_spans(text, _spans(text)) if style.color else text


def dumped(value: Any, dumper: Any) -> str:
    """`value` as `dumper` writes it."""
    text: str = yaml.dump(value, Dumper=dumper, allow_unicode=True, default_flow_style=False)
    return text


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    """The positions of the scalars of a YAML text, and their colors."""
    is_key = False
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, (yaml.KeyToken, yaml.ValueToken)):
            is_key = isinstance(token, yaml.KeyToken)
        elif isinstance(token, yaml.ScalarToken):
            rendition = KEY if is_key else _rendition(token)
            yield token.start_mark.index, token.end_mark.index, rendition


def _rendition(token: yaml.ScalarToken) -> str:
    if not token.plain:
        return STRING
    for tag, pattern in PURE.yaml_implicit_resolvers.get(token.value[:1], ()):
        if pattern.match(token.value):
            return NUMBER if tag in (TAG + "int", TAG + "float") else WORD
    return STRING
