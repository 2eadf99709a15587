"""What the server receives: heads within limits, bodies whole, and nothing ambiguous."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smrt.local.wire.incoming_request import MAX_HEADERS, RequestError
from smrt.local.wire.request_parser import MAX_HEAD, RequestParser
from smrt.protocol.messages import Request, Url

SLICE = 1 << 13
URL = Url("http", "127.0.0.1", 8808, "")
POST = b"POST /a HTTP/1.1\r\nHost: h\r\n"


def requests(*chunks: bytes) -> list[Request]:
    """The requests in `chunks`, which end with the last one."""
    parser = RequestParser()
    complete: list[Request] = []
    for chunk in chunks:
        parser.receive(chunk)
        complete += receive(parser)
    assert parser.is_idle
    return complete


def receive(parser: RequestParser) -> Iterator[Request]:
    """The requests that are complete."""
    while message := parser.message():
        while not message.is_complete and parser.advance():
            pass
        if not message.is_complete:
            return
        yield message.request(URL)
        parser.remove_message()


def error(data: bytes) -> tuple[int, str]:
    with pytest.raises(RequestError) as caught:
        requests(data)
    return caught.value.status, caught.value.message


def test_a_request_is_parsed() -> None:
    head = b"POST /a?b=c HTTP/1.1\r\nHost: h\r\nX-A:  caf\xc3\xa9\t\r\nX-A: caf\xe9\r\n"
    (parsed,) = requests(head + b"Content-Length: 3\r\n\r\nabc")
    assert (parsed.method, parsed.url.target) == ("POST", "/a?b=c")
    assert parsed.headers == (
        ("Host", "h"),
        ("X-A", "café"),
        ("X-A", "café"),
        ("Content-Length", "3"),
    )
    assert (parsed.payload.content, parsed.payload.length) == (b"abc", 3)


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
REJECTED = [
    (POST + b"Content-Length: 3\r\n" + CHUNKED + b"0\r\n\r\n", 400),
    (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
    (POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
    (POST + b"Content-Length: 3, 3\r\n\r\nabc", 400),
    (POST + b"Content-Length: +3\r\n\r\nabc", 400),
    (POST + b"Content-Length: -3\r\n\r\nabc", 400),
    (POST + b"Content-Length: 3_0\r\n\r\nabc", 400),
    (POST + b"Content-Length:\r\n\r\nabc", 400),
    (POST + b"Content-Length: 99999999999999999999999\r\n\r\n", 400),
    (POST + b"Content-Length: 1073741825\r\n\r\n", 413),
    (POST + b"Content-Length : 3\r\n\r\nabc", 400),
    (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    (POST + b"Transfer-Encoding: gzip\r\n\r\n", 501),
    (POST + b"Transfer-Encoding: xchunked\r\n\r\n", 501),
    (POST + b"Transfer-Encoding: chunked\r\n" + CHUNKED + b"0\r\n\r\n", 400),
    (b"POST / HTTP/1.0\r\n" + CHUNKED + b"0\r\n\r\n", 501),
    (POST + CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n", 400),
    (POST + CHUNKED + b"fffffffffffffffff\r\nabc\r\n0\r\n\r\n", 400),
    (POST + CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n", 400),
    (POST + CHUNKED + b"1;" + b"x" * (MAX_HEAD + 20), 400),
    (POST + CHUNKED + b"0\r\nTrailer: " + b"x" * (MAX_HEAD + 20), 400),
    (POST + b"A: b\rX: y\r\n\r\n", 400),
    (POST + b"A: b\0c\r\n\r\n", 400),
    (POST + b"A\r\n\r\n", 400),
    (b"POST / HTTP/1.1\nA: b\n\n", 400),
    (b"POST /\x01 HTTP/1.1\r\n\r\n", 400),
    (b"POST /a b HTTP/1.1\r\n\r\n", 400),
    (b"POST a HTTP/1.1\r\n\r\n", 400),
    (b"MAKE / HTTP/1.1\r\n\r\n", 400),
    (b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    (b"GET / HTTP/2.0\r\n\r\n", 505),
    (b"GET / HTTP/0.9\r\n\r\n", 505),
    (b"GET / HTTP/1.2\r\n\r\n", 400),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01", 400),
    (POST + b"A: b\r\n" * MAX_HEADERS + b"\r\n", 431),
    (POST + b"A: " + b"b" * (MAX_HEAD + SLICE) + b"\r\n\r\n", 431),
    (b"GET /" + b"a" * MAX_HEAD, 431),
    (b"GET / HTTP/1.1\r\n" + b"a" * MAX_HEAD, 431),
    (b"\r\n" * MAX_HEAD, 431),
]


@pytest.mark.parametrize(("data", "status"), REJECTED, ids=[str(row[0][:60]) for row in REJECTED])
def test_ambiguous_malformed_and_oversized_requests_are_rejected(data: bytes, status: int) -> None:
    assert error(data)[0] == status


@pytest.mark.parametrize("data", [row[0] for row in REJECTED if len(row[0]) < 1000])
def test_requests_before_a_malformed_one_are_complete(data: bytes) -> None:
    parser = RequestParser()
    parser.receive(b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n" + data)
    for target in (b"/1", b"/2"):
        message = parser.message()
        assert message
        assert message.target == target
        parser.remove_message()
    with pytest.raises(RequestError):
        list(receive(parser))


def test_the_largest_head_is_accepted() -> None:
    head = POST + b"A: b\r\n" * (MAX_HEADERS - 2)
    head += b"B: " + b"b" * (MAX_HEAD - len(head) - 7) + b"\r\n\r\n"
    assert len(head) == MAX_HEAD
    assert [len(each.headers) for each in requests(head)] == [MAX_HEADERS]


def test_trailers_are_ignored() -> None:
    trailers = b"X-Amz-Date: 1\r\nX-B: 2\r\n\r\n"
    chunked, plain = requests(POST + CHUNKED + b"0\r\n" + trailers + POST + b"\r\n")
    assert [name for name, _ in chunked.headers] == ["Host", "Transfer-Encoding"]
    assert plain.headers == (("Host", "h"),)


def test_small_chunks_are_accepted_while_they_are_mostly_data() -> None:
    body = b"5;name=value\r\nhello\r\n" * 20_000
    (parsed,) = requests(POST + CHUNKED + body + b"0\r\n\r\n")
    assert parsed.payload.content == b"hello" * 20_000


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 3\r\n\r\nabc", CHUNKED + b"3\r\nabc\r\n0\r\n\r\n"]
)
def test_the_offer_of_another_protocol_is_ignored(framing: bytes) -> None:
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"
    data = POST + offer + b"A: caf\xe9\r\n" + framing + POST + b"\r\n"
    for size in (1, 7, len(data)):
        first, second = requests(*(data[n : n + size] for n in range(0, len(data), size)))
        assert first.payload.content == b"abc"
        assert dict(first.headers)["A"] == "café"
        assert second.headers == (("Host", "h"),)


names = st.from_regex(r"X-[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,10}", fullmatch=True)
values = st.text(st.characters(codec="latin-1", exclude_categories=["C"]), max_size=20)
targets = st.from_regex(
    r"/[a-zA-Z0-9/._~%:@!$&'()*+,;=-]{0,20}(\?[a-z=&%/?]{0,9})?", fullmatch=True
)
bodies = st.none() | st.binary(max_size=40) | st.lists(st.binary(min_size=1, max_size=20))
messages = st.lists(
    st.tuples(targets, st.lists(st.tuples(names, values), max_size=4), bodies),
    min_size=1,
    max_size=3,
)


def encoded(message: tuple[str, list[tuple[str, str]], Any]) -> bytes:
    target, headers, body = message
    lines = [f"PUT {target} HTTP/1.1", "Host: h", *(f"{n}: {v.strip()}" for n, v in headers)]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n"
    if body is None:
        return head + b"\r\n"
    if isinstance(body, bytes):
        return head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in body)
    return head + CHUNKED + chunks + b"0\r\n\r\n"


def by_h11(data: bytes) -> list[Any]:
    """What h11 reads: method, target, headers and body of each request."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    parsed: list[Any] = []
    while (event := connection.next_event()) is not h11.NEED_DATA:
        if isinstance(event, h11.Request):
            headers = [(name.lower(), value.strip(b" \t")) for name, value in event.headers]
            parsed.append([event.method, event.target, headers, b""])
        elif isinstance(event, h11.Data):
            parsed[-1][-1] += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            connection.send(h11.Response(status_code=204, headers=[]))
            connection.send(h11.EndOfMessage())
            connection.start_next_cycle()
    return parsed


@given(messages, st.integers(1, 50))
@settings(max_examples=50)
def test_requests_are_those_that_h11_reads_however_they_are_cut(some: Any, size: int) -> None:
    data = b"".join(map(encoded, some))
    parsed = requests(*(data[n : n + size] for n in range(0, len(data), size)))
    assert [
        [
            each.method.encode(),
            each.url.target.encode(),
            [(name.lower().encode(), _raw(value)) for name, value in each.headers],
            each.payload.content,
        ]
        for each in parsed
    ] == [[m, t, [(n, _raw(_text(v))) for n, v in h], b] for m, t, h, b in by_h11(data)]


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _raw(value: str) -> bytes:
    return value.encode()


@given(st.binary(max_size=200))
def test_any_bytes_are_requests_or_an_error(data: bytes) -> None:
    parser = RequestParser()
    parser.receive(data)
    with suppress(RequestError):
        list(receive(parser))
