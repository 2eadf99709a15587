"""The heads of requests and responses as header fields of HTTP/2."""

from collections.abc import Iterable

from smrt.protocol.messages import Headers, Request
from smrt.transport.response_parser import ResponseHead

_NOT_FORWARDED = frozenset({"connection", "host", "proxy-connection", "transfer-encoding"})


def request_fields(request: Request) -> Headers:
    """The header fields of `request`: the pseudo-headers first, names in lower case."""
    fields = ((name.lower(), value) for name, value in request.headers)
    return (
        (":method", request.method),
        (":scheme", request.url.scheme),
        (":authority", request.url.authority),
        (":path", request.url.target),
        *((name, value) for name, value in fields if name not in _NOT_FORWARDED),
    )


def received_head(received: Iterable[tuple[bytes | str, bytes | str]]) -> ResponseHead:
    """The head of a response with the header fields `received`."""
    fields = [(_text(name), _text(value)) for name, value in received]
    status = next(value for name, value in fields if name == ":status")
    headers = tuple(field for field in fields if not field[0].startswith(":"))
    return ResponseHead(int(status), "", headers)


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")
