"""smrt's NamedTuple behaves as that of `typing`, for its first instance and for later ones."""

import pickle
import typing
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.named_tuple import NamedTuple


class Point(NamedTuple):
    x: int
    y: int = 2
    name: str = "p"

    @property
    def total(self) -> int:
        return self.x + self.y


class Expected(typing.NamedTuple):
    x: int
    y: int = 2
    name: str = "p"


def fresh() -> Any:
    """A class without instances, as after its definition."""
    fields = {"__annotations__": Point.__annotations__, "y": 2, "name": "p"}
    metaclass: Any = type(NamedTuple)
    return metaclass("Expected", (NamedTuple,), {**fields, "__module__": __name__})


def outcome(make: Callable[[], Any]) -> object:
    try:
        return tuple(make())
    except TypeError:
        return TypeError


ARGUMENTS = st.lists(st.integers(), max_size=4)
KEYWORDS = st.dictionaries(st.sampled_from(["x", "y", "name", "z"]), st.integers())


@given(ARGUMENTS, KEYWORDS)
def test_arguments_become_the_same_items_or_are_rejected(
    arguments: list[Any], keywords: dict[str, Any]
) -> None:
    expected = outcome(lambda: Expected(*arguments, **keywords))
    cls = fresh()
    made = [outcome(lambda: cls(*arguments, **keywords)) for _ in range(3)]
    assert made == [expected] * 3


@pytest.mark.parametrize("cls", [Point, fresh()])
def test_the_methods_are_those_of_typing(cls: Any) -> None:
    for _ in range(3):
        point, expected = cls(1, name="q"), Expected(1, name="q")
        assert repr(point).partition("(")[2] == repr(expected).partition("(")[2]
        assert point._asdict() == expected._asdict()
        assert point._replace(y=5) == expected._replace(y=5)
        assert cls._make([1, 2, "q"]) == expected
        assert (cls._fields, cls._field_defaults) == (Expected._fields, Expected._field_defaults)
        assert cls.__match_args__ == Expected.__match_args__
        assert (point.x, point.y, point.name) == (1, 2, "q")
        assert not hasattr(point, "__dict__")


def test_unknown_fields_are_not_replaced() -> None:
    with pytest.raises((TypeError, ValueError)):
        Point(1)._replace(z=1)  # type: ignore[call-arg]


def test_instances_can_be_pickled_and_have_the_methods_of_their_class() -> None:
    point = pickle.loads(pickle.dumps(Point(3)))
    assert (type(point), point, point.total) == (Point, (3, 2, "p"), 5)
