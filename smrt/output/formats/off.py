"""No output at all."""

from collections.abc import Iterator
from typing import Any

from . import Look


def pieces(value: Any, look: Look) -> Iterator[str]:  # noqa: ARG001 - the signature of a format
    """Nothing."""
    return iter(())
