"""Checks and converts the parameters of an operation, and lays them out for the wire."""

import re
from binascii import a2b_base64
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from smrt.errors import UsageError

from .messages import Headers
from .operations import HttpLocation, Kind, Member, Operation
from .urls import percent_encoded

RAW_REMEDIES = (
    "to send the text as it is, add --cli-binary-format raw-in-base64-out",
    "to send a file's bytes as they are, use --body fileb://PATH; for standard input, --body -",
)
_LETTERS = re.compile(r"[A-Za-z0-9+/]*")
_LAST_QUAD = re.compile(r"(?:[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=))?")
_WHITE = str.maketrans("", "", " \t\n\r\f\v")
_SHOWN = 40


class Base64Error(UsageError):
    """Text that should be base64 is none."""


def decode_base64(pieces: Iterable[str], flag: str = "--body") -> Iterator[bytes]:
    """The bytes behind base64 text (RFC 4648, section 4) that comes piece by piece.

    Padding has to be complete; ASCII white space is dropped; anything else raises Base64Error.
    """
    held = start = ""
    for piece in pieces:
        start += piece[: _SHOWN + 1 - len(start)]
        held += piece.translate(_WHITE)
        letters = _LETTERS.match(held).end()  # type: ignore[union-attr]  # it matches "" too
        whole = letters - letters % len("xxxx")
        yield a2b_base64(held[:whole])
        held = held[whole:]
        if len(held) > len("xx=="):
            break
    if not _LAST_QUAD.fullmatch(held):
        raise Base64Error(f'Invalid base64: "{_shown(start)}" ({flag})', *RAW_REMEDIES)
    yield a2b_base64(held)


def encode_blob(pieces: Iterable[str], binary_format: str, flag: str = "--body") -> Iterator[bytes]:
    """The bytes of a blob that was given as text, read by one of BINARY_FORMATS."""
    if binary_format == "base64":
        return decode_base64(pieces, flag)
    return (_utf8(piece, flag, RAW_REMEDIES[1]) for piece in pieces)


def integer(text: str | bytes, flag: str) -> int:
    """The whole number in `text`, as Python's int() reads it; UsageError where there is none."""
    try:
        return int(text)
    except ValueError as exc:
        raise UsageError(f"{exc} ({flag})", f"{flag} takes a whole number") from exc


def check(operation: Operation, parameters: Mapping[str, Any]) -> None:
    """Raise one UsageError that names everything wrong with `parameters`, in AWS's words.

    As AWS does, maxima and patterns are left to the service, but for the size of an asynchronous
    Body, which nothing accepts; an empty EndpointName, which AWS CLI sends, is refused.
    """
    known = {member.name: member for member in operation.members}
    unknown = [name for name in parameters if name not in known]
    problems: list[tuple[Member | None, str]] = [
        (None, f'Unknown parameter in input: "{name}", must be one of: {", ".join(known)}')
        for name in unknown
    ]
    problems += [
        (member, f'Missing required parameter in input: "{member.name}"')
        for member in operation.members
        if member.required and member.name not in parameters
    ]
    for member in operation.members:
        if member.name in parameters:
            problems += [(member, text) for text in _problems(member, parameters[member.name])]
    if problems:
        raise _invalid(operation, problems, *_nearest(unknown, known))


def check_size(operation: Operation, length: int) -> None:
    """Raise UsageError where a body of `length` bytes is more than the operation can take."""
    body = operation.member("Body")
    if body.maximum is not None and length > body.maximum:
        raise UsageError(
            "Parameter validation failed:\nInvalid length for parameter Body, "
            f"value: {length}, valid max length: {body.maximum}",
            "add --stage s3://BUCKET/PREFIX: the body goes to S3, and the call names it",
            "or put it there yourself, and name it with --input-location",
        )


def path(operation: Operation, parameters: Mapping[str, Any]) -> str:
    """The request's path, the parameters in it percent-encoded; UsageError where one is missing."""
    filled = operation.path
    for member in operation.members:
        if member.place is HttpLocation.URI:
            if parameters.get(member.name) is None:  # even when nothing is to be checked
                missing = f'Missing required parameter in input: "{member.name}"'
                raise _invalid(operation, [(member, missing)])
            value = str(parameters[member.name])
            _utf8(value, member.flag)
            filled = filled.replace("{" + member.wire + "}", percent_encoded(value))
    return filled


def headers(operation: Operation, parameters: Mapping[str, Any]) -> Headers:
    """The headers that carry parameters; UsageError for a value that no header can hold."""
    return tuple(
        (member.wire, _header_value(member, str(parameters[member.name])))
        for member in operation.members
        if member.place is HttpLocation.HEADER and parameters.get(member.name) is not None
    )


def _nearest(unknown: Collection[str], known: Collection[str]) -> Iterator[str]:
    """A hint for each name that is almost one: `endpointName`, `endpoint_name`, `EndpontName`."""
    from difflib import get_close_matches

    plain = {_bare(name): name for name in known}
    for name in unknown:
        for near in get_close_matches(_bare(str(name)), plain, 1, cutoff=0.7):
            yield f"did you mean {plain[near]} instead of {name}?"


def _bare(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _invalid(
    operation: Operation, problems: Collection[tuple[Member | None, str]], *hints: str
) -> UsageError:
    """Everything that is wrong, in one error whose hints name the options that it is about."""
    lines = [text for _, text in problems]
    flags = [member.flag for member, _ in problems if member is not None]
    if flags:
        hints = (*hints, f"see {', '.join(flags)} in smrt {operation.command} --help")
    return UsageError("\n".join(("Parameter validation failed:", *lines)), *hints)


def _problems(member: Member, value: Any) -> Iterator[str]:
    valid = {
        Kind.STRING: (isinstance(value, str), "<class 'str'>"),
        Kind.INTEGER: (isinstance(value, int), "<class 'int'>"),
        Kind.BLOB: (
            isinstance(value, bytes | bytearray | str) or hasattr(value, "read"),
            "<class 'bytes'>, <class 'bytearray'>, file-like object",
        ),
    }
    fits, types = valid[member.kind]
    if not fits:
        yield (
            f"Invalid type for parameter {member.name}, value: {value}, "
            f"type: {type(value)}, valid types: {types}"
        )
    elif member.kind is Kind.STRING:
        minimum = 1 if member.place is HttpLocation.URI else member.minimum or 0
        if len(value) < minimum:
            yield (
                f"Invalid length for parameter {member.name}, value: {len(value)}, "
                f"valid min length: {minimum}"
            )
    elif member.kind is Kind.INTEGER and member.minimum is not None and value < member.minimum:
        yield (
            f"Invalid value for parameter {member.name}, value: {value}, "
            f"valid min value: {member.minimum}"
        )


def _header_value(member: Member, value: str) -> str:
    if "\r" in value or "\n" in value:
        raise UsageError(
            f"Invalid header value {value!r} ({member.flag}): it holds a line break",
            "where the value comes from a file, write the file without a newline at its end",
        )
    _utf8(value, member.flag)
    return value


def _shown(start: str) -> str:
    """The beginning of a text, in one line."""
    cut = start if len(start) <= _SHOWN else start[:_SHOWN] + "..."
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut)


def _utf8(text: str, flag: str, *hints: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as exc:
        raise UsageError(f"the value of {flag} is not valid UTF-8 text", *hints) from exc
