"""Parses the requests of one connection with llhttp, and limits what clients may send.

llhttp rejects what is ambiguous: two lengths, a length beside chunks, white space before a colon,
lines that end without CR. https://www.rfc-editor.org/rfc/rfc9112
"""

from collections import deque
from http import HTTPStatus

from httptools import (
    HttpParserCallbackError,
    HttpParserError,
    HttpParserUpgrade,
    HttpRequestParser,
)

from .incoming_request import IncomingRequest, RequestError

MAX_HEAD = 1 << 16
"""Bytes, to within one slice; also of the framing of a body."""
_MAX_OVERHEAD = 8
"""Bytes of framing per byte of a body in chunks."""
_SLICE = 1 << 13
"""Bytes to parse at once, which limits the number of pipelined requests in memory."""
_VERSIONS = ("1.0", "1.1")


class RequestParser:
    """Turns the bytes of a connection into messages.

    The methods on_... are called by llhttp.
    """

    def __init__(self) -> None:
        self._parser = HttpRequestParser(self)
        self._messages: deque[IncomingRequest] = deque()
        self._unparsed = memoryview(b"")
        self._error: RequestError | None = None
        self._size = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing of the next message has arrived."""
        return not self._messages

    def receive(self, data: bytes) -> None:
        """Parse `data` next, after `advance` has returned False."""
        self._unparsed = memoryview(data)

    def message(self) -> IncomingRequest | None:
        """The first message, as soon as its head is complete. Raises RequestError."""
        while not (self._messages and self._messages[0].has_head):
            if not self.advance():
                return None
        return self._messages[0]

    def advance(self) -> bool:
        """Parse some of the data; False if all of it is parsed.

        Raises RequestError for malformed data, after all messages before it were read.
        """
        if self._error:
            raise self._error
        data, self._unparsed = self._unparsed[:_SLICE], self._unparsed[_SLICE:]
        if not data:
            return False
        try:
            self._parse(data)
            self._check_size(len(data))
        except RequestError as exc:
            self._error = exc
        return True

    def remove_message(self) -> None:
        """Remove the first message, which has been responded to."""
        self._messages.popleft()

    def _parse(self, data: memoryview) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as exc:
            self._ignore_upgrade(data[exc.args[0] :])
        except HttpParserCallbackError as exc:
            raise exc.__context__ or exc from None
        except HttpParserError as exc:
            raise RequestError(HTTPStatus.BAD_REQUEST, str(exc)) from exc

    def _ignore_upgrade(self, rest: memoryview) -> None:
        """Parse a head again without the offer of another protocol, which hides the body."""
        head = self._messages.pop().without_upgrade()
        self._parser = HttpRequestParser(self)
        self._unparsed = memoryview(b"".join((head, rest, self._unparsed)))

    def _check_size(self, size: int) -> None:
        """Limit a head, and the framing of a body: chunk extensions, trailers, tiny chunks."""
        message = self._messages[-1] if self._messages else None
        self._size = 0 if message and message.is_complete else self._size + size
        body_size = message.body.length if message else 0
        if self._size <= MAX_HEAD + body_size * (1 + _MAX_OVERHEAD):
            return
        if message and message.has_head:
            raise RequestError(HTTPStatus.BAD_REQUEST, "the chunks contain too little data")
        raise RequestError(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"a head has at most {MAX_HEAD} bytes"
        )

    def on_message_begin(self) -> None:
        """Start a message."""
        self._messages.append(IncomingRequest())
        self._size = 0

    def on_url(self, target: bytes) -> None:
        """Add a part of the target."""
        self._messages[-1].target += target

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header, or ignore a trailer."""
        message = self._messages[-1]
        if not message.has_head:
            message.add_header(name, value)

    def on_headers_complete(self) -> None:
        """Complete the head."""
        parser = self._parser
        method, version = parser.get_method().decode(), parser.get_http_version()
        if version not in _VERSIONS:
            raise RequestError(
                HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, f"HTTP/{version} is not supported"
            )
        if method == "CONNECT":
            raise RequestError(HTTPStatus.NOT_IMPLEMENTED, "this server is no proxy")
        keeps_alive = parser.should_keep_alive()
        self._messages[-1].complete_head(method, version, keeps_alive=keeps_alive)
        self._size = 0

    def on_body(self, chunk: bytes) -> None:
        """Add a chunk to the body."""
        self._messages[-1].write(chunk)

    def on_message_complete(self) -> None:
        """Complete the message."""
        self._messages[-1].is_complete = True
