"""No output at all."""

from collections.abc import Iterator
from typing import Any

from . import Style


def chunks(value: Any, style: Style) -> Iterator[str]:  # noqa: ARG001 - the signature of a format
    """Nothing."""
    return iter(())
