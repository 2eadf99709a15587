r"""Lines of tab-separated values, for awk and cut; sorted by key, without the keys.

A mapping is a line of its scalars. Nested values follow, in lines that start with their key in
capitals. A list of scalars is one line, or, under a key, a line for each. The mappings of a list
have the same columns: the union of their scalar keys. In a list with scalars and lists or mappings,
the scalars are printed first. (AWS CLI fails if a list has scalars and mappings.)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import Style


def chunks(value: Any, style: Style) -> Iterator[str]:  # noqa: ARG001 - the signature of a format
    """`value` as lines of text."""
    return _lines(value, None, None)


def _lines(value: Any, name: str | None, columns: Sequence[str] | None) -> Iterator[str]:
    if isinstance(value, dict):
        return _mapping(value, name, columns)
    if isinstance(value, list):
        return _sequence(value, name)
    return iter((f"{value}\n",))


def _mapping(
    value: Mapping[str, Any], name: str | None, columns: Sequence[str] | None
) -> Iterator[str]:
    if columns is None:
        columns = _scalar_keys([value])
    if columns:
        yield _line([str(value.get(key, "")) for key in columns], name)
    for key in sorted(value.keys() - set(columns)):
        yield from _lines(value[key], key, None)


def _sequence(items: Sequence[Any], name: str | None) -> Iterator[str]:
    scalars = [str(item) for item in items if not _is_nested(item)]
    if name is not None:
        yield from (_line([scalar], name) for scalar in scalars)
    elif scalars:
        yield _line(scalars, None)
    columns = _scalar_keys([item for item in items if isinstance(item, dict)])
    for item in items:
        if _is_nested(item):
            yield from _lines(item, name, columns)


def _line(cells: Sequence[str], name: str | None) -> str:
    head = () if name is None else (name.upper(),)
    return "\t".join((*head, *cells)) + "\n"


def _scalar_keys(mappings: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted({key for each in mappings for key in each if not _is_nested(each[key])})


def _is_nested(value: Any) -> bool:
    return isinstance(value, (dict, list))
