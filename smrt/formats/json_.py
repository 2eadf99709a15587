"""JSON as AWS CLI prints it: four spaces, no ASCII escapes, a newline at the end."""

import json
from collections.abc import Iterator
from typing import Any

from . import Look


def pieces(value: Any, look: Look) -> Iterator[str]:  # noqa: ARG001 - the signature of a format
    """`value` as JSON text."""
    yield json.dumps(value, indent=4, ensure_ascii=False)
    yield "\n"
