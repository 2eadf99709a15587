"""What a plain scalar means in YAML 1.2, for PyYAML, which by itself reads and writes YAML 1.1.

It is the core schema of https://yaml.org/spec/1.2.2/#103-core-schema with some older forms that
the AWS CLI's YAML knows as well: 0b11, 1_000, timestamps, << and =.
"""

import re
from typing import Any, TypeVar

TAG = "tag:yaml.org,2002:"

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
_FORMS = (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("float", _FLOAT, _DIGITS + "."),
    ("int", "[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]+)", _DIGITS),
    ("merge", "<<", "<"),
    ("null", "|~|null|Null|NULL", ["~", "n", "N", ""]),
    ("timestamp", _TIMESTAMP, "0123456789"),
    ("value", "=", "="),
)

Class = TypeVar("Class", bound=type[Any])


def resolving(base: Class) -> Class:
    """A loader or dumper class of PyYAML, made to take plain scalars as YAML 1.2 does."""
    derived: Any = type(base.__name__, (base,), {"yaml_implicit_resolvers": {}})
    for name, pattern, first in _FORMS:
        derived.add_implicit_resolver(TAG + name, re.compile(rf"(?:{pattern})\Z"), list(first))
    typed: Class = derived
    return typed
