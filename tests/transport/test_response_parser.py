"""The response parser: tables of responses, and h11 as the oracle for any others."""

import re
import signal
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.protocol.messages import Headers
from smrt.transport.response_parser import (
    MAX_HEADERS,
    MAX_INTERIM,
    MAX_OVERHEAD,
    ResponseError,
    ResponseParser,
)

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


class Parsed(NamedTuple):
    status: int
    headers: Headers
    body: bytes
    reusable: bool


def feeding(parser: ResponseParser, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Feed chunks until the response is complete; yield the body."""
    for chunk in chunks:
        parser.feed(chunk)
        while data := parser.read():
            yield data
        if parser.complete:
            return


def parsed(chunks: Iterable[bytes]) -> Parsed | str:
    """The response in `chunks`, after which the connection ends; the reason if it is invalid."""
    parser = ResponseParser()
    try:
        body = b"".join(feeding(parser, [*chunks, b""]))
    except ResponseError as exc:
        return str(exc)
    assert parser.head is not None
    headers = tuple((name.lower(), value) for name, value in parser.head.headers)
    return Parsed(parser.head.status, headers, body, parser.reusable)


def parsed_by_h11(chunks: Iterable[bytes]) -> Parsed | str:
    """The same of h11."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_OVERHEAD)
    connection.send(h11.Request(method="POST", target="/", headers=[("Host", "h")]))
    connection.send(h11.EndOfMessage())
    body, rest = b"", iter([*chunks, b""])
    try:
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                connection.receive_data(next(rest))
            elif isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
    except h11.RemoteProtocolError as exc:
        return str(exc)
    headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in head.headers)
    done = connection.their_state is h11.DONE and connection.trailing_data == (b"", False)
    return Parsed(head.status_code, headers, body, done)


LENGTH_2 = (("content-length", "2"),)
IN_CHUNKS = (("transfer-encoding", "chunked"),)
RESPONSES = {
    "with a length": (OK + b"Content-Length: 2\r\n\r\nhi", (200, LENGTH_2, b"hi", True)),
    "without a body": (
        OK + b"Content-Length: 0\r\n\r\n",
        (200, (("content-length", "0"),), b"", True),
    ),
    "chunked": (
        CHUNKED + b"3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\n\r\n",
        (200, IN_CHUNKS, b"hello", True),
    ),
    "chunked, in capitals": (
        OK + b"TRANSFER-ENCODING: Chunked \r\n\r\n2 \r\nhi\r\n0\r\n\r\n",
        (200, (("transfer-encoding", "Chunked"),), b"hi", True),
    ),
    "chunked with trailers": (
        CHUNKED + b"2\r\nhi\r\n0\r\nX-Sum: 1\r\nY: z\r\n\r\n",
        (200, IN_CHUNKS, b"hi", True),
    ),
    "chunked with a length": (
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        (200, LENGTH_2 + IN_CHUNKS, b"x", False),
    ),
    "until it closes": (OK + b"\r\nhello\r\n", (200, (), b"hello\r\n", False)),
    "until it closes, empty": (OK + b"\r\n", (200, (), b"", False)),
    "told to close": (
        OK + b"Content-Length: 2\r\nConnection: x, Close\r\n\r\nhi",
        (200, (*LENGTH_2, ("connection", "x, Close")), b"hi", False),
    ),
    "HTTP/1.0": (
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        (200, LENGTH_2, b"hi", False),
    ),
    "HTTP/1.0, kept alive": (
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi",
        (200, (*LENGTH_2, ("connection", "keep-alive")), b"hi", True),
    ),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", (204, (), b"", True)),
    "204 with a length": (
        b"HTTP/1.1 204 X\r\nContent-Length: 2\r\n\r\n",
        (204, LENGTH_2, b"", True),
    ),
    "304 with a coding": (
        b"HTTP/1.1 304 X\r\nTransfer-Encoding: chunked\r\n\r\n",
        (304, IN_CHUNKS, b"", True),
    ),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", (200, LENGTH_2, b"hi", True)),
    "line feeds alone": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", (200, LENGTH_2, b"hi", True)),
    "values with spaces and Latin-1": (
        OK + b"Content-Length:2\r\nX: \t \xe9  b\t \r\nY:\r\n\r\nhi",
        (200, (*LENGTH_2, ("x", "\xe9  b"), ("y", "")), b"hi", True),
    ),
    "control characters": (
        b"HTTP/1.1 103 \x1b\r\nX: \x01\r\n\r\n"
        + OK
        + b"Y: \x1b[31m\x7f\r\nContent-Length: 4\r\n\r\n\0\r \n",
        (200, (("y", "\x1b[31m\x7f"), ("content-length", "4")), b"\0\r \n", True),
    ),
    "control characters, line feeds alone and chunks": (
        b"HTTP/1.1 200 OK\nY: \x1b\nTransfer-Encoding: chunked\n\n3\r\n\n \0\r\n0\r\n\r\n",
        (200, (("y", "\x1b"), *IN_CHUNKS), b"\n \0", True),
    ),
    "interim responses first": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        b"HTTP/1.1 102 X\r\nContent-Length: 9\r\n\r\n"
        b"HTTP/1.1 100 X\r\nTransfer-Encoding: chunked\r\n\r\n"
        + OK
        + b"Content-Length: 2\r\n\r\nhi",
        (200, LENGTH_2, b"hi", True),
    ),
    "bytes behind it": (OK + b"Content-Length: 2\r\n\r\nhiH", (200, LENGTH_2, b"hi", False)),
    "an empty line behind it": (
        OK + b"Content-Length: 2\r\n\r\nhi\r\n",
        (200, LENGTH_2, b"hi", False),
    ),
    "an empty line behind chunks": (
        CHUNKED + b"2\r\nhi\r\n0\r\n\r\n\r\n",
        (200, IN_CHUNKS, b"hi", False),
    ),
    "bytes behind a response that closes": (
        OK + b"Content-Length: 2\r\nConnection: close\r\n\r\nhi there",
        (200, (*LENGTH_2, ("connection", "close")), b"hi", False),
    ),
}


@pytest.mark.parametrize(("data", "expected"), RESPONSES.values(), ids=RESPONSES)
def test_a_response_is_parsed_to_its_end(data: bytes, expected: tuple[object, ...]) -> None:
    assert parsed([data]) == expected


NOT_HTTP = "it does not start with HTTP/1.1"
INCOMPLETE = "peer closed connection without sending complete message body"
INVALID = {
    b"": "the connection was closed before the head",
    b"H": "the connection was closed within the head",
    OK + b"Content-": "the connection was closed within the head",
    b"HTTP/1.1 100 Continue\r\n\r\n": "the connection was closed within the head",
    b"SSH-2.0-OpenSSH_9.2\r\n\r\n": NOT_HTTP,
    b"Hello\r\n": NOT_HTTP,
    b"RTSP/1.0 200 OK\r\n\r\n": NOT_HTTP,
    b"\r\n" + OK + b"\r\n": NOT_HTTP,
    b"\x15\x03\x01\x00\x02\x02\x50": NOT_HTTP,
    b"HTTP/2 200\r\n\r\n": "expected dot",
    b"HTTP/1.1 099 X\r\n\r\n": "unexpected status 099",
    b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n": "unexpected status 101",
    b"HTTP/1.1 104 X\r\nContent-Length: 1\r\n\r\n" + OK: "an interim response with a body",
    b"HTTP/1.1 199 X\r\nTransfer-Encoding: chunked\r\n\r\n": "an interim response with a body",
    b"HTTP/1.0 100 X\r\n\r\n" + OK + b"\r\n": "data after `Connection: close`",
    b"HTTP/1.1 200 O\0K\r\n\r\n": "invalid character in the status line",
    b"HTTP/1.1 200 O\vK\r\n\r\n": "invalid character in the status line",
    OK + b"no colon\r\n\r\n": "invalid header token",
    OK + b"X: a\0b\r\n\r\n": "invalid line in the head",
    OK + b"X: a\vb\r\n\r\n": "invalid line in the head",
    OK + b"X: \x1b\r\nY:\r\r\n\r\n": "invalid line in the head",
    OK + b"X: \x1b\r\nTransfer-Encoding : chunked\r\n\r\n": "invalid line in the head",
    OK + b"X: \x1b\r\n folded\r\n\r\n": "invalid line in the head",
    OK + b"X: a\rb\r\n\r\n": "missing expected LF after header value",
    OK + b"X: a\r\n b\r\n\r\n": "unexpected whitespace after header value",
    OK + b"Content-Length: -1\r\n\r\n": "invalid character in Content-Length",
    OK + b"Content-Length: 5x\r\n\r\n": "invalid character in Content-Length",
    OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n": "duplicate Content-Length",
    OK + b"Transfer-Encoding: gzip\r\n\r\nhi": "a Transfer-Encoding other than chunked",
    OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n": "a Transfer-Encoding other than chunked",
    OK + b"Transfer-Encoding: chunked\t\r\n\r\n": "a Transfer-Encoding other than chunked",
    OK + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n": "a Transfer-Encoding other than chunked",
    OK + b"Content-Length: 9\r\n\r\nhello": f"{INCOMPLETE} (received 5 bytes, expected 9)",
    CHUNKED + b"5\r\nhello\r\n": f"{INCOMPLETE} (incomplete chunked read)",
    CHUNKED + b"0\r\n": f"{INCOMPLETE} (incomplete chunked read)",
    CHUNKED + b"zz\r\n": "invalid character in chunk size",
    CHUNKED + b"-1\r\n": "invalid character in chunk size",
    CHUNKED + b"f" * 17 + b"\r\n": "chunk size overflow",
    CHUNKED + b"2\r\nhi0\r\n\r\n": "expected LF after chunk data",
    CHUNKED + b"2\r\nh\r\n0\r\n\r\n": "missing expected CR after chunk data",
}


@pytest.mark.parametrize(("data", "reason"), INVALID.items(), ids=range(len(INVALID)))
def test_an_invalid_response_is_an_error_with_its_reason(data: bytes, reason: str) -> None:
    assert parsed([data]) == reason


SAMPLES = [*(data for data, _ in RESPONSES.values()), *INVALID]


@pytest.mark.parametrize("data", SAMPLES, ids=range(len(SAMPLES)))
def test_chunk_boundaries_change_nothing(data: bytes) -> None:
    whole = parsed([data])
    if isinstance(whole, str):
        assert {type(parsed(cut)) for cut in cuts(data)} == {str}
    else:  # what follows the response in a feed of its own is not read
        assert {parsed(cut)[:3] for cut in cuts(data)} == {whole[:3]}


def cuts(data: bytes) -> Iterator[list[bytes]]:
    """`data` cut in two at every byte, and into single bytes."""
    yield from ([data[:at], data[at:]] for at in range(1, len(data)))
    yield [data[at : at + 1] for at in range(len(data))]


STRICTER = {
    "an interim response with a body": "h11 ignores its length (which RFC 9110, 8.6 forbids)",
    "data after `Connection: close`": "h11 continues behind an interim response that closes",
    "duplicate Content-Length": "h11 accepts equal ones; RFC 9110, 8.6 allows to reject them",
    "expected LF after chunk size": "h11 accepts CR and LF within a chunk extension",
    "expected LF after headers": "h11 accepts lines that end in LF as trailers",
    "invalid HTTP version": "h11 accepts all versions of one digit, a dot and one digit",
    "invalid character in Content-Length": "h11 accepts a list of equal lengths",
    "invalid character in chunk extensions": "h11 accepts anything behind the semicolon",
    "invalid character in chunk extensions name": "the same",
    "invalid character in chunk extensions quoted value": "the same",
    "invalid character in chunk extensions value": "the same",
    "invalid header field char": "h11 accepts an empty line of LF alone behind trailers",
    "invalid header value char": "h11 accepts control characters in trailers",
    "invalid line in the head": "h11 joins folded lines (obsolete, RFC 9112, 5.2)",
    "missing expected CR after header value": "h11 accepts lines that end in LF as trailers",
    "unexpected whitespace after header value": "the same",
    "a Transfer-Encoding other than chunked": "h11 ignores a tab behind it, llhttp the coding then",
}
"""Why our parser rejects what h11 accepts, by its reason."""
LAXER = {
    rb"\n0+[^\n]*\n(?:[^\r\n]+\r\n)*(?:Content-L|Transfer-E)": "a length as a trailer, ignored",
    rb"\n\r?\n(?:RTSP|ICE)/1.[01] ": "another protocol behind an interim response",
    rb"HTTP/1.\d 1\d\d [^\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n[\r\n]": "an empty line before a head",
    rb"\n0*[0-9a-f]{1,16}[ \t]+;": "spaces before a chunk extension (RFC 9112, 7.1.1)",
    rb"\n0{4,}[0-9a-f]{1,16}": "h11 limits the digits of a chunk size, also zeros, to 20",
}
"""Why our parser accepts what h11 rejects, by a pattern of the response."""


def agree(data: bytes, ours: Parsed | str, theirs: Parsed | str) -> bool:
    """Whether the parsers decide alike, or differ for a reason in the tables."""
    if isinstance(ours, str):
        return isinstance(theirs, str) or ours in STRICTER
    if isinstance(theirs, str):
        return any(re.search(pattern, data) for pattern in LAXER)
    return alike(ours) == alike(theirs)


def alike(response: Parsed) -> Parsed:
    """`response` without what differs by design (see RESPONSES): when to reuse connections."""
    headers = tuple((n, v.lower() if n == "transfer-encoding" else v) for n, v in response.headers)
    differs = dict(headers).keys() & {"transfer-encoding", "connection"}
    return response._replace(headers=headers, reusable=response.reusable and not differs)


@pytest.mark.parametrize("data", SAMPLES, ids=range(len(SAMPLES)))
def test_h11_decides_the_same_wherever_the_connection_ends(data: bytes) -> None:
    for end in range(len(data) + 1):
        part = data[:end]
        assert agree(part, parsed([part]), parsed_by_h11([part])), part


PARTS = [
    *(bytes([byte]) for byte in b'\r\n \t\0\x01\x7f\xe9:;,09afHX-+_"'),
    *(b"\r\n", b"\r\n\r\n", b"0\r\n", b"chunked", b"close", b";a=b", OK, b"HTTP/1.1 100 X\r\n\r\n"),
    *(b"Content-Length: 2\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n"),
]
EDITS = st.tuples(st.floats(0, 1), st.integers(0, 4), st.sampled_from([b"", *PARTS]))


@given(st.sampled_from(SAMPLES), st.lists(EDITS, min_size=1, max_size=3))
def test_h11_decides_the_same_about_altered_responses(
    data: bytes, edits: list[tuple[float, int, bytes]]
) -> None:
    for where, removed, added in edits:
        at = int(where * len(data))
        data = data[:at] + added + data[at + removed :]
    ours = parsed([data])
    assert agree(data, ours, parsed_by_h11([data])), ours


def test_the_body_before_an_error_is_read_first() -> None:
    parser = ResponseParser()
    parser.feed(CHUNKED + b"2\r\nhi\r\nzz\r\n")
    assert (parser.status, parser.read()) == (200, b"hi")
    for _ in range(2):
        with pytest.raises(ResponseError, match="chunk size"):
            parser.read()
    parser.feed(b"")
    assert not parser.complete
    assert not parser.reusable


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", None),
        (b"HTTP/1.1 200", None),
        (b"HTTP/1.1 200 OK\r", None),
        (b"HTTP/1.1 200 OK\r\n", 200),
        (b"HTTP/1.1 500\n", 500),
        (b"HTTP/1.1 100 Continue\r\n\r\n", None),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 424 X\r\nContent", 424),
        (OK + b"\r\nhi", 200),
    ],
)
def test_the_status_is_known_when_its_line_is_complete(data: bytes, status: int | None) -> None:
    parser = ResponseParser()
    for at in range(len(data)):
        parser.feed(data[at : at + 1])
    assert parser.status == status


@pytest.mark.parametrize("data", [OK + b"no header\r\n", b"HTTP/2 200 X\r\n", b"\r\n" + OK])
def test_the_status_of_an_invalid_response_is_known(data: bytes) -> None:
    parser = ResponseParser()
    with pytest.raises(ResponseError):
        parser.feed(data)
    assert parser.status == 200


def test_a_head_has_its_reason() -> None:
    parser = ResponseParser()
    for at in range(len(data := b"HTTP/1.1 407 Proxy X\r\nA: b\r\n\r\n")):
        assert parser.head is None
        parser.feed(data[at : at + 1])
    assert parser.head == (407, "Proxy X", (("A", "b"),))


@pytest.mark.parametrize(
    "first",
    [
        OK + b"Content-Length: 1\r\n\r\na",
        OK + b"X: \x1b\r\nContent-Length: 1\r\n\r\na",
        CHUNKED + b"1\r\na\r\n0\r\n\r\n",
    ],
)
def test_a_parser_is_used_again_after_a_reset(first: bytes) -> None:
    parser = ResponseParser()
    for data in [first, b"HTTP/1.1 404 X\nContent-Length: 1\n\nb", first]:
        assert b"".join(feeding(parser, [data])) in (b"a", b"b")
        assert parser.reusable
        parser.reset()
        assert (parser.head, parser.complete, parser.status) == (None, False, None)


def test_the_connection_ends_behind_a_response() -> None:
    parser = ResponseParser()
    parser.feed(OK + b"Content-Length: 0\r\n\r\n")
    assert parser.reusable
    parser.feed(b"")
    assert parser.complete
    assert not parser.reusable


INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"
LIMITS = {
    "headers": (OK + b"X: y\r\n" * MAX_HEADERS, b"X: y\r\n\r\n", "more than 256 headers"),
    "interim responses": (INTERIM * MAX_INTERIM, INTERIM, "more than 100 interim responses"),
    "a header": (OK + b"X: " + b"y" * (MAX_OVERHEAD - 20), b"yy", "a head of more than 256 KiB"),
    "a header of an interim response": (
        (b"HTTP/1.1 103 X\r\nX: " + b"y" * 99_980 + b"\r\n\r\n") * 2 + OK + b"X: " + b"y" * 62_000,
        b"y" * 500,
        "a head of more than 256 KiB",
    ),
    "a chunk extension": (
        CHUNKED + b"2\r\nhi\r\n5;" + b"x" * (MAX_OVERHEAD - 10),
        b"x" * 1000,
        "a chunk extension or trailer section of more than 256 KiB",
    ),
    "trailers": (
        CHUNKED + b"2\r\nhi\r\n0\r\n" + b"X: y\r\n" * 43_600,
        b"X: y\r\n" * 300,
        "a chunk extension or trailer section of more than 256 KiB",
    ),
}


@pytest.mark.parametrize(("data", "more", "reason"), LIMITS.values(), ids=LIMITS)
def test_sizes_are_limited(data: bytes, more: bytes, reason: str) -> None:
    chunks = [data[at : at + 1000] for at in range(0, len(data), 1000)]
    assert reason not in str(parsed(chunks))
    assert parsed([*chunks, more]) == reason


def test_a_body_is_not_limited() -> None:
    block = b"x" * (1 << 20)
    result = parsed([OK + b"Content-Length: 3145728\r\n\r\n", *[block] * 3])
    assert isinstance(result, Parsed)
    assert len(result.body) == 3 << 20


class Interrupted(ResponseParser):
    """A parser during whose `on_body` Ctrl-C is pressed."""

    def on_body(self, data: bytes) -> None:
        signal.raise_signal(signal.SIGINT)
        super().on_body(data)


@pytest.mark.parametrize("body", [b"x", b"x" * 99])
def test_ctrl_c_during_a_callback_is_no_error_of_the_response(body: bytes) -> None:
    with pytest.raises(KeyboardInterrupt):
        Interrupted().feed(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + body)
