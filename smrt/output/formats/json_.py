"""JSON as AWS CLI prints it: four spaces, no ASCII escapes, a newline at the end."""

import json
from collections.abc import Iterator
from typing import Any

from . import Look


def pieces(value: Any, look: Look) -> Iterator[str]:
    """`value` as JSON text."""
    chunks = json.JSONEncoder(indent=4, ensure_ascii=False).iterencode(value)
    if look.colour:
        from .colours import json_in_colour

        yield json_in_colour(look.shown("".join(chunks)))
    else:
        yield from chunks
    yield "\n"
