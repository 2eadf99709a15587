"""Proxies are selected as in urllib, requests pass through them, and their failures are errors."""

import fcntl
import socket
import ssl
import sys
import termios
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

import pytest
import trustme
from hypothesis import example, given
from hypothesis import strategies as st

from smrt.client.payload import payload
from smrt.errors import ConfigurationError, SmrtError, TransportError
from smrt.protocol.messages import Request, Settings
from smrt.protocol.urls import parse_url
from smrt.transport.connection import HEAD_GRACE
from smrt.transport.pool import HttpTransport
from smrt.transport.proxy import choose, is_bypassed, parse_proxy, tunnel
from tests.support.loopback import reserved_port
from tests.support.relay import Relay
from tests.support.scripted_endpoint import Endpoint, drop, error, hang, raw, response
from tests.transport.test_connection import Drip

HOSTS = ("example.com", "api.example.com", "example.org", "127.0.0.1", "[::1]", "com")
RULES = st.lists(
    st.sampled_from(
        [
            *HOSTS,
            ".example.com",
            "EXAMPLE.com",
            " example.org ",
            "example.com:8080",
            "xample.com",
            "..com",
            "*",
            "",
            "[::1]:81",
        ]
    ),
    max_size=4,
).map(",".join)


@example("example.com", "", "*")
@example("example.com", ":81", "example.com:81")
@given(st.sampled_from(HOSTS), st.sampled_from(["", ":80", ":81", ":8080"]), RULES)
def test_no_proxy_matches_as_in_urllib(host: str, port: str, rules: str) -> None:
    url = parse_url(f"http://{host}{port}/p")
    names = {f"{host}{port}", url.authority, f"{host}:{url.port}"}
    expected = any(proxy_bypass_environment(name, {"no": rules}) for name in names)
    assert is_bypassed(url, rules) == expected


@pytest.mark.parametrize(
    ("url", "settings", "port"),
    [
        ("http://h/", {}, None),
        ("http://h/", {"http_proxy": "http://p:1"}, 1),
        ("http://h/", {"https_proxy": "http://p:2"}, None),
        ("https://h/", {"http_proxy": "http://p:1"}, None),
        ("https://h/", {"http_proxy": "http://p:1", "https_proxy": "http://p:2"}, 2),
        ("http://h/", {"http_proxy": "http://p:1", "no_proxy": "h"}, None),
        ("http://127.0.0.1/", {"http_proxy": "http://p:1"}, 1),
        ("http://h/", {"http_proxy": "p:1"}, 1),
        ("http://h/", {"http_proxy": "//p:1"}, 1),
        ("http://h/", {"http_proxy": "http://p"}, 80),
        ("http://h/", {"http_proxy": "https://p"}, 443),
        ("http://h/", {"http_proxy": "http://[::1]:3/"}, 3),
    ],
)
def test_each_scheme_has_its_proxy(url: str, settings: Any, port: int | None) -> None:
    proxy = choose(parse_url(url), Settings(**settings))
    assert (proxy.url.port if proxy else None) == port


@pytest.mark.parametrize(
    ("text", "user", "shown"),
    [
        ("http://u:p@h:1", b"u:p", "http://***@h:1"),
        ("u:p@h:1", b"u:p", "http://***@h:1"),
        ("http://us%40er:p%3Ass%2f@h:1", b"us@er:p:ss/", "http://***@h:1"),
        ("http://u:p@ss@h:1", b"u:p@ss", "http://***@h:1"),
        ("http://u:p/a#s?s@h:1", b"u:p/a#s?s", "http://***@h:1"),
        ("http://user@h", b"user:", "http://***@h"),
        ("http://%C3%A9:é%zz@h", "é:é%zz".encode(), "http://***@h"),
    ],
)
def test_credentials_of_a_proxy_become_its_header_and_are_masked(
    text: str, user: bytes, shown: str
) -> None:
    proxy = parse_proxy(text)
    assert proxy.headers == (("Proxy-Authorization", f"Basic {b64encode(user).decode()}"),)
    assert proxy.masked_url == shown
    assert parse_proxy("http://h").headers == ()


@pytest.mark.parametrize("text", ["socks5://u:secret@h:1", "http://u:secret@", "http://secret@h:x"])
def test_an_invalid_proxy_url_is_a_configuration_error(text: str) -> None:
    with pytest.raises(ConfigurationError, match="Invalid proxy URL: ") as caught:
        parse_proxy(text, "HTTPS_PROXY")
    assert "secret" not in str(caught.value.hints) + caught.value.message
    assert "HTTPS_PROXY" in caught.value.hints[0]


@pytest.fixture
def relay() -> Iterator[Relay]:
    made = Relay()
    yield made
    made.close()


def send(url: str, body: bytes = b"hi", **settings: Any) -> tuple[int, bytes]:
    transport = HttpTransport(Settings(**{"connect_timeout": 5, "read_timeout": 5, **settings}))
    result = transport.send(Request("POST", parse_url(url), (), payload(body)))
    return result.status, result.body.read()


def test_an_http_request_goes_to_the_proxy_with_the_absolute_url(
    endpoint: Endpoint, relay: Relay
) -> None:
    proxy = f"http://us%40er:pass@127.0.0.1:{relay.port}"
    status, _ = send(endpoint.url + "/p?q=1", http_proxy=proxy)
    lines = relay.heads[0].split("\r\n")
    assert status == 200
    assert lines[0] == f"POST {endpoint.url}/p?q=1 HTTP/1.1"
    assert lines[1] == f"Host: 127.0.0.1:{endpoint.port}"
    assert f"Proxy-Authorization: Basic {b64encode(b'us@er:pass').decode()}" in lines
    assert endpoint.requests[0].target == "/p?q=1"
    assert "proxy-authorization" not in endpoint.requests[0].headers


@pytest.mark.parametrize("size", [2, 3_000_000])
def test_an_https_request_goes_through_a_tunnel(
    secure: Endpoint, relay: Relay, ca_bundle: str, size: int
) -> None:
    proxy = f"http://u:p@127.0.0.1:{relay.port}"
    secure.respond(body=b"y" * size)
    result = send(secure.url + "/p", b"x" * size, https_proxy=proxy, ca_bundle=ca_bundle)
    assert result == (200, b"y" * size)
    lines = relay.heads[0].split("\r\n")
    assert lines == [
        f"CONNECT 127.0.0.1:{secure.port} HTTP/1.1",
        f"Host: 127.0.0.1:{secure.port}",
        f"Proxy-Authorization: Basic {b64encode(b'u:p').decode()}",
    ]
    assert secure.requests[0].target == "/p"
    assert secure.requests[0].body == b"x" * size
    assert "proxy-authorization" not in secure.requests[0].headers


@pytest.mark.parametrize("size", [2, 3_000_000])
def test_a_proxy_can_use_tls(
    endpoint: Endpoint, secure: Endpoint, context: ssl.SSLContext, ca_bundle: str, size: int
) -> None:
    relay = Relay(wrap=lambda sock: context.wrap_socket(sock, server_side=True))
    proxy = f"https://127.0.0.1:{relay.port}"
    proxies = {"http_proxy": proxy, "https_proxy": proxy, "ca_bundle": ca_bundle}
    for server in (endpoint, secure):
        server.respond(body=b"y" * size)
        assert send(server.url, b"x" * size, **proxies) == (200, b"y" * size)
        assert server.requests[0].body == b"x" * size
    assert [head.split(" ")[0] for head in relay.heads] == ["POST", "CONNECT"]
    relay.close()


def test_an_untrusted_server_is_an_error_through_an_https_proxy(
    secure: Endpoint, context: ssl.SSLContext, tmp_path: Any
) -> None:
    other = trustme.CA()
    other.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    known = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other.issue_cert("127.0.0.1").configure_cert(known)
    relay = Relay(wrap=lambda sock: known.wrap_socket(sock, server_side=True))
    proxy = f"https://127.0.0.1:{relay.port}"
    with pytest.raises(TransportError, match="SSL validation failed for") as caught:
        send(secure.url, https_proxy=proxy, ca_bundle=str(tmp_path / "other.pem"))
    assert caught.value.code == "SSLError"
    assert "--ca-bundle" in caught.value.hints[0]
    assert secure.requests == []
    relay.close()


def test_an_untrusted_proxy_has_a_hint(context: ssl.SSLContext) -> None:
    relay = Relay(wrap=lambda sock: context.wrap_socket(sock, server_side=True))
    with pytest.raises(TransportError, match="Failed to connect to proxy URL") as caught:
        send("http://127.0.0.1:9/", http_proxy=f"https://127.0.0.1:{relay.port}")
    assert "CERTIFICATE_VERIFY_FAILED" in caught.value.hints[0]
    assert "--ca-bundle" in caught.value.hints[1]
    relay.close()


@pytest.fixture
def doubly(context: ssl.SSLContext, ca_bundle: str) -> Iterator[dict[str, str]]:
    """The settings for an https proxy."""
    relay = Relay(wrap=lambda sock: context.wrap_socket(sock, server_side=True))
    yield {"https_proxy": f"https://127.0.0.1:{relay.port}", "ca_bundle": ca_bundle}
    relay.close()


def test_a_response_during_sending_is_read_through_an_https_proxy(
    secure: Endpoint, doubly: Any
) -> None:
    secure.read_body = False
    was_read = threading.Event()

    def early(sock: socket.socket, received: Any) -> None:
        sock.sendall(response(413, b"too large"))
        was_read.wait(60)

    secure.respond_with(early)
    assert send(secure.url, b"x" * 20_000_000, **doubly) == (413, b"too large")
    was_read.set()


def until_full(sock: socket.socket) -> None:
    """Wait until the receive buffers of `sock` are full."""
    sizes = [0, 1]
    while not sizes[-1] or sizes[-1] != sizes[-2]:
        time.sleep(0.02)
        sizes.append(int.from_bytes(fcntl.ioctl(sock, termios.FIONREAD, b"    "), sys.byteorder))


def test_a_slow_server_receives_the_whole_body_through_an_https_proxy(
    secure: Endpoint, doubly: Any
) -> None:
    size = 20_000_000

    def late(sock: socket.socket, received: Any) -> None:
        until_full(sock)
        left = size
        while left:
            left -= len(sock.recv(left))
        sock.sendall(response())

    secure.read_body = False
    secure.respond_with(late)
    assert send(secure.url, b"x" * size, **doubly)[0] == 200


def test_a_closed_connection_is_an_error_through_an_https_proxy(
    secure: Endpoint, doubly: Any
) -> None:
    secure.respond_with(drop)
    with pytest.raises(TransportError) as caught:
        send(secure.url, **doubly)
    assert caught.value.code == "ConnectionClosedError"


def test_a_slow_response_is_read_through_an_https_proxy(secure: Endpoint, doubly: Any) -> None:
    def slowly(sock: socket.socket, received: Any) -> None:
        for byte in response(body=b"slow"):
            sock.sendall(bytes([byte]))

    secure.respond_with(slowly)
    assert send(secure.url, **doubly) == (200, b"slow")


def test_hosts_in_no_proxy_are_reached_directly(endpoint: Endpoint, relay: Relay) -> None:
    proxy = f"http://127.0.0.1:{relay.port}"
    assert send(endpoint.url, http_proxy=proxy, no_proxy="127.0.0.1")[0] == 200
    assert relay.heads == []


def test_a_connection_through_a_proxy_is_reused(endpoint: Endpoint, relay: Relay) -> None:
    transport = HttpTransport(Settings(http_proxy=f"http://127.0.0.1:{relay.port}"))
    for _ in range(2):
        request = Request("POST", parse_url(endpoint.url), (), payload(b""))
        transport.send(request).body.read()
    transport.close()
    assert endpoint.connections == 1


REJECTIONS = {
    "407": (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", 407),
    "403": (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 403),
    "502 without a reason": (b"HTTP/1.1 502\r\n\r\n", 502),
}


@pytest.mark.parametrize(("refusal", "status"), REJECTIONS.values(), ids=REJECTIONS)
def test_the_error_for_a_rejected_tunnel_names_the_proxy(
    relay: Relay, refusal: bytes, status: int
) -> None:
    relay.refusal = refusal
    proxy = f"http://user:secret@127.0.0.1:{relay.port}"
    with pytest.raises(TransportError) as caught:
        send("https://server.invalid/", https_proxy=proxy)
    assert caught.value.code == "ProxyConnectionError"
    assert caught.value.message == (
        f'Failed to connect to proxy URL: "http://***@127.0.0.1:{relay.port}"'
    )
    assert caught.value.hints[0].startswith(f"the proxy returned {status}")
    assert ("HTTPS_PROXY" in " ".join(caught.value.hints)) == (status == 407)
    assert "secret" not in repr(caught.value.hints)


def test_a_proxy_that_requires_credentials_is_an_error_for_http_requests(relay: Relay) -> None:
    relay.refusal = REJECTIONS["407"][0]
    with pytest.raises(TransportError) as caught:
        send("http://server.invalid/", http_proxy=f"http://127.0.0.1:{relay.port}")
    assert caught.value.code == "ProxyConnectionError"
    assert "HTTP_PROXY=" in caught.value.hints[1]


def test_401_is_the_proxys_if_credentials_were_sent_to_it(relay: Relay) -> None:
    relay.refusal = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    address = f"127.0.0.1:{relay.port}"
    assert send("http://server.invalid/", http_proxy=f"http://{address}") == (401, b"")
    with pytest.raises(TransportError) as caught:
        send("http://server.invalid/", http_proxy=f"http://ann:wrong@{address}")
    assert caught.value.code == "ProxyConnectionError"
    assert caught.value.hints == (
        "the proxy returned 401 Unauthorized",
        "set other credentials: HTTP_PROXY=http://USER:PASSWORD@HOST:PORT",
    )


def test_407_of_a_server_is_the_servers(endpoint: Endpoint) -> None:
    endpoint.respond_with(raw(error(407, "X", "no")))
    assert send(endpoint.url)[0] == 407


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_error_for_an_unreachable_proxy_names_it(scheme: str) -> None:
    for host, hint in (("127.0.0.1", "refused"), ("nothing.invalid", "cannot resolve")):
        with reserved_port() as port:
            proxy = f"http://u:secret@{host}:{port}"
            with pytest.raises(SmrtError) as caught:
                send(f"{scheme}://h.invalid/", http_proxy=proxy, https_proxy=proxy)
        assert caught.value.code == "ProxyConnectionError"
        assert caught.value.message == (
            f'Failed to connect to proxy URL: "http://***@{host}:{port}"'
        )
        assert hint in caught.value.hints[0]


@pytest.mark.parametrize("data", [b"", b"SSH-2.0-OpenSSH\r\n\r\n"])
def test_a_response_that_is_not_a_proxys_is_an_error(endpoint: Endpoint, data: bytes) -> None:
    def leave(sock: socket.socket, received: Any) -> None:
        sock.sendall(data)
        raise ConnectionAbortedError

    endpoint.respond_with(leave)
    with pytest.raises(TransportError) as caught:
        send("https://h.invalid/", https_proxy=endpoint.url)
    assert caught.value.code == "ProxyConnectionError"
    assert caught.value.hints[0].startswith("the response is not that of a proxy")


def test_a_silent_proxy_is_a_timeout(endpoint: Endpoint) -> None:
    endpoint.respond_with(hang)
    with pytest.raises(TransportError) as caught:
        send("https://h.invalid/", https_proxy=endpoint.url, connect_timeout=0.2)
    assert caught.value.code == "ProxyConnectionError"
    assert "--cli-connect-timeout" in caught.value.hints[0]


def test_the_command_takes_its_proxy_from_the_environment(
    smrt: Any, endpoint: Endpoint, relay: Relay
) -> None:
    ran = smrt(
        "invoke-endpoint",
        *("--endpoint-name", "e", "--body", "aGk=", "-"),
        env={"HTTP_PROXY": f"http://127.0.0.1:{relay.port}"},
    )
    assert (ran.code, ran.out) == (0, b'{"predictions":[1]}')
    assert len(relay.heads) == len(endpoint.requests) == 1


def test_a_proxy_that_responds_too_slowly_is_a_timeout() -> None:
    channel = Drip([b"HTTP/1.1 200 OK\r\nX: ", *[b"y"] * 99], 5)
    with pytest.raises(TimeoutError):
        tunnel(
            channel, parse_url("https://h/"), parse_proxy("http://p"), 10, clock=lambda: channel.now
        )
    assert channel.now == 10 + HEAD_GRACE
