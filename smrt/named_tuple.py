"""NamedTuple as in `typing`, defined in a fifth of the time.

A call defines some thirty of them; with `typing`, that was 7 % of its time. `typing` compiles a
constructor for each class; here, a class compiles it for its second instance.
"""

import sys
from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple"]

if TYPE_CHECKING or sys.version_info >= (3, 14):  # which evaluates annotations only on demand
    from typing import NamedTuple
else:
    from _collections import _tuplegetter

    def _compiled(cls: Any, *args: Any, **kwargs: Any) -> Any:
        """Compile the constructor of `cls`, and call it."""
        names = ", ".join(cls._fields)
        code = f"lambda _cls, {names}: _new(_cls, ({names},))"
        cls.__new__ = eval(code, {"_new": tuple.__new__})  # noqa: S307 - the names of fields
        cls.__new__.__defaults__ = tuple(cls._field_defaults.values())
        return cls.__new__(cls, *args, **kwargs)

    class _NamedTupleType(type):
        """Makes the annotations of a class the items of a tuple."""

        def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:
            fields = tuple(namespace.get("__annotations__", ()))
            if not fields:
                return super().__new__(cls, name, bases, namespace)
            defaults = {field: namespace[field] for field in fields if field in namespace}
            names = {"_fields": fields, "_field_defaults": defaults, "__match_args__": fields}
            items = {field: _tuplegetter(index, None) for index, field in enumerate(fields)}
            return super().__new__(
                cls, name, bases, {**namespace, **names, **items, "__slots__": ()}
            )

    class NamedTuple(tuple, metaclass=_NamedTupleType):
        """A tuple whose items have names."""

        __slots__ = ()

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            """The first instance; arguments that do not fit are errors of the constructor."""
            cls.__new__ = _compiled
            fields = cls._fields
            values = {**cls._field_defaults, **dict(zip(fields, args, strict=False)), **kwargs}
            is_repeated = not kwargs.keys().isdisjoint(fields[: len(args)])
            if is_repeated or len(args) > len(fields) or values.keys() != {*fields}:
                return _compiled(cls, *args, **kwargs)
            return tuple.__new__(cls, map(values.__getitem__, fields))

        @classmethod
        def _make(cls, values: Any) -> Any:
            return cls(*values)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **values: Any) -> Any:
            return type(self)(**{**self._asdict(), **values})

        def __repr__(self) -> str:
            items = (f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({', '.join(items)})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)
