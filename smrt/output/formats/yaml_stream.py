"""YAML as a list of responses; a call of smrt has one."""

from collections.abc import Iterator
from typing import Any

from . import Style
from .yaml_ import document


def chunks(value: Any, style: Style) -> Iterator[str]:
    """`value` as the only item of a YAML list."""
    yield document([value], style)
