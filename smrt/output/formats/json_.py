"""JSON as AWS CLI prints it: four spaces, no ASCII escapes, a newline at the end."""

import json
from collections.abc import Iterator
from typing import Any

from . import Style


def chunks(value: Any, style: Style) -> Iterator[str]:
    """`value` as JSON text."""
    chunks = json.JSONEncoder(indent=4, ensure_ascii=False).iterencode(value)
    if style.color:
        from .colors import colored_json

        yield colored_json(style.visible("".join(chunks)))
    else:
        yield from chunks
    yield "\n"
