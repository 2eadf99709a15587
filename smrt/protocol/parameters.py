"""Validates an operation's parameters and converts them to a request's path, headers and body."""

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
_DIGITS = re.compile(r"[A-Za-z0-9+/]*")
_LAST_QUAD = re.compile(r"(?:[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=))?")
_WHITE = str.maketrans("", "", " \t\n\r\f\v")
_MAX_EXCERPT = 40


class Base64Error(UsageError):
    """Invalid base64."""


def decode_base64(chunks: Iterable[str], flag: str = "--body") -> Iterator[bytes]:
    """Decode chunks of base64 text (RFC 4648, section 4).

    ASCII white space is ignored. Anything else, including incomplete padding, raises Base64Error.
    """
    buffer = start = ""
    for chunk in chunks:
        start += chunk[: _MAX_EXCERPT + 1 - len(start)]
        buffer += chunk.translate(_WHITE)
        digits = _DIGITS.match(buffer).end()  # type: ignore[union-attr]  # it matches "" too
        complete = digits - digits % len("xxxx")
        yield a2b_base64(buffer[:complete])
        buffer = buffer[complete:]
        if len(buffer) > len("xx=="):
            break
    if not _LAST_QUAD.fullmatch(buffer):
        raise Base64Error(f'Invalid base64: "{_excerpt(start)}" ({flag})', *RAW_REMEDIES)
    yield a2b_base64(buffer)


def encode_blob(chunks: Iterable[str], binary_format: str, flag: str = "--body") -> Iterator[bytes]:
    """Convert the text of a blob to bytes, as one of BINARY_FORMATS."""
    if binary_format == "base64":
        return decode_base64(chunks, flag)
    return (_utf8(chunk, flag, RAW_REMEDIES[1]) for chunk in chunks)


def integer(text: str | bytes, flag: str) -> int:
    """Convert `text` to an integer, as Python's int() does; raises UsageError for other text."""
    try:
        return int(text)
    except ValueError as exc:
        raise UsageError(f"{exc} ({flag})", f"{flag} takes a whole number") from exc


def check(operation: Operation, parameters: Mapping[str, Any]) -> None:
    """Raise one UsageError that lists every problem with `parameters`, in AWS's words.

    As in AWS CLI, the service checks maxima and patterns. Unlike AWS CLI, this rejects an empty
    EndpointName. See `check_size` for the limit on an asynchronous Body.
    """
    known = {member.name: member for member in operation.members}
    unknown = [name for name in parameters if name not in known]
    problems: list[tuple[Member | None, str]] = [
        (member, f'Missing required parameter in input: "{member.name}"')
        for member in operation.members
        if member.required and member.name not in parameters
    ]
    problems += [
        (None, f'Unknown parameter in input: "{name}", must be one of: {", ".join(known)}')
        for name in unknown
    ]
    for member in operation.members:
        if member.name in parameters:
            problems += [(member, text) for text in _problems(member, parameters[member.name])]
    if problems:
        raise _invalid(operation, problems, *_spelling_hints(unknown, known))


def check_size(operation: Operation, length: int) -> None:
    """Raise UsageError if a body of `length` bytes exceeds the operation's limit."""
    body = operation.member("Body")
    if body.maximum is not None and length > body.maximum:
        raise UsageError(
            "Parameter validation failed:\nInvalid length for parameter Body, "
            f"value: {length}, valid max length: {body.maximum}",
            "add --stage s3://BUCKET/PREFIX to upload the body to S3",
            "or upload it yourself, and pass its S3 URI with --input-location",
        )


def path(operation: Operation, parameters: Mapping[str, Any]) -> str:
    """The request's path with percent-encoded parameters; raises UsageError if one is missing."""
    result = operation.path
    for member in operation.members:
        if member.location is HttpLocation.URI:
            if parameters.get(member.name) is None:  # checked even without validation
                missing = f'Missing required parameter in input: "{member.name}"'
                raise _invalid(operation, [(member, missing)])
            value = str(parameters[member.name])
            _utf8(value, member.flag)

            result = result.replace("{" + member.wire + "}", percent_encoded(value))
    return result


def headers(operation: Operation, parameters: Mapping[str, Any]) -> Headers:
    """The headers that carry parameters; raises UsageError for an invalid header value."""
    return tuple(
        (member.wire, _header_value(member, str(parameters[member.name])))
        for member in operation.members
        if member.location is HttpLocation.HEADER and parameters.get(member.name) is not None
    )


def _spelling_hints(unknown: Collection[str], known: Collection[str]) -> Iterator[str]:
    """Yield a hint for each near miss: `endpointName`, `endpoint_name`, `EndpontName`."""
    from difflib import get_close_matches

    normalized = {_normalized(name): name for name in known}
    for name in unknown:
        for match in get_close_matches(_normalized(str(name)), normalized, 1, cutoff=0.7):
            yield f"did you mean {normalized[match]} instead of {name}?"


def _normalized(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _invalid(
    operation: Operation, problems: Collection[tuple[Member | None, str]], *hints: str
) -> UsageError:
    """Build one error from all problems; its hints name the options concerned."""
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
    is_valid, types = valid[member.kind]
    if not is_valid:
        yield (
            f"Invalid type for parameter {member.name}, value: {value}, "
            f"type: {type(value)}, valid types: {types}"
        )
    elif member.kind is Kind.STRING:
        minimum = 1 if member.location is HttpLocation.URI else member.minimum or 0
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
            f"Invalid header value {value!r} ({member.flag}): it contains a line break",
            "if the value comes from a file, remove the newline at the end of the file",
        )
    _utf8(value, member.flag)
    return value


def _excerpt(start: str) -> str:
    """Return the beginning of a text on one line, with control characters escaped."""
    excerpt = start if len(start) <= _MAX_EXCERPT else start[:_MAX_EXCERPT] + "..."
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in excerpt)


def _utf8(text: str, flag: str, *hints: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as exc:
        raise UsageError(f"the value of {flag} is not valid UTF-8 text", *hints) from exc
