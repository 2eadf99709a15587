"""YAML as a list of replies, one item for each; a call of ours has one."""

from collections.abc import Iterator
from typing import Any

from . import Style
from .yaml_ import document


def chunks(value: Any, look: Style) -> Iterator[str]:
    """`value` as the only item of a YAML list."""
    yield document([value], look)
