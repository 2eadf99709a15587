"""A request as it arrives: its head, then its body."""

from http import HTTPStatus

from smrt.protocol.messages import Payload, Request, Url

from .request_body import RequestBody

MAX_HEADERS = 256
MAX_BODY = 1 << 30
"""Bytes; the input of an asynchronous call may have 1 GB."""


class RequestError(Exception):
    """A request that cannot be served: the status of the response, and its text."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class IncomingRequest:
    """A request, or as much of it as has arrived."""

    __slots__ = (
        "body",
        "has_head",
        "headers",
        "is_complete",
        "keeps_alive",
        "method",
        "target",
        "version",
    )

    def __init__(self) -> None:
        self.method = self.version = ""
        self.target = b""
        self.headers: list[tuple[str, str]] = []
        self.body = RequestBody()
        self.has_head = self.is_complete = self.keeps_alive = False

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits for 100 (Continue) before it sends the body."""
        return self.version != "1.0" and self.values("expect") == ["100-continue"]

    def values(self, name: str) -> list[str]:
        """The values of the header `name`, both in lower case."""
        return [value.lower() for key, value in self.headers if key.lower() == name]

    def add_header(self, name: bytes, value: bytes) -> None:
        """Add a header to the head. Raises RequestError."""
        if len(self.headers) == MAX_HEADERS:
            raise RequestError(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"a request has at most {MAX_HEADERS} headers",
            )
        self.headers.append((name.decode("ascii", "replace"), _text(value.strip(b" \t"))))

    def complete_head(self, method: str, version: str, *, keeps_alive: bool) -> None:
        """Complete the head. Raises RequestError if its body cannot be received."""
        self.method, self.version, self.keeps_alive = method, version, keeps_alive
        codings = self.values("transfer-encoding")
        if codings and (codings != ["chunked"] or version == "1.0"):
            raise RequestError(
                HTTPStatus.NOT_IMPLEMENTED, f"Transfer-Encoding {codings} is not supported"
            )
        if sum(map(int, self.values("content-length"))) > MAX_BODY:
            raise _too_large()
        self.has_head = True

    def write(self, chunk: bytes) -> None:
        """Add `chunk` to the body. Raises RequestError."""
        if self.body.length + len(chunk) > MAX_BODY:
            raise _too_large()
        try:
            self.body.write(chunk)
        except OSError as exc:
            raise RequestError(
                HTTPStatus.INSUFFICIENT_STORAGE, f"the body cannot be saved: {exc}"
            ) from exc

    def request(self, url: Url) -> Request:
        """The request to a server at `url`; without its body while that is not complete."""
        payload = self.body.payload() if self.is_complete else Payload(b"", 0, "")
        target = self.target.decode("ascii", "replace")
        return Request(self.method, url._replace(target=target), tuple(self.headers), payload)

    def without_upgrade(self) -> bytes:
        """The head, without the header Upgrade."""
        lines = [f"{name}: {value}" for name, value in self.headers if name.lower() != "upgrade"]
        start = b"%b %b HTTP/%b" % (self.method.encode(), self.target, self.version.encode())
        return b"\r\n".join((start, *(line.encode() for line in lines), b"", b""))


def _too_large() -> RequestError:
    return RequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {MAX_BODY} bytes")


def _text(value: bytes) -> str:
    """A header's value: UTF-8, or else Latin-1, which some clients send."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
