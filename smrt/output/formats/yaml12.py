"""Plain scalars of YAML 1.2 for PyYAML, which by default reads and writes YAML 1.1.

It is the core schema of https://yaml.org/spec/1.2.2/#103-core-schema, plus some older forms that
AWS CLI's YAML supports: 0b11, 1_000, timestamps, << and =.
"""

import base64
import binascii
import re
from collections import Counter
from typing import Any, TypeVar

import yaml
from yaml.constructor import ConstructorError

from .yaml_syntax import SyntaxLoader

TAG = "tag:yaml.org,2002:"
MAX_VALUES = 100_000
"""The maximum number of values in a document with its aliases expanded."""

_DIGITS = "-+0123456789"
_FLOAT = (
    r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)"
    r"|\.[0-9_]+(?:[eE][-+][0-9]+)?|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)"
)
_TIMESTAMP = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?"
)
_PLAIN_SCALARS = (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("float", _FLOAT, _DIGITS + "."),
    ("int", "[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]+)", _DIGITS),
    ("merge", "<<", "<"),
    ("null", "|~|null|Null|NULL", ["~", "n", "N", ""]),
    ("timestamp", _TIMESTAMP, "0123456789"),
    ("value", "=", "="),
)
_BASES = {"0b": 2, "0o": 8, "0x": 16}

# PyYAML raises these for a value that is invalid for its tag or type: 2020-13-45, !!bool x.
_INVALID = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)

Class = TypeVar("Class", bound=type[Any])


def resolving(base: Class) -> Class:
    """A subclass of a loader or dumper of PyYAML that resolves plain scalars as YAML 1.2."""
    derived: Any = type(base.__name__, (base,), {"yaml_implicit_resolvers": {}})
    for name, pattern, first in _PLAIN_SCALARS:
        derived.add_implicit_resolver(TAG + name, re.compile(rf"(?:{pattern})\Z"), list(first))
    typed: Class = derived
    return typed


def load_yaml(source: str | bytes) -> Any:
    """The only document in `source`; tags cannot create Python objects.

    Raises YAMLError for invalid YAML, an unknown tag, a duplicate key, a value that is invalid for
    its tag, and aliases that are circular or expand to more than MAX_VALUES values.
    """
    loader = None
    try:
        loader = _LOADER(source)
        node = loader.get_single_node()
        if node is None:
            return None
        _count(node, {})
        return loader.construct_document(node)
    except RecursionError as exc:
        raise ConstructorError(problem="nested too deeply") from exc
    finally:
        if loader:
            loader.dispose()


def _integer(loader: Any, node: yaml.ScalarNode) -> int:
    if loader.is_version_1_1:
        number: int = loader.construct_yaml_int(node)
        return number
    text = loader.construct_scalar(node).replace("_", "")
    digits = text.lstrip("+-")
    return int(text, _BASES.get(digits[:2], 10))


def _binary(loader: Any, node: yaml.ScalarNode) -> bytes:
    text = "".join(loader.construct_scalar(node).split())
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as exc:
        raise ConstructorError(
            problem=f"!!binary is not followed by base64 ({exc})", problem_mark=node.start_mark
        ) from exc


class _Loader(SyntaxLoader):
    """A loader whose errors have a position, and whose anchors can be defined again."""

    bool_values = {**yaml.SafeLoader.bool_values, "y": True, "n": False}  # noqa: RUF012 - PyYAML's

    def compose_document(self) -> yaml.Node | None:
        if self.is_version_1_1:
            self.yaml_implicit_resolvers = _Loader11.yaml_implicit_resolvers
        node: yaml.Node | None = super().compose_document()
        return node

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if not isinstance(event, yaml.AliasEvent):
            self.anchors.pop(event.anchor, None)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyYAML's signature
        try:
            return super().construct_object(node, deep)
        except _INVALID as exc:
            raise _error("invalid value for its tag or type", node) from exc


def _timestamp(loader: Any, node: yaml.ScalarNode) -> Any:
    """A date, or a time in UTC without a time zone, as in AWS CLI."""
    value = loader.construct_yaml_timestamp(node)
    offset = value.utcoffset() if hasattr(value, "utcoffset") else None
    return value if offset is None else (value - offset).replace(tzinfo=None)


class _Loader11(yaml.SafeLoader):
    """YAML 1.1 as the AWS CLI reads it: PyYAML's forms, y and n, 1e3, ._5 and +_5."""


_Loader11.add_implicit_resolver(TAG + "bool", re.compile(r"[yYnN]\Z"), list("yYnN"))
_Loader11.add_implicit_resolver(
    TAG + "float",
    re.compile(r"(?:[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9_]+(?:[eE][-+][0-9]+)?)\Z"),
    list(_DIGITS + "."),
)
_Loader11.add_implicit_resolver(TAG + "int", re.compile(r"[-+]?0?[0-7_]+\Z"), list(_DIGITS))
_LOADER = resolving(_Loader)
_LOADER.add_constructor(TAG + "int", _integer)
_LOADER.add_constructor(TAG + "binary", _binary)
_LOADER.add_constructor(TAG + "timestamp", _timestamp)


def _count(node: yaml.Node, counts: dict[int, int]) -> int:
    """The number of values of `node` with its aliases expanded; each node is visited once."""
    if id(node) in counts:
        count = counts[id(node)]
        if not count:
            raise _error("a value contains itself", node)
        return count
    counts[id(node)] = 0  # while its children are counted
    count = 1 + sum(_count(child, counts) for child in _children(node))
    if count > MAX_VALUES:
        raise _error(f"its aliases expand to more than {MAX_VALUES:,} values", node)
    counts[id(node)] = count
    return count


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        _check_duplicates([key for key, _ in node.value])
        return [child for pair in node.value for child in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _check_duplicates(keys: list[yaml.Node]) -> None:
    seen = Counter((key.tag, key.value) for key in keys if isinstance(key, yaml.ScalarNode))
    for key in keys:
        if isinstance(key, yaml.ScalarNode) and seen[key.tag, key.value] > 1:
            raise _error(f'duplicate key "{key.value}"', key)


def _error(problem: str, node: yaml.Node) -> ConstructorError:
    return ConstructorError(problem=problem, problem_mark=node.start_mark)
