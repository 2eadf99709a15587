"""How a failure is told: in AWS's sentence with details and hints, or in a format for programs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smrt.errors import DEFAULT_ERROR_FORMAT, ERROR_FORMATS, ServiceError, SmrtError

from .console import NAME, Console, colours

OPTION = "--cli-error-format"


def tell(
    error: SmrtError, console: Console, arguments: Sequence[str], environ: Mapping[str, str]
) -> None:
    """Tell `error` on standard error, in the format that the command line or a profile names."""
    name = requested_error_format(arguments, environ)
    if name in ("enhanced", "legacy"):
        console.say(*_sentences(error, enhanced=name == "enhanced"))
    else:
        from .formats import Look, render

        coloured = name == "table" and colours(console, option(arguments, "--color"), environ)
        look = Look("error", console.width, coloured, console.complains_to_terminal)
        console.say(*render(_fields(error), name, look))


def requested_error_format(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """The format in force, found without parsing: the parser itself may be what failed."""
    from smrt.config import configuration

    named = option(arguments, OPTION)
    if named in ERROR_FORMATS:
        return named
    try:
        return configuration.error_format(
            configuration.load(environ, option(arguments, "--profile"))
        )
    except SmrtError:
        return DEFAULT_ERROR_FORMAT


def option(arguments: Sequence[str], flag: str) -> str | None:
    """The last value of an option, wherever it stands."""
    found = None
    for index, word in enumerate(arguments):
        if word.startswith(flag + "="):
            found = word[len(flag) + 1 :]
        elif word == flag and index + 1 < len(arguments):
            found = arguments[index + 1]
    return found


def _sentences(error: SmrtError, *, enhanced: bool) -> Iterator[str]:
    """The lines that people read."""
    told = error.sentence if enhanced or isinstance(error, ServiceError) else error.message
    yield f"{NAME}: [ERROR]: {told.strip()}\n"
    details = {**(error.details if enhanced else {}), **error.metadata}
    if details:
        yield "\nAdditional error details:\n"
        for name, value in details.items():
            yield f"{name}: {value}\n"
    for hint in error.hints:
        yield f"{NAME}: hint: {hint}\n"
    if error.resume:
        yield f"{NAME}: hint: take the wait up again: {error.resume}\n"


def _fields(error: SmrtError) -> dict[str, Any]:
    """The fields that programs read, in AWS's order."""
    more = {**error.metadata, **({"Resume": error.resume} if error.resume else {})}
    if isinstance(error, ServiceError):
        return {"Message": error.message, "Code": error.code, **error.members, **more}
    return {"Code": error.code, "Message": error.message, **more}
