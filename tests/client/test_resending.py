"""How often a request is sent when its response is broken: a model that has run is billed."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from smrt.client.caller import Caller
from smrt.client.dependencies import Dependencies
from smrt.errors import SmrtError, TransportError
from smrt.protocol.messages import Settings
from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
)
from tests.support.scripted_endpoint import Endpoint, Responder, drop, raw, reset, response
from tests.support.scripted_transport import ScriptedTransport, read_timeout

STATUS = b"HTTP/1.1 200 OK\r\n"
Make = Callable[..., Caller]


@pytest.fixture
def make(endpoint: Endpoint) -> Make:
    """Callers of `endpoint`, whose pauses take no time."""

    def made() -> Caller:
        settings = Settings(region="us-east-1", endpoint_url=endpoint.url, sign=False)
        return Caller(settings, lambda: None, Dependencies(sleep=lambda _: None))

    return made


def invoke(caller: Caller) -> None:
    caller.call(INVOKE_ENDPOINT, {"EndpointName": "e", "Body": b""}).body.read()


def stream(caller: Caller) -> None:
    values = {"EndpointName": "e", "Body": b""}
    with caller.call(INVOKE_ENDPOINT_WITH_RESPONSE_STREAM, values).body as body:
        list(body.chunks())


def queue(caller: Caller) -> None:
    caller.call(INVOKE_ENDPOINT_ASYNC, {"EndpointName": "e", "InputLocation": "s3://b/k"})


Call = Callable[[Caller], None]
PAID: tuple[Call, ...] = (invoke, stream)
"""The operations whose 2xx says that the model has run."""


def requests(call: Call, scripted: Responder, endpoint: Endpoint, caller: Caller) -> int:
    """How many requests one call makes where each receives `scripted`."""
    endpoint.requests.clear()
    endpoint.script[:] = [scripted] * 3
    with suppress(SmrtError):
        call(caller)
    caller.close()
    endpoint.script.clear()
    return len(endpoint.requests)


BROKEN_HEADS = {
    "the status line alone": b"",
    "half a header": b"Content-Le",
    "no blank line": b"Content-Length: 2\r\n",
    "a negative length": b"Content-Length: -5\r\n\r\nhello",
    "a length that is no number": b"Content-Length: five\r\n\r\nhello",
    "a length of too many digits": b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nhello",
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "a line without a colon": b"no header\r\n\r\n",
    "a name with a space": b"Content Length: 5\r\n\r\nhello",
    "a control character": b"X-Sum: a\x00b\r\n\r\n",
    "a continuation of nothing": b" folded\r\nContent-Length: 0\r\n\r\n",
    "an unknown transfer coding": b"Transfer-Encoding: gzip\r\n\r\n",
    "two transfer codings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a head too long": b"X-Sum: " + b"x" * 400_000 + b"\r\n\r\n",
}
BROKEN_BODIES = {
    "a body cut short": b"Content-Length: 9\r\n\r\nhello",
    "a chunk cut short": b"Transfer-Encoding: chunked\r\n\r\n9\r\nhello",
    "no last chunk": b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "a chunk of no size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    "a chunk that does not end": b"Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
    "a bad trailer": b"Transfer-Encoding: chunked\r\n\r\n0\r\nno header\r\n\r\n",
}
BROKEN = {**BROKEN_HEADS, **BROKEN_BODIES}


@pytest.mark.parametrize("end", [drop, reset])
@pytest.mark.parametrize("rest", BROKEN.values(), ids=BROKEN)
def test_a_broken_success_is_not_resent(
    rest: bytes, end: Responder, endpoint: Endpoint, make: Make
) -> None:
    scripted = raw(STATUS + rest, end)
    assert [requests(call, scripted, endpoint, make()) for call in PAID] == [1, 1]


@pytest.mark.parametrize("rest", BROKEN.values(), ids=BROKEN)
def test_an_asynchronous_request_is_resent_until_its_response_is_complete(
    rest: bytes, endpoint: Endpoint, make: Make
) -> None:
    scripted = raw(b"HTTP/1.1 202 Accepted\r\n" + rest, drop)
    assert requests(queue, scripted, endpoint, make()) == 3


LENGTH = b"Content-Length: -5\r\n\r\n"
STARTS = {
    "nothing": (b"", 3),
    "garbage": (b"garbage\r\n\r\n", 3),
    "TLS": (b"\x16\x03\x01\x00\x00", 3),
    "a status line without its end": (b"HTTP/1.1 200 OK", 3),
    "no reason": (b"HTTP/1.1 200\r\n" + LENGTH, 1),
    "an empty reason": (b"HTTP/1.1 200 \r\n" + LENGTH, 1),
    "a reason with a control character": (b"HTTP/1.1 200 O\x01K\r\n" + LENGTH, 1),
    "lines that end with LF": (b"HTTP/1.1 200 OK\nContent-Length: -5\n\n", 1),
    "another version": (b"HTTP/2 200 OK\r\n" + LENGTH, 1),
    "another success": (b"HTTP/1.1 299 OK\r\n" + LENGTH, 1),
    "an interim response alone": (b"HTTP/1.1 100 Continue\r\n\r\n", 3),
    "a broken interim response": (b"HTTP/1.1 103 Early Hints\r\nno header\r\n\r\n", 3),
    "half an interim response": (b"HTTP/1.1 103 Early Hints\r\nLink: HTTP/1.1 200 OK\r\n", 3),
    "a success behind an interim response": (b"HTTP/1.1 100 Continue\r\n\r\n" + STATUS, 1),
    "a success behind two": (b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\n" * 2 + STATUS + LENGTH, 1),
    "a broken 500": (b"HTTP/1.1 500 Oops\r\n" + LENGTH, 3),
    "a broken 503": (b"HTTP/1.1 503 Later\r\n", 3),
    "a broken 429": (b"HTTP/1.1 429 Too Many\r\n" + LENGTH, 3),
    "a broken 424": (b"HTTP/1.1 424 Failed Dependency\r\n" + LENGTH, 1),
    "a broken 400": (b"HTTP/1.1 400 Bad Request\r\nno header\r\n\r\n", 1),
    "a status that is no number": (b"HTTP/1.1 2xx OK\r\n" + LENGTH, 3),
    "a status of four digits": (b"HTTP/1.1 2000 OK\r\n" + LENGTH, 3),
}


@pytest.mark.parametrize(("start", "expected"), STARTS.values(), ids=STARTS)
def test_the_status_decides_whether_a_truncated_response_is_retried(
    start: bytes, expected: int, endpoint: Endpoint, make: Make
) -> None:
    scripted = raw(start, drop)
    assert [requests(call, scripted, endpoint, make()) for call in PAID] == [expected] * 2


@pytest.mark.parametrize("end", [drop, reset])
@pytest.mark.parametrize("call", PAID)
def test_a_success_truncated_after_its_status_line_is_not_resent(
    call: Call, end: Responder, endpoint: Endpoint, make: Make
) -> None:
    whole, caller = response(200), make()
    line = whole.index(b"\n") + 1
    sent = [requests(call, raw(whole[:at], end), endpoint, caller) for at in range(len(whole) + 1)]
    assert sent == [3] * line + [1] * (len(whole) + 1 - line)


@pytest.mark.parametrize(("status", "sent"), [(200, 1), (None, 3)])
@pytest.mark.parametrize("call", PAID)
def test_a_read_timeout_after_a_status_line_is_never_retried(
    call: Call, status: int | None, sent: int
) -> None:
    transport = ScriptedTransport(read_timeout(status) for _ in range(3))
    settings = Settings(region="us-east-1", sign=False, retry_timeouts=True)
    world = Dependencies(sleep=lambda _: None, transport=lambda _: transport)
    with pytest.raises(TransportError):
        call(Caller(settings, lambda: None, world))
    assert len(transport.requests) == sent


def test_the_error_explains_why_there_was_no_retry(endpoint: Endpoint, make: Make) -> None:
    endpoint.respond_with(raw(STATUS + LENGTH))
    with pytest.raises(TransportError) as caught:
        invoke(make())
    assert caught.value.status == 200
    assert caught.value.hints == ("not retried: the response started with status 200",)


def test_a_large_request_with_an_early_broken_response_is_not_resent(
    endpoint: Endpoint, make: Make
) -> None:
    endpoint.read_body = False
    endpoint.respond_with(raw(STATUS, drop))
    with pytest.raises(TransportError):
        make().call(INVOKE_ENDPOINT, {"EndpointName": "e", "Body": bytes(20_000_000)})
    assert len(endpoint.requests) == 1


def test_a_status_belongs_to_its_own_request(endpoint: Endpoint, make: Make) -> None:
    caller = make()
    invoke(caller)
    endpoint.script += [raw(b"", drop)] * 3
    with pytest.raises(TransportError) as caught:
        invoke(caller)
    assert (caught.value.status, len(endpoint.requests)) == (None, 4)
