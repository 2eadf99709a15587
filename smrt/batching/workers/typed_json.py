"""Typed values as JSON: named tuples, enums and operations, and what JSON itself has."""

import json
from collections.abc import Mapping
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

from smrt.protocol.operations import OPERATIONS, Operation

_T = TypeVar("_T")


def encode_json(value: object) -> bytes:
    """The value as a JSON text of one line."""
    return json.dumps(_plain(value)).encode()


def decode_json(kind: type[_T], text: bytes) -> _T:
    """The value of type `kind` that `encode_json` encoded."""
    value: _T = _typed(kind, json.loads(text))
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Operation):
        return value.name
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: _plain(getattr(value, name)) for name in value._fields}
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _typed(kind: Any, value: Any) -> Any:
    """The plain `value` as one of type `kind`; of a union, of its first member."""
    if value is None:
        return None
    if isinstance(kind, UnionType):
        kind = get_args(kind)[0]
    if kind is Operation:
        return next(operation for operation in OPERATIONS if operation.name == value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if isinstance(kind, type) and hasattr(kind, "_fields"):
        hints = get_type_hints(kind)
        return kind(**{name: _typed(hints[name], item) for name, item in value.items()})
    return value
