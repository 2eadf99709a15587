"""Prints an error: AWS's sentence with details and hints, or a format for programs."""

from collections.abc import Callable, Iterator
from typing import Any

from smrt.errors import ServiceError, SmrtError

from .console import NAME, App, has_style, uses_color

Paint = Callable[[str, str], str]
"""Paints a text in a graphic rendition, or returns it as it is."""
ERROR, HINT = "1;31", "1"
MAX_MESSAGE = 10_000
"""Characters of a message, or of a detail, that people read."""


def print_error(error: SmrtError, app: App, name: str, color: str | None = None) -> None:
    """Print `error` to standard error in the format `name`; `color` is --color, for a table."""
    console = app.console
    if name in ("enhanced", "legacy"):
        styled = has_style(app.environ, terminal=console.stderr_is_terminal and color != "off")
        paint = _paint if styled else _plain
        console.print_stderr(*_sentences(error, paint, enhanced=name == "enhanced"))
    else:
        from .formats import Style, render

        has_color = name == "table" and uses_color(console, color, app.environ)
        style = Style("error", console.width, has_color, console.stderr_is_terminal)
        console.print_stderr(*render(_fields(error), name, style))


def _paint(text: str, rendition: str) -> str:
    from .formats.colors import painted

    return painted(text, rendition)


def _plain(text: str, rendition: str) -> str:  # noqa: ARG001 - the signature of _paint
    return text


def _sentences(error: SmrtError, paint: Paint, *, enhanced: bool) -> Iterator[str]:
    """The lines of the formats enhanced and legacy."""
    if error.help:
        yield from (error.help, "\n")
    message = error.sentence if enhanced or isinstance(error, ServiceError) else error.message
    yield from (f"{NAME}: ", paint("[ERROR]:", ERROR), f" {_shortened(message.strip())}\n")
    details = {**(error.details if enhanced else {}), **error.metadata}
    if details:
        yield "\nAdditional error details:\n"
        for name, value in details.items():
            yield f"{name}: {_shortened(str(value))}\n"
    is_long = any(len(str(text)) > MAX_MESSAGE for text in (message, *details.values()))
    for hint in _hints(error, is_long=is_long):
        yield from (f"{NAME}: ", paint("hint:", HINT), f" {hint}\n")


def _hints(error: SmrtError, *, is_long: bool) -> Iterator[str]:
    if is_long:
        yield "--cli-error-format json prints all of it"
    yield from error.hints
    if error.resume:
        yield f"to resume waiting: {error.resume}"


def _shortened(text: str) -> str:
    """The beginning of a text that is too long for people."""
    rest = len(text) - MAX_MESSAGE
    return f"{text[:MAX_MESSAGE]}... ({rest:,} more characters)" if rest > 0 else text


def _fields(error: SmrtError) -> dict[str, Any]:
    """The fields of the formats for programs, in AWS's order."""
    more = {**error.metadata, **({"Resume": error.resume} if error.resume else {})}
    if isinstance(error, ServiceError):
        named = {"Message": error.message, "Code": error.code}
        return {**{name: named[name] for name in error.response["Error"]}, **error.members, **more}
    return {"Code": error.code, "Message": error.message, **more}
