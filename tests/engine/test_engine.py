"""Calls over real sockets."""

import hashlib
import itertools
import os
import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from smrt.engine.call import Delivery, EngineCall
from smrt.engine.response_buffer import LARGEST, ResponseTooLargeError
from smrt.engine.retry_rules import RetryRules
from smrt.errors import ConfigurationError, ServiceError, SmrtError
from smrt.protocol.messages import Credentials
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.protocol.retry import Policy
from tests.engine.conftest import CREDENTIALS, Runner, prepared
from tests.support.loopback import reserved_port
from tests.support.polling import LIMIT, until
from tests.support.scripted_endpoint import (
    Endpoint,
    Received,
    Responder,
    drop,
    error,
    hang,
    raw,
    reset,
    response,
)

RULES = RetryRules(INVOKE_ENDPOINT)
ONCE = RULES._replace(policy=Policy(max_attempts=1), outwait_throttles=False)
BIG = 5_000_000


@pytest.fixture(params=["http", "https"])
def server(
    request: pytest.FixtureRequest, endpoint: Endpoint, secure: Endpoint, ca_bundle: str
) -> tuple[Endpoint, dict[str, Any]]:
    """An endpoint over HTTP and over HTTPS, and the settings to reach it."""
    return (endpoint, {}) if request.param == "http" else (secure, {"ca_bundle": ca_bundle})


Server = tuple[Endpoint, dict[str, Any]]


def test_the_fence_is_tested_before_every_attempt(endpoint: Endpoint, runner: Runner) -> None:
    endpoint.respond_with(raw(error(503, "InternalFailure", "again")))
    endpoint.respond(200, b"done")
    sends = iter((True, False, True))

    def fence() -> None:
        if not next(sends):
            raise SmrtError("the lease has ended", code="LeaseLapsed")

    first, second = runner.run(endpoint.url, 2, concurrency=1, fence=fence)
    assert (first.error and first.error.code, first.attempts) == ("LeaseLapsed", 2)
    assert (first.delivery, second.body) == (Delivery.IN_DOUBT, b"done")
    assert [request.body for request in endpoint.requests] == [b"row 0", b"row 1"]


def test_many_calls_use_few_connections(server: Server, runner: Runner) -> None:
    endpoint, settings = server
    done = runner.run(endpoint.url, 200, **settings)
    assert [each.call.tag for each in done] == list(range(200))
    assert {(each.status, each.body) for each in done} == {(200, b'{"predictions":[1]}')}
    assert sorted(each.body for each in endpoint.requests) == sorted(
        b"row %d" % n for n in range(200)
    )
    assert endpoint.connections <= 4


def test_a_request_has_the_headers_of_a_single_call(endpoint: Endpoint, runner: Runner) -> None:
    runner.run(endpoint.url)
    (received,) = endpoint.requests
    assert list(received.headers) == [
        "host",
        "accept-encoding",
        "content-type",
        "x-amz-date",
        "authorization",
        "user-agent",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "content-length",
    ]
    assert received.headers["amz-sdk-request"] == "attempt=1"
    assert received.target == "/endpoints/e/invocations"


def test_headers_and_digest_of_a_call_are_signed(endpoint: Endpoint, runner: Runner) -> None:
    call = EngineCall(
        prepared(endpoint.url),
        b"row",
        headers=(("X-Amzn-SageMaker-Inference-Id", "id-1"),),
        digest=hashlib.sha256(b"row").hexdigest(),
    )
    runner.run(endpoint.url, [call])
    (received,) = endpoint.requests
    assert received.headers["x-amzn-sagemaker-inference-id"] == "id-1"
    assert "x-amzn-sagemaker-inference-id" in received.headers["authorization"]


def test_a_body_of_5_mb_is_sent_and_received(server: Server, runner: Runner) -> None:
    endpoint, settings = server
    body = bytes(range(256)) * (BIG // 256)
    endpoint.respond(body=body)
    (done,) = runner.run(endpoint.url, [EngineCall(prepared(endpoint.url), body)], **settings)
    assert done.body == body
    assert endpoint.requests[0].body == body


def in_steps(data: bytes, size: int) -> Responder:
    """Send `data` in steps of some bytes, each in a segment, or TLS record, of its own."""

    def responder(sock: socket.socket, received: Received) -> None:
        for at in range(0, len(data), size):
            sock.sendall(data[at : at + size])

    return responder


CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
)


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_a_response_in_steps_is_whole(server: Server, runner: Runner, size: int) -> None:
    endpoint, settings = server
    endpoint.respond_with(in_steps(CHUNKED, size))
    endpoint.respond_with(in_steps(response(body=b"x" * 100), size))
    done = runner.run(endpoint.url, 2, concurrency=1, **settings)
    assert [each.body for each in done] == [b"hello world", b"x" * 100]
    assert endpoint.connections == 1


@pytest.fixture
def cutter(secure: Endpoint) -> Iterator[int]:
    """The port of a forwarder of one connection with TLS; it sends few bytes at a time."""
    listener = socket.create_server(("127.0.0.1", 0))

    def cut(source: socket.socket, target: socket.socket) -> None:
        sizes = itertools.cycle([1, 2, 5, 3, 17, 100, 1000])
        with suppress(OSError):
            while data := source.recv(next(sizes)):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def forward() -> None:
        client, _ = listener.accept()
        with client, socket.create_connection(("127.0.0.1", secure.port)) as server:
            for sock in (client, server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            requests = threading.Thread(target=cut, args=(client, server))
            requests.start()
            cut(server, client)
            requests.join()

    thread = threading.Thread(target=forward)
    thread.start()
    yield listener.getsockname()[1]
    thread.join()
    listener.close()


def test_tls_records_that_are_cut_anywhere_are_read(
    secure: Endpoint, cutter: int, runner: Runner, ca_bundle: str
) -> None:
    for number in range(12):
        secure.respond(body=b"%d" % number * 50)
    url = f"https://127.0.0.1:{cutter}"
    done = runner.run(url, 12, concurrency=1, ca_bundle=ca_bundle)
    assert [each.body for each in done] == [b"%d" % number * 50 for number in range(12)]
    assert secure.connections == 1


def test_a_stream_arrives_in_chunks_as_they_come(server: Server, runner: Runner) -> None:
    endpoint, settings = server
    received = threading.Event()

    def stream(sock: socket.socket, _: Received) -> None:
        sock.sendall(CHUNKED[: CHUNKED.index(b"6\r\n")])
        assert received.wait(60)
        sock.sendall(CHUNKED[CHUNKED.index(b"6\r\n") :])

    chunks: list[tuple[bytes, float]] = []

    def on_chunk(chunk: bytes, at: float) -> None:
        chunks.append((chunk, at))
        received.set()

    endpoint.respond_with(stream)
    call = EngineCall(prepared(endpoint.url), on_chunk=on_chunk)
    (done,) = runner.run(endpoint.url, [call], **settings)
    assert [chunk for chunk, _ in chunks] == [b"hello", b" world"]
    assert chunks[0][1] < chunks[1][1]
    assert (done.body, done.status, done.error) == (b"", 200, None)


def test_the_body_of_an_error_is_no_stream(endpoint: Endpoint, runner: Runner) -> None:
    endpoint.respond_with(raw(error(424, "ModelError", "no", OriginalStatusCode=500)))
    chunks: list[bytes] = []
    call = EngineCall(prepared(endpoint.url), on_chunk=lambda chunk, _: chunks.append(chunk))
    (done,) = runner.run(endpoint.url, [call])
    assert chunks == []
    assert isinstance(done.error, ServiceError)
    assert (done.error.code, done.status, done.delivery) == (
        "ModelError",
        424,
        Delivery.RESPONDED,
    )


def test_times_are_in_order(server: Server, runner: Runner) -> None:
    endpoint, settings = server
    first, second = runner.run(endpoint.url, 2, concurrency=1, **settings)
    for done in (first, second):
        times = (done.started_at, done.sent_at, done.first_byte_at, done.last_byte_at)
        assert None not in times
        assert list(times) == sorted(times)  # type: ignore[type-var]
    assert first.connect_seconds > 0
    assert second.connect_seconds == 0


def test_a_call_starts_at_its_planned_instant(endpoint: Endpoint, runner: Runner) -> None:
    engine = runner.make(endpoint.url, concurrency=100)
    first = engine.loop.now()
    instants = [first + n / 100 for n in range(10)]
    request = prepared(endpoint.url)
    engine.run(
        iter([EngineCall(request, planned_at=at) for at in instants]), runner.completions.append
    )
    for done in runner.completions:
        assert done.started_at is not None
        assert done.started_at >= done.call.planned_at


def test_a_source_that_has_nothing_at_present_is_asked_again(
    endpoint: Endpoint, runner: Runner
) -> None:
    engine = runner.make(endpoint.url)
    rows: list[bytes] = []

    def source() -> Any:
        while b"end" not in rows:
            yield EngineCall(prepared(endpoint.url), rows.pop(0)) if rows else None

    reader, writer = os.pipe()

    class Pipe:
        def fileno(self) -> int:
            return reader

    pipe = Pipe()
    engine.loop.watch(pipe, 1, lambda _: rows.append(os.read(reader, 3)))
    threading.Thread(target=lambda: [os.write(writer, b"row"), os.write(writer, b"end")]).start()
    engine.run(source(), runner.completions.append)
    assert {each.body for each in endpoint.requests} <= {b"row"}
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize("end", [drop, reset])
def test_an_idle_connection_that_the_server_closes_is_no_error(
    server: Server, runner: Runner, end: Responder
) -> None:
    """Each connection serves one request and ends; the next request finds it closed, or closing."""
    endpoint, settings = server
    endpoint.script += [raw(response(), end)] * 60
    done = runner.run(endpoint.url, 60, rules=ONCE, **settings)
    assert [each.error for each in done] == [None] * 60
    assert {each.attempts for each in done} == {1}


def test_a_request_on_a_connection_closed_before_a_response_is_sent_again(
    server: Server, runner: Runner
) -> None:
    endpoint, settings = server
    endpoint.respond()
    endpoint.respond_with(drop)
    first, second = runner.run(endpoint.url, 2, concurrency=1, rules=ONCE, **settings)
    assert (first.error, second.error, second.attempts) == (None, None, 1)
    assert [each.body for each in endpoint.requests] == [b"row 0", b"row 1", b"row 1"]
    assert endpoint.connections == 2


def test_it_is_in_doubt_instead_if_that_is_asked_for(server: Server, runner: Runner) -> None:
    endpoint, settings = server
    endpoint.respond()
    endpoint.respond_with(drop)
    rules = RULES._replace(resend_in_doubt=False)
    first, second = runner.run(endpoint.url, 2, concurrency=1, rules=rules, **settings)
    assert first.error is None
    assert (second.error and second.error.code) == "ConnectionClosedError"
    assert (second.delivery, len(endpoint.requests)) == (Delivery.IN_DOUBT, 2)


HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"
FAILURES: dict[str, tuple[Responder, str, int]] = {
    "closed": (drop, "ConnectionClosedError", 3),
    "reset": (reset, "ConnectionClosedError", 3),
    "half a head": (raw(b"HTTP/1.1 200", drop), "ConnectionClosedError", 3),
    "half a head after its status": (
        raw(b"HTTP/1.1 200 OK\r\nCont", drop),
        "ConnectionClosedError",
        1,
    ),
    "garbage": (raw(b"SSH-2.0-OpenSSH\r\n\r\n"), "ConnectionClosedError", 3),
    "half a body": (raw(HALF, drop), "ResponseStreamingError", 1),
    "half a body, reset": (raw(HALF, reset), "ResponseStreamingError", 1),
    "a broken chunk": (
        raw(CHUNKED[:-5] + b"zz\r\n"),
        "ResponseStreamingError",
        1,
    ),
    "silence": (hang, "ReadTimeoutError", 1),
    "silence in the body": (raw(HALF, hang), "ReadTimeoutError", 1),
    "an internal failure": (raw(error(500, "InternalFailure", "x")), "InternalFailure", 3),
}


def longest_silence(code: str) -> float:
    """A read timeout that passes soon where that is the error, and never elsewhere."""
    return 0.1 if code == "ReadTimeoutError" else LIMIT


@pytest.mark.parametrize(("responder", "code", "sent"), FAILURES.values(), ids=FAILURES)
def test_failures_are_retried_as_those_of_a_single_call(
    server: Server, runner: Runner, responder: Responder, code: str, sent: int
) -> None:
    endpoint, settings = server
    endpoint.script += [responder] * sent
    (done,) = runner.run(endpoint.url, 1, read_timeout=longest_silence(code), **settings)
    until(lambda: len(endpoint.requests) >= sent)
    assert (done.error and done.error.code, len(endpoint.requests)) == (code, sent)
    assert (done.attempts, done.delivery) == (sent, Delivery.IN_DOUBT)


@pytest.mark.parametrize(("responder", "code", "_sent"), FAILURES.values(), ids=FAILURES)
def test_what_is_in_doubt_is_sent_once_if_that_is_asked_for(
    endpoint: Endpoint, runner: Runner, responder: Responder, code: str, _sent: int
) -> None:
    endpoint.respond_with(responder)
    rules = RULES._replace(resend_in_doubt=False)
    (done,) = runner.run(endpoint.url, 1, rules=rules, read_timeout=longest_silence(code))
    until(lambda: endpoint.requests)
    assert (done.error and done.error.code, len(endpoint.requests)) == (code, 1)
    assert done.delivery is Delivery.IN_DOUBT


def test_a_throttle_is_sent_again_even_so(endpoint: Endpoint, runner: Runner) -> None:
    endpoint.respond_with(
        raw(response(400, b'{"message":null}', [("x-amzn-errortype", "Throttling")]))
    )
    rules = RULES._replace(resend_in_doubt=False, policy=Policy(max_attempts=1))
    (done,) = runner.run(endpoint.url, 1, rules=rules)
    assert (done.error, done.throttles, done.attempts) == (None, 1, 1)


def test_a_call_that_was_in_doubt_stays_so(endpoint: Endpoint, runner: Runner) -> None:
    """The first attempt may have run, whatever happens to the second."""
    endpoint.respond_with(drop)
    endpoint.respond_with(raw(response(429, b"", [])))
    rules = RULES._replace(outwait_throttles=False)
    (done,) = runner.run(endpoint.url, 1, rules=rules)
    assert (done.status, done.delivery) == (429, Delivery.IN_DOUBT)


def test_a_refused_connection_sent_nothing(runner: Runner) -> None:
    with reserved_port() as port:
        (done,) = runner.run(f"http://127.0.0.1:{port}", 1)
    assert (done.error and done.error.code, done.attempts) == ("EndpointConnectionError", 3)
    assert (done.delivery, done.sent_at) == (Delivery.UNSENT, None)


def test_an_unknown_host_sent_nothing(runner: Runner) -> None:
    done = runner.run("http://nothing.invalid", 3)
    assert {each.error and each.error.code for each in done} == {"EndpointConnectionError"}
    assert "cannot resolve" in str(done[0].error and done[0].error.hints)


def test_an_untrusted_certificate_sent_nothing(secure: Endpoint, runner: Runner) -> None:
    (done,) = runner.run(secure.url, 1)
    assert (done.error and done.error.code, done.delivery) == ("SSLError", Delivery.UNSENT)


@pytest.mark.parametrize("after", [hang, drop, reset])
def test_a_response_while_the_body_is_sent_is_read(
    server: Server, runner: Runner, after: Responder
) -> None:
    endpoint, settings = server
    endpoint.read_body = False
    early = response(413, b"too large", [])
    endpoint.respond_with(raw(early, after))
    call = EngineCall(prepared(endpoint.url), b"x" * BIG)
    (done,) = runner.run(endpoint.url, [call], **settings)
    assert (done.status, done.body) == (413, b"too large")


def test_a_response_behind_a_response_ends_the_connection(server: Server, runner: Runner) -> None:
    endpoint, settings = server
    endpoint.respond_with(raw(response(body=b"one") + response(body=b"extra")))
    done = runner.run(endpoint.url, 2, concurrency=1, **settings)
    assert [each.body for each in done] == [b"one", b'{"predictions":[1]}']
    assert endpoint.connections == 2


def test_a_connection_of_a_server_that_sends_unasked_is_not_used(
    endpoint: Endpoint, runner: Runner
) -> None:
    endpoint.respond_with(in_steps(response(body=b"one") + b"HTTP/1.1 200 OK\r\n", 10**6))
    engine = runner.make(endpoint.url, concurrency=1)
    request = prepared(endpoint.url)

    def source() -> Any:
        yield EngineCall(request)
        while not runner.completions:
            yield None
        yield EngineCall(request, planned_at=engine.loop.now() + 0.05)

    engine.run(source(), runner.completions.append)
    assert [each.body for each in runner.completions] == [b"one", b'{"predictions":[1]}']


def test_stop_finishes_what_is_in_flight(endpoint: Endpoint, runner: Runner) -> None:
    engine = runner.make(endpoint.url, concurrency=2)
    arrived, go_on = threading.Barrier(3), threading.Event()

    def wait(sock: socket.socket, _: Received) -> None:
        arrived.wait(60)
        assert go_on.wait(60)
        sock.sendall(response())

    endpoint.script += [wait, wait]
    pulled = 0

    def source() -> Any:
        nonlocal pulled
        for number in range(100):
            pulled += 1
            yield EngineCall(prepared(endpoint.url), tag=number)

    def stop() -> None:
        arrived.wait(60)
        engine.stop()
        engine.loop.call_soon(go_on.set)

    threading.Thread(target=stop).start()
    engine.run(source(), runner.completions.append)
    assert [each.error for each in runner.completions] == [None, None]
    assert pulled == 2


def test_stop_ends_calls_that_wait_to_be_sent_again(endpoint: Endpoint, runner: Runner) -> None:
    engine = runner.make(endpoint.url, concurrency=1)
    throttle = response(429, b"", [("Retry-After", "300")])

    def responder(sock: socket.socket, _: Received) -> None:
        sock.sendall(throttle)
        until(lambda: engine.calls.outcomes.throttles)
        engine.stop()

    endpoint.respond_with(responder)
    engine.run(iter([EngineCall(prepared(endpoint.url))]), runner.completions.append)
    (done,) = runner.completions
    assert (done.status, done.throttles, done.delivery) == (429, 1, Delivery.REJECTED)


def test_stop_ends_a_call_that_waits_for_its_time(endpoint: Endpoint, runner: Runner) -> None:
    engine = runner.make(endpoint.url)

    def calls() -> Iterator[EngineCall]:
        engine.stop()  # takes effect in the next turn of the loop
        yield EngineCall(prepared(endpoint.url), planned_at=engine.loop.now() + 1000)

    engine.run(calls(), runner.completions.append)
    (done,) = runner.completions
    assert (done.error and done.error.code, done.delivery) == ("Stopped", Delivery.UNSENT)


def test_abort_ends_everything_and_names_what_was_sent(server: Server, runner: Runner) -> None:
    endpoint, settings = server
    engine = runner.make(endpoint.url, concurrency=3, **settings)
    endpoint.script += [hang] * 3
    calls = [EngineCall(prepared(endpoint.url), tag=n) for n in range(10)]

    def abort() -> None:
        until(lambda: len(endpoint.requests) == 3)
        engine.abort()

    threading.Thread(target=abort).start()
    engine.run(iter(calls), runner.completions.append)
    assert len(runner.completions) == 3
    assert {each.delivery for each in runner.completions} == {Delivery.IN_DOUBT}
    endpoint.settle()


def test_a_response_that_is_too_large_is_the_error_of_its_call_alone(
    endpoint: Endpoint, runner: Runner
) -> None:
    size = LARGEST + 1
    head = response(200, b"", (("Content-Length", str(size)),), length=False)
    endpoint.script.append(raw(head, lambda sock, _: sock.sendall(bytes(size))))
    large, following = runner.run(endpoint.url, 2, concurrency=1)
    assert isinstance(large.error, ResponseTooLargeError)
    assert (large.status, large.delivery, large.body) == (200, Delivery.RESPONDED, b"")
    assert (following.status, following.error) == (200, None)
    assert len(endpoint.requests) == 2


def test_an_error_of_the_sink_ends_the_run(endpoint: Endpoint, runner: Runner) -> None:
    engine = runner.make(endpoint.url)

    def full(_: object) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        engine.run(iter([EngineCall(prepared(endpoint.url))] * 5), full)
    endpoint.settle()


EXPIRED = raw(error(403, "ExpiredTokenException", "expired"))


def loading(*results: Credentials | SmrtError) -> Callable[[], Credentials]:
    """Loads one of the results after the other, the last one for ever."""
    remaining = list(results)

    def load() -> Credentials:
        result = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        if isinstance(result, SmrtError):
            raise result
        return result

    return load


def test_rejected_credentials_are_refreshed_once(endpoint: Endpoint, runner: Runner) -> None:
    def judge(sock: socket.socket, received: Received) -> None:
        is_fresh = "AKIDFRESH" in received.headers["authorization"]
        (raw(response()) if is_fresh else EXPIRED)(sock, received)

    endpoint.script += [judge] * 100
    loads = loading(
        CREDENTIALS, CREDENTIALS._replace(access_key="AKIDFRESH"), ConfigurationError("none")
    )
    done = runner.run(endpoint.url, 50, load=loads)
    endpoint.script.clear()
    assert [(each.error, each.attempts) for each in done] == [(None, 1)] * 50
    assert 51 <= len(endpoint.requests) <= 54


def test_credentials_that_stay_rejected_end_the_calls(endpoint: Endpoint, runner: Runner) -> None:
    endpoint.script += [EXPIRED] * 2
    (done,) = runner.run(endpoint.url, 1)
    assert (done.error and done.error.code, len(endpoint.requests)) == ("ExpiredTokenException", 2)
    assert done.delivery is Delivery.RESPONDED


def test_credentials_that_cannot_be_loaded_end_the_run(endpoint: Endpoint, runner: Runner) -> None:
    with pytest.raises(ConfigurationError, match="none"):
        runner.run(endpoint.url, 5, load=loading(ConfigurationError("none")))
    assert (runner.completions, endpoint.requests) == ([], [])


def test_a_failed_refresh_ends_the_run_and_the_calls_that_need_it(
    endpoint: Endpoint, runner: Runner
) -> None:
    endpoint.respond_with(EXPIRED)
    with pytest.raises(ConfigurationError, match="none"):
        runner.run(
            endpoint.url, 5, concurrency=1, load=loading(CREDENTIALS, ConfigurationError("none"))
        )
    (done,) = runner.completions
    assert done.error is not None
    assert done.error.code == "ExpiredTokenException"


def test_credentials_are_refreshed_before_they_expire(endpoint: Endpoint, runner: Runner) -> None:
    now = [1_700_000_000.0]
    engine = runner.make(
        endpoint.url,
        concurrency=1,
        clock=lambda: now[0],
        load=loading(
            CREDENTIALS._replace(expires=now[0] + 3600),
            CREDENTIALS._replace(access_key="AKIDFRESH", expires=now[0] + 9000),
        ),
    )

    def source() -> Any:
        yield EngineCall(prepared(endpoint.url))
        now[0] += 3590
        engine.loop.call_soon(lambda: None)
        yield None
        yield EngineCall(prepared(endpoint.url))

    engine.run(source(), runner.completions.append)
    used = ["AKIDFRESH" in each.headers["authorization"] for each in endpoint.requests]
    assert used == [False, True]


def test_a_wrong_clock_is_corrected(endpoint: Endpoint, runner: Runner) -> None:
    headers = (
        ("x-amzn-errortype", "InvalidSignatureException"),
        ("Date", "Tue, 14 Nov 2023 22:13:20 GMT"),
    )
    endpoint.respond_with(raw(response(403, b"{}", headers)))
    done = runner.run(endpoint.url, 3, concurrency=1, clock=lambda: 1_600_000_000.0)
    assert [each.error for each in done] == [None] * 3
    dates = [each.headers["x-amz-date"] for each in endpoint.requests]
    assert dates == ["20200913T122640Z"] + ["20231114T221320Z"] * 3


MISBEHAVIOR: tuple[Responder, ...] = (
    raw(response()),
    raw(response(), drop),
    raw(response(), reset),
    raw(response(headers=[("Connection", "close")])),
    raw(CHUNKED),
    in_steps(CHUNKED, 9),
    raw(response() + b"HTTP/1.1 200 OK\r\n"),
    raw(HALF, drop),
    raw(HALF, reset),
    raw(b"HTTP/1.1 100 Continue\r\n\r\n" + response()),
    raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
    raw(b"garbage"),
    drop,
    reset,
    raw(error(500, "InternalFailure", "x")),
    raw(error(424, "ModelError", "x", OriginalStatusCode=503)),
    raw(response(429, b"", [])),
)


@pytest.mark.parametrize("seed", range(3))
def test_every_call_ends_once_whatever_the_server_does(
    server: Server, runner: Runner, seed: int
) -> None:
    endpoint, settings = server
    rng = random.Random(seed)
    endpoint.script += [rng.choice(MISBEHAVIOR) for _ in range(2000)]
    done = runner.run(endpoint.url, 200, concurrency=8, **settings)
    endpoint.script.clear()
    assert [each.call.tag for each in done] == list(range(200))
    assert all((each.error is None) == (each.status in (200, 204)) for each in done if each.body)
    sent = {each.body for each in endpoint.requests}
    assert sent == {each.call.body for each in done}
    assert {each.delivery for each in done if each.error is None} == {Delivery.RESPONDED}


def test_no_descriptor_is_left(server: Server, runner: Runner) -> None:
    endpoint, settings = server
    runner.run(endpoint.url, 3, **settings)
    endpoint.settle()
    before = len(os.listdir("/proc/self/fd"))
    endpoint.script += [raw(response(), drop), drop, reset, raw(HALF, drop)] * 100
    runner.run(endpoint.url, 300, concurrency=8, rules=ONCE, **settings)
    endpoint.script.clear()
    endpoint.settle()
    until(lambda: len(os.listdir("/proc/self/fd")) <= before)


def test_a_call_that_alone_is_denied_is_not_sent_again_and_again(
    endpoint: Endpoint, runner: Runner
) -> None:
    denied = error(403, "AccessDeniedException", "not this one")
    endpoint.script = [
        lambda sock, received: sock.sendall(denied if received.body == b"row 0" else response())
    ] * 70  # row 0 is sent again
    loads = itertools.count()

    def load() -> Credentials:
        next(loads)
        return CREDENTIALS

    done = runner.run(endpoint.url, 60, concurrency=2, load=load)
    endpoint.script.clear()
    assert [each.error is None for each in done] == [False] + [True] * 59
    assert sum(received.body == b"row 0" for received in endpoint.requests) <= 3
    assert next(loads) <= 3
