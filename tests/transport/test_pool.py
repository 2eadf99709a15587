"""Requests over real sockets: responses, errors and the reuse of connections."""

import io
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from smrt.client.payload import payload
from smrt.errors import SmrtError, TransportError
from smrt.protocol.messages import Headers, Payload, Request, Settings
from smrt.protocol.urls import parse_url
from smrt.transport.connection import HeadTimeoutError
from smrt.transport.pool import HttpTransport, Response
from smrt.transport.translation import CONNECTING, PROXYING, READING, WAITING, translated
from tests.support.loopback import reserved_port
from tests.support.scripted_endpoint import Endpoint, Received, drop, hang, raw, reset, response

HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"
BIG = 5_000_000


def request(url: str, body: Any = b"hi", headers: Headers = ()) -> Request:
    content = body if isinstance(body, Payload) else payload(body)
    return Request("POST", parse_url(url), headers, content)


def transport(**settings: Any) -> HttpTransport:
    return HttpTransport(Settings(**{"connect_timeout": 5, "read_timeout": 5, **settings}))


def send(url: str, body: Any = b"hi", headers: Headers = (), **settings: Any) -> Response:
    return transport(**settings).send(request(url, body, headers))


def failure(url: str, body: Any = b"hi", **settings: Any) -> SmrtError:
    with pytest.raises(SmrtError) as caught:
        send(url, body, **settings).body.read()
    return caught.value


def test_a_request_arrives_unchanged(endpoint: Endpoint) -> None:
    headers = (("X-Spaces", " a "), ("X-Tab", "\tb"), ("X-Text", "é日"), ("X-Empty", ""))
    with send(endpoint.url + "/p?q=1", b"body", headers).body as body:
        assert body.read() == b'{"predictions":[1]}'
    (received,) = endpoint.requests
    assert received.method == "POST"
    assert received.target == "/p?q=1"
    assert received.body == b"body"
    assert {k: received.headers[k] for k in received.headers if k.startswith("x-")} == {
        "x-spaces": " a ",
        "x-tab": "\tb",
        "x-text": "é日",
        "x-empty": "",
    }
    assert received.headers["host"] == f"127.0.0.1:{endpoint.port}"
    assert received.headers["accept-encoding"] == "identity"
    assert "expect" not in received.headers
    assert "transfer-encoding" not in received.headers


def test_header_values_of_a_response_are_latin_1(endpoint: Endpoint) -> None:
    endpoint.respond(headers=[("X-Latin", b"caf\xe9"), ("X-Utf8", "é".encode()), ("X-EMPTY", b"")])
    result = send(endpoint.url)
    result.body.close()
    assert result.headers == (
        ("X-Latin", "café"),
        ("X-Utf8", "Ã©"),
        ("X-EMPTY", ""),
        ("Content-Length", "19"),
    )


def test_a_body_of_5_mb_is_sent_from_a_file(endpoint: Endpoint, tmp_path: Any) -> None:
    path = tmp_path / "body"
    path.write_bytes(bytes(range(256)) * (BIG // 256))
    with path.open("rb") as file:
        send(endpoint.url, file).body.close()
    assert endpoint.requests[0].body == path.read_bytes()


def test_a_body_of_5_mb_is_received(endpoint: Endpoint) -> None:
    endpoint.respond(body=bytes(range(256)) * (BIG // 256))
    assert send(endpoint.url).body.read() == bytes(range(256)) * (BIG // 256)


def test_ipv6_hosts_are_reached() -> None:
    try:
        endpoint = Endpoint(host="::1")
    except OSError:
        pytest.skip("this host has no IPv6")
    send(endpoint.url).body.close()
    endpoint.close()
    assert endpoint.requests[0].headers["host"] == f"[::1]:{endpoint.port}"


def test_every_address_of_a_host_name_is_tried(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = socket.getaddrinfo

    def two(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != b"two.invalid":
            return lookup(host, port, *args, **kwargs)
        kinds = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kinds, ("127.0.0.1", each)) for each in (closed, port)]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with reserved_port() as closed:
        assert send(f"http://two.invalid:{endpoint.port}").status == 200


DROPS = {
    "closed": (drop, "ConnectionClosedError"),
    "reset": (reset, "ConnectionClosedError"),
    "half a head": (raw(b"HTTP/1.1 200 OK\r\nCont", drop), "ConnectionClosedError"),
    "garbage": (raw(b"SSH-2.0-OpenSSH\r\n\r\n"), "ConnectionClosedError"),
    "a head too long": (
        raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 400_000 + b"\r\n\r\n"),
        "ConnectionClosedError",
    ),
    "half a body": (raw(HALF, drop), "ResponseStreamingError"),
    "half a body, reset": (raw(HALF, reset), "ResponseStreamingError"),
    "a broken chunk": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n"),
        "ResponseStreamingError",
    ),
}


@pytest.mark.parametrize(("behavior", "code"), DROPS.values(), ids=DROPS)
def test_an_incomplete_response_is_an_error_with_a_code(
    endpoint: Endpoint, behavior: Any, code: str
) -> None:
    endpoint.respond_with(behavior)
    error = failure(endpoint.url + "/p")
    assert error.code == code
    assert isinstance(error, TransportError)
    if code == "ConnectionClosedError":
        assert error.message == (
            "Connection was closed before we received a valid response from endpoint URL: "
            f'"{endpoint.url}/p".'
        )
    else:
        text = "An error occurred while reading from response stream: "
        assert error.message.startswith(text)
        assert len(error.message) > len(text)


@pytest.mark.parametrize("responder", [hang, raw(HALF[:10], hang), raw(HALF, hang)])
def test_silence_is_a_read_timeout(endpoint: Endpoint, responder: Any) -> None:
    endpoint.respond_with(responder)
    error = failure(endpoint.url + "/p", read_timeout=0.2)
    assert error.code == "ReadTimeoutError"
    assert error.message == f'Read timeout on endpoint URL: "{endpoint.url}/p"'
    assert error.hints[0].startswith("no data received for 0.2 s; ")


def test_a_refused_connection_is_a_connection_error() -> None:
    with reserved_port() as port:
        error = failure(f"http://127.0.0.1:{port}/p")
    assert error.code == "EndpointConnectionError"
    assert error.message == f'Could not connect to the endpoint URL: "http://127.0.0.1:{port}/p"'
    assert error.hints == ("Connection refused",)


def test_an_unknown_host_name_is_a_connection_error() -> None:
    error = failure("http://nothing.invalid/p")
    assert error.code == "EndpointConnectionError"
    assert error.message == 'Could not connect to the endpoint URL: "http://nothing.invalid/p"'
    assert error.hints[0].startswith("cannot resolve the host name: ")


@pytest.fixture
def full() -> Iterator[int]:
    """A port whose backlog is full: the next connection gets no response."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(0)
    waiting = []
    for _ in range(8):
        sock = socket.socket()
        waiting.append(sock)
        sock.settimeout(0.1)
        try:
            sock.connect(server.getsockname())
        except TimeoutError:
            break
    else:
        pytest.skip("this system accepts connections beyond the backlog")
    yield server.getsockname()[1]
    for sock in (*waiting, server):
        sock.close()


def test_a_server_that_accepts_no_connection_is_a_connect_timeout(full: int) -> None:
    error = failure(f"http://127.0.0.1:{full}/", connect_timeout=0.2)
    assert error.code == "ConnectTimeoutError"
    assert error.message == f'Connect timeout on endpoint URL: "http://127.0.0.1:{full}/"'
    assert error.hints


TOO_LARGE = response(413, b"too large", [("x-amzn-RequestId", "r")])


@pytest.mark.parametrize("after", [hang, drop, reset])
def test_a_response_while_the_body_is_sent_is_read(endpoint: Endpoint, after: Any) -> None:
    endpoint.read_body = False
    endpoint.respond_with(raw(TOO_LARGE, after))
    result = send(endpoint.url, b"x" * BIG)
    assert result.status == 413
    assert result.body.read() == b"too large"


def test_a_response_before_a_reset_is_read_while_the_body_is_sent() -> None:
    """The server has closed, its response is buffered, and sending fails at once."""
    server = socket.create_server(("127.0.0.1", 0))
    left = threading.Event()

    def serve() -> None:
        sock, _ = server.accept()
        sock.recv(1000)
        sock.sendall(TOO_LARGE)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
        sock.close()
        left.set()

    class Late(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                left.wait(60)
            return super().read(size)

    thread = threading.Thread(target=serve)
    thread.start()
    body = Payload(Late(b"x" * BIG), BIG, "")
    result = send(f"http://127.0.0.1:{server.getsockname()[1]}", body)
    assert (result.status, result.body.read()) == (413, b"too large")
    thread.join()
    server.close()


def test_a_reset_while_the_body_is_sent_is_an_error(endpoint: Endpoint) -> None:
    endpoint.read_body = False
    endpoint.respond_with(reset)
    assert failure(endpoint.url, b"x" * BIG).code == "ConnectionClosedError"


def test_a_connection_is_reused(endpoint: Endpoint) -> None:
    shared = transport()
    for _ in range(5):
        shared.send(request(endpoint.url)).body.read()
    shared.close()
    assert (len(endpoint.requests), endpoint.connections) == (5, 1)


def test_a_connection_with_an_unread_response_is_not_reused(endpoint: Endpoint) -> None:
    shared = transport()
    for _ in range(2):
        shared.send(request(endpoint.url)).body.close()
    shared.close()
    assert endpoint.connections == 2


@pytest.mark.parametrize(
    "responder",
    [
        raw(response(), drop),
        raw(response(headers=[("Connection", "close")])),
        raw(response() + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
        raw(b"HTTP/1.1 200 OK\r\n\r\nuntil the end", drop),
    ],
    ids=["closed", "Connection: close", "bytes after the response", "ended by closing"],
)
def test_a_finished_connection_is_not_reused(endpoint: Endpoint, responder: Any) -> None:
    shared = transport()
    endpoint.respond_with(responder)
    shared.send(request(endpoint.url)).body.read()
    endpoint.settle()
    assert shared.send(request(endpoint.url)).body.read() == b'{"predictions":[1]}'
    shared.close()
    assert endpoint.connections == 2


def test_idle_connections_are_reused_only_for_their_server(endpoint: Endpoint) -> None:
    other = Endpoint()
    shared = transport()
    for url in (endpoint.url, other.url, endpoint.url, other.url):
        shared.send(request(url)).body.read()
    shared.close()
    other.close()
    assert (endpoint.connections, other.connections) == (1, 1)
    assert (len(endpoint.requests), len(other.requests)) == (2, 2)


def test_threads_share_a_transport(endpoint: Endpoint) -> None:
    shared, failures = transport(), []

    def work(number: int) -> None:
        for turn in range(20):
            word = b"%d/%d" % (number, turn)
            body = shared.send(request(endpoint.url, word)).body.read()
            if body != b"echo " + word:
                failures.append(body)

    def echo(sock: socket.socket, received: Received) -> None:
        sock.sendall(response(body=b"echo " + received.body))

    endpoint.script.extend([echo] * 160)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shared.close()
    assert failures == []
    assert endpoint.connections <= 8


@pytest.mark.parametrize("change", [-3, 3])
def test_a_body_whose_length_changes_is_an_error(endpoint: Endpoint, change: int) -> None:
    file = io.BytesIO(b"x" * 100)
    made = payload(file)
    file.truncate(100 + min(change, 0))
    file.seek(0, io.SEEK_END)
    file.write(b"y" * max(change, 0))
    error = failure(endpoint.url, made)
    assert error.code == "BodyChangedError"
    assert all(len(received.body) < 100 for received in endpoint.requests)


def test_a_head_that_takes_too_long_is_a_read_timeout_with_its_limit() -> None:
    with pytest.raises(TransportError) as caught, translated(WAITING, "http://h/", 70):
        raise HeadTimeoutError("the headers took more than 130 s")
    assert caught.value.code == "ReadTimeoutError"
    assert caught.value.hints == ("the headers took more than 130 s",)


@pytest.mark.parametrize("table", [CONNECTING, PROXYING, WAITING, READING])
def test_every_os_error_is_translated(table: Any) -> None:
    kinds: list[type[Exception]] = [OSError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    for kind in (kind for kind in kinds if kind.__module__ in ("builtins", "socket", "ssl")):
        with pytest.raises(SmrtError), translated(table, "http://h/"):
            raise kind(1, "reason")
