"""Parses HTTP/1.1 responses with httptools (llhttp): bytes in, head and body out, no I/O.

llhttp parses messages. This module adds what a client has to know besides: it skips interim
responses, limits sizes, and decides what the end of the connection and further bytes mean.
"""

import re

from httptools import HttpParserError, HttpResponseParser

from smrt.named_tuple import NamedTuple
from smrt.protocol.messages import Headers

MAX_OVERHEAD = 1 << 18
"""Bytes in a row, but for one feed, that neither complete the head nor belong to the body: a head
with the interim responses before it, a chunk extension, trailers."""
MAX_HEADERS = 256
MAX_INTERIM = 100
_INTERIM = range(100, 200)
_SWITCHING_PROTOCOLS = 101
_EARLY_HINTS = 103
_STATUS_LINE = rb"(?m)^HTTP/\d(?:\.\d)? +([2-9]\d\d)(?: [^\n]*)?\r?\n"
"""Matches a final response: interim ones begin with 1. Only rare responses are matched at all, and
compiling a pattern takes as long as signing a request."""
_CONTROL_CHARACTER = "invalid header value char"
_EMPTY_LINE = rb"\r?\n\r?\n"
_HEAD = rb"[^\r\n]*(?:\r?\n[-!#$%&'*+.^_`|~0-9A-Za-z]+:[^\0\v\f\r\n]*)*"
_CODING = b"transfer-encoding"
_NOT_HTTP = "it does not start with HTTP/1.1"
_REASONS = {"Expected HTTP/, RTSP/ or ICE/": _NOT_HTTP}
_INCOMPLETE = "peer closed connection without sending complete message body"


class ResponseError(Exception):
    """The bytes are not a valid, complete response; the text is the reason."""


class ResponseHead(NamedTuple):
    """The status line and headers of a final response."""

    status: int
    reason: str
    headers: Headers


class ResponseParser:
    """Parses the responses of one connection; call `reset` between them.

    `head` is None until the head is complete; `complete` is whether the whole response is.
    """

    head: ResponseHead | None
    complete: bool
    _error: ResponseError | None
    _is_lenient: bool
    _start: list[bytes]
    _body: list[bytes]
    _headers: list[tuple[str, str]]

    def __init__(self) -> None:
        self._parser = self._new_parser()
        self._clear()

    @property
    def status(self) -> int | None:
        """The status of the final response as soon as its status line is complete."""
        if self.head is not None:
            return self.head.status
        line = re.search(_STATUS_LINE, b"".join(self._start))
        return None if line is None else int(line[1])

    @property
    def reusable(self) -> bool:
        """Whether the connection can be used again: the response is complete, nothing follows."""
        return self.complete and self._keeps_alive

    def feed(self, data: bytes) -> None:
        """Parse `data`; b"" is the end of the connection.

        Raises ResponseError up to the end of the head; `read` raises a later one.
        """
        try:
            if self._error is None:
                self._feed(data)
        except ResponseError as exc:
            self._error = exc
        if self._error is not None and self.head is None:
            raise self._error

    def read(self) -> bytes:
        """Remove and return the body received so far; then raise the error behind it, if any."""
        if not self._body and self._error is not None:
            raise self._error
        data = b"".join(self._body)
        self._body.clear()
        return data

    def reset(self) -> None:
        """Prepare for the next response on a reusable connection."""
        assert self.reusable
        if self._is_lenient:
            self._parser = self._new_parser()
        elif self._chunked:
            self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)
        self._clear()

    def on_message_begin(self) -> None:
        """Handle the beginning of a status line (called by httptools, like all that follow)."""
        if self.complete:
            raise ResponseError("bytes follow the response")
        self._reason, self._headers, self._chunked = b"", [], False

    def on_status(self, reason: bytes) -> None:
        """Handle the reason phrase, or a part of it."""
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """Handle a header or a trailer."""
        if self.head is not None:
            return
        if len(self._headers) == MAX_HEADERS:
            raise ResponseError(f"more than {MAX_HEADERS} headers")
        if len(name) == len(_CODING) and name.lower() == _CODING:
            self._check_coding(value)
        self._headers.append((name.decode("latin-1"), value.rstrip(b" \t").decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Handle the end of a head, also of an interim response."""
        status, reason = self._parser.get_status_code(), self._reason.decode("latin-1")
        if not reason.isprintable() and re.search(r"[\0\v\f]", reason):
            raise ResponseError("invalid character in the status line")
        if self._is_lenient:
            self._check_lines()
        if status >= _INTERIM.stop:
            if self._chunked:  # a line feed alone could end a chunk too early
                self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=False)
            self.head = ResponseHead(status, reason, tuple(self._headers))
            self._start.clear()
        else:
            self._skip(status)

    def on_body(self, data: bytes) -> None:
        """Handle a part of the body."""
        self._body.append(data)
        self._body_size += len(data)

    def on_message_complete(self) -> None:
        """Handle the end of a response, also of an interim one."""
        if self.head is not None:
            self.complete = True
            self._keeps_alive = self._parser.should_keep_alive() and not self._is_ambiguous()

    def _new_parser(self, *, control_characters: bool = False) -> HttpResponseParser:
        """A parser that is as lenient as h11 and Python's http.client are."""
        parser = HttpResponseParser(self)
        parser.set_dangerous_leniencies(
            lenient_chunked_length=True,
            lenient_headers=control_characters,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        return parser

    def _clear(self) -> None:
        self.head = self._error = None
        self.complete = self._keeps_alive = self._is_lenient = False
        self._start, self._body = [], []
        self._body_size = self._overhead = self._interim = 0

    def _feed(self, data: bytes) -> None:
        if self.complete:
            self._keeps_alive = False
        elif data:
            self._advance(data)
        else:
            self._end()

    def _advance(self, data: bytes) -> None:
        progress = self._progress()
        if self.head is None:
            self._check_start(data)
        self._parse(data)
        self._overhead = self._overhead + len(data) if self._progress() == progress else 0
        if self._overhead > MAX_OVERHEAD and not self.complete:
            part = "head" if self.head is None else "chunk extension or trailer section"
            raise ResponseError(f"a {part} of more than {MAX_OVERHEAD >> 10} KiB")

    def _progress(self) -> int:
        return -1 if self.head is None else self._body_size

    def _check_start(self, data: bytes) -> None:
        """Reject empty lines and other protocols, which the parser would accept."""
        self._start.append(data)
        if not self._start[0].startswith(b"H"):
            raise ResponseError(_NOT_HTTP)

    def _parse(self, data: bytes) -> None:
        error = self._parse_data(data)
        if self.head is None and not self._is_lenient and str(error) == _CONTROL_CHARACTER:
            error = self._parse_leniently()
        if error is not None:
            raise error

    def _parse_data(self, data: bytes) -> ResponseError | None:
        """Parse `data`; the line feed that may be the last byte of a response apart.

        The parser skips empty lines behind a response, and does not report where it ended.
        """
        try:
            if data[-1] not in b"\r\n":
                self._parser.feed_data(data)
                return None
            view = memoryview(data)
            self._parser.feed_data(view[:-1])
            if self.complete:
                self._keeps_alive = False
            else:
                self._parser.feed_data(view[-1:])
        except HttpParserError as exc:
            self._keeps_alive = False
            cause = exc.__context__
            if cause is not None and not isinstance(cause, Exception):
                raise cause from None  # a signal arrived while a callback ran
            return None if self.complete else _error(exc)
        return None

    def _parse_leniently(self) -> ResponseError | None:
        """Parse the response again from its beginning; headers may have control characters."""
        self._parser = self._new_parser(control_characters=True)
        self._is_lenient, self._interim = True, 0
        return self._parse_data(b"".join(self._start))

    def _check_lines(self) -> None:
        """Reject lines that the parser accepts besides those with control characters."""
        heads = re.split(_EMPTY_LINE, b"".join(self._start), maxsplit=self._interim + 1)
        if not all(re.fullmatch(_HEAD, head) for head in heads[: self._interim + 1]):
            raise ResponseError("invalid line in the head")

    def _check_coding(self, value: bytes) -> None:
        if self._chunked or value.rstrip(b" ").lower() != b"chunked":
            raise ResponseError("a Transfer-Encoding other than chunked")
        self._chunked = True

    def _skip(self, status: int) -> None:
        """Skip an interim response."""
        self._interim += 1
        if status not in _INTERIM or status == _SWITCHING_PROTOCOLS:
            raise ResponseError(f"unexpected status {status:03}")
        if status > _EARLY_HINTS and (self._chunked or self._content_length() is not None):
            raise ResponseError("an interim response with a body")  # llhttp would expect it
        if self._interim > MAX_INTERIM:
            raise ResponseError(f"more than {MAX_INTERIM} interim responses")

    def _is_ambiguous(self) -> bool:
        """Whether a proxy may have seen another end of the response (RFC 9112, 6.3)."""
        return self._chunked and self._content_length() is not None

    def _content_length(self) -> str | None:
        return next(
            (value for name, value in self._headers if name.lower() == "content-length"), None
        )

    def _end(self) -> None:
        """Handle the end of the connection."""
        if self.head is None:
            where = "within" if self._start else "before"
            raise ResponseError(f"the connection was closed {where} the head")
        if self._chunked:
            raise ResponseError(f"{_INCOMPLETE} (incomplete chunked read)")
        if length := self._content_length():
            sizes = f"received {self._body_size} bytes, expected {length}"
            raise ResponseError(f"{_INCOMPLETE} ({sizes})")
        self.complete = True


def _error(exc: HttpParserError) -> ResponseError:
    """Our own error from a callback, or the parser's in the words of HTTP."""
    if isinstance(exc.__context__, ResponseError):
        return exc.__context__
    reason = str(exc)
    return ResponseError(_REASONS.get(reason, reason[:1].lower() + reason[1:]))
