"""Output formats: one module each, a pure function of a value.

AWS's documentation: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from smrt.named_tuple import NamedTuple

FORMATS = {
    "json": "json_",
    "text": "text",
    "table": "table",
    "yaml": "yaml_",
    "yaml-stream": "yaml_stream",
    "off": "off",
}
"""The formats by their names on the command line, with their modules."""


class Style(NamedTuple):
    """The title, and the properties of the destination; `width` is in columns.

    A format that colors or measures text calls `visible` first; the console escapes all text that
    is not Painted.
    """

    title: str = ""
    width: int = 80
    color: bool = False
    terminal: bool = False

    def visible(self, text: str) -> str:
        """`text` for the destination: for a terminal, control characters are escaped."""
        if not self.terminal:
            return text
        from smrt.protocol.visible import visible

        return visible(text)


def render(value: Any, name: str, style: Style = Style()) -> Iterator[str]:  # noqa: B008 - a value
    """`value` in the format `name`, in chunks; an empty mapping has none.

    AWS CLI writes the same chunks: an encoding error counts its position from their start.
    """
    return iter(()) if value == {} else formatted(value, name, style)


def formatted(value: Any, name: str, style: Style) -> Iterator[str]:
    """`value` in the format `name`, in chunks, an empty mapping too."""
    module = import_module(f".{FORMATS[name]}", __name__)
    chunks: Iterator[str] = module.chunks(value, style)
    return chunks
