"""How a result is printed: one module per format, each a pure function of a value.

AWS's own account of them: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple

FORMATS = {
    "json": "json_",
    "text": "text",
    "table": "table",
    "yaml": "yaml_",
    "yaml-stream": "yaml_stream",
    "off": "off",
}
"""The formats by their names on the command line, and the module of each."""


class Style(NamedTuple):
    """What a format may know of where its text goes; `width` is in columns.

    A format that paints, or measures, makes foreign text `shown` first; the console does so with
    all that is not Painted.
    """

    title: str = ""
    width: int = 80
    color: bool = False
    terminal: bool = False

    def visible(self, text: str) -> str:
        """`text` as it may stand where it goes: on a terminal, its controls are escaped."""
        if not self.terminal:
            return text
        from smrt.protocol.visible import visible

        return visible(text)


def render(value: Any, name: str, look: Style = Style()) -> Iterator[str]:  # noqa: B008 - a value
    """`value` in the format `name`, piece by piece; nothing at all for an empty mapping.

    A piece is what AWS CLI writes at once: an encoding error counts its position from there.
    """
    if value == {}:
        return iter(())
    module = import_module(f".{FORMATS[name]}", __name__)
    chunks: Iterator[str] = module.chunks(value, look)
    return chunks
