"""Which proxy is used, what it is told, and what is said when it does not do its part."""

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
from smrt.transport.pool import HttpTransport
from smrt.transport.proxy import choose, is_bypassed, parse_proxy
from tests.support.relay import Relay
from tests.support.scripted_endpoint import Endpoint, drop, error, hang, raw, response

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
def test_no_proxy_means_what_it_means_to_urllib(host: str, port: str, rules: str) -> None:
    url = parse_url(f"http://{host}{port}/p")
    named = {f"{host}{port}", url.authority, f"{host}:{url.port}"}
    expected = any(proxy_bypass_environment(name, {"no": rules}) for name in named)
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
    found = choose(parse_url(url), Settings(**settings))
    assert (found.url.port if found else None) == port


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
def test_credentials_of_a_proxy_are_told_to_it_alone(text: str, user: bytes, shown: str) -> None:
    found = parse_proxy(text)
    assert found.headers == (("Proxy-Authorization", f"Basic {b64encode(user).decode()}"),)
    assert found.shown == shown
    assert parse_proxy("http://h").headers == ()


@pytest.mark.parametrize("text", ["socks5://u:secret@h:1", "http://u:secret@", "http://secret@h:x"])
def test_what_is_no_proxy_is_a_mistake_in_the_configuration(text: str) -> None:
    with pytest.raises(ConfigurationError, match="Invalid proxy URL: ") as caught:
        parse_proxy(text, "HTTPS_PROXY")
    assert "secret" not in str(caught.value.hints) + caught.value.message
    assert "HTTPS_PROXY" in caught.value.hints[0]


@pytest.fixture
def relay() -> Iterator[Relay]:
    made = Relay()
    yield made
    made.close()


def ask(url: str, body: bytes = b"hi", **settings: Any) -> tuple[int, bytes]:
    transport = HttpTransport(Settings(**{"connect_timeout": 5, "read_timeout": 5, **settings}))
    answer = transport.send(Request("POST", parse_url(url), (), payload(body)))
    return answer.status, answer.body.read()


def test_a_plain_request_goes_to_the_proxy_with_its_whole_address(
    endpoint: Endpoint, relay: Relay
) -> None:
    proxy = f"http://us%40er:pass@127.0.0.1:{relay.port}"
    status, _ = ask(endpoint.url + "/p?q=1", http_proxy=proxy)
    lines = relay.heads[0].split("\r\n")
    assert status == 200
    assert lines[0] == f"POST {endpoint.url}/p?q=1 HTTP/1.1"
    assert lines[1] == f"Host: 127.0.0.1:{endpoint.port}"
    assert f"Proxy-Authorization: Basic {b64encode(b'us@er:pass').decode()}" in lines
    assert endpoint.requests[0].target == "/p?q=1"
    assert "proxy-authorization" not in endpoint.requests[0].headers


@pytest.mark.parametrize("size", [2, 3_000_000])
def test_a_secret_request_goes_through_a_tunnel(
    secure: Endpoint, relay: Relay, ca_bundle: str, size: int
) -> None:
    proxy = f"http://u:p@127.0.0.1:{relay.port}"
    secure.reply(body=b"y" * size)
    answer = ask(secure.url + "/p", b"x" * size, https_proxy=proxy, ca_bundle=ca_bundle)
    assert answer == (200, b"y" * size)
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
def test_a_proxy_may_be_spoken_to_by_tls(
    endpoint: Endpoint, secure: Endpoint, context: ssl.SSLContext, ca_bundle: str, size: int
) -> None:
    relay = Relay(wrap=lambda sock: context.wrap_socket(sock, server_side=True))
    proxy = f"https://127.0.0.1:{relay.port}"
    ways = {"http_proxy": proxy, "https_proxy": proxy, "ca_bundle": ca_bundle}
    for server in (endpoint, secure):
        server.reply(body=b"y" * size)
        assert ask(server.url, b"x" * size, **ways) == (200, b"y" * size)
        assert server.requests[0].body == b"x" * size
    assert [head.split(" ")[0] for head in relay.heads] == ["POST", "CONNECT"]
    relay.close()


def test_a_server_that_is_not_trusted_is_not_trusted_through_two_layers(
    secure: Endpoint, context: ssl.SSLContext, tmp_path: Any
) -> None:
    other = trustme.CA()
    other.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    known = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other.issue_cert("127.0.0.1").configure_cert(known)
    relay = Relay(wrap=lambda sock: known.wrap_socket(sock, server_side=True))
    proxy = f"https://127.0.0.1:{relay.port}"
    with pytest.raises(TransportError, match="SSL validation failed for") as caught:
        ask(secure.url, https_proxy=proxy, ca_bundle=str(tmp_path / "other.pem"))
    assert caught.value.code == "SSLError"
    assert secure.requests == []
    relay.close()


@pytest.fixture
def doubly(context: ssl.SSLContext, ca_bundle: str) -> Iterator[dict[str, str]]:
    """The settings for a proxy that is spoken to by TLS."""
    relay = Relay(wrap=lambda sock: context.wrap_socket(sock, server_side=True))
    yield {"https_proxy": f"https://127.0.0.1:{relay.port}", "ca_bundle": ca_bundle}
    relay.close()


def test_an_answer_while_the_body_is_sent_is_read_through_two_layers(
    secure: Endpoint, doubly: Any
) -> None:
    secure.read_body = False
    was_read = threading.Event()

    def early(sock: socket.socket, received: Any) -> None:
        sock.sendall(response(413, b"too large"))
        was_read.wait(60)

    secure.answer(early)
    assert ask(secure.url, b"x" * 20_000_000, **doubly) == (413, b"too large")
    was_read.set()


def until_full(sock: socket.socket) -> None:
    """Wait until nothing more comes into the buffers below `sock`."""
    sizes = [0, 1]
    while not sizes[-1] or sizes[-1] != sizes[-2]:
        time.sleep(0.02)
        sizes.append(int.from_bytes(fcntl.ioctl(sock, termios.FIONREAD, b"    "), sys.byteorder))


def test_a_server_that_takes_its_time_gets_it_all_through_two_layers(
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
    secure.answer(late)
    assert ask(secure.url, b"x" * size, **doubly)[0] == 200


def test_a_server_that_leaves_is_an_error_through_two_layers(secure: Endpoint, doubly: Any) -> None:
    secure.answer(drop)
    with pytest.raises(TransportError) as caught:
        ask(secure.url, **doubly)
    assert caught.value.code == "ConnectionClosedError"


def test_a_slow_answer_is_waited_for_through_two_layers(secure: Endpoint, doubly: Any) -> None:
    def slowly(sock: socket.socket, received: Any) -> None:
        for byte in response(body=b"slow"):
            sock.sendall(bytes([byte]))

    secure.answer(slowly)
    assert ask(secure.url, **doubly) == (200, b"slow")


def test_hosts_that_need_no_proxy_are_reached_without(endpoint: Endpoint, relay: Relay) -> None:
    proxy = f"http://127.0.0.1:{relay.port}"
    assert ask(endpoint.url, http_proxy=proxy, no_proxy="127.0.0.1")[0] == 200
    assert relay.heads == []


def test_a_connection_through_a_proxy_is_used_again(endpoint: Endpoint, relay: Relay) -> None:
    transport = HttpTransport(Settings(http_proxy=f"http://127.0.0.1:{relay.port}"))
    for _ in range(2):
        request = Request("POST", parse_url(endpoint.url), (), payload(b""))
        transport.send(request).body.read()
    transport.close()
    assert endpoint.connections == 1


REFUSALS = {
    "407": (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", 407),
    "403": (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 403),
    "502 without a reason": (b"HTTP/1.1 502\r\n\r\n", 502),
}


@pytest.mark.parametrize(("refusal", "status"), REFUSALS.values(), ids=REFUSALS)
def test_a_proxy_that_refuses_is_told_by_its_name(
    relay: Relay, refusal: bytes, status: int
) -> None:
    relay.refusal = refusal
    proxy = f"http://user:secret@127.0.0.1:{relay.port}"
    with pytest.raises(TransportError) as caught:
        ask("https://server.invalid/", https_proxy=proxy)
    assert caught.value.code == "ProxyConnectionError"
    assert caught.value.message == (
        f'Failed to connect to proxy URL: "http://***@127.0.0.1:{relay.port}"'
    )
    assert caught.value.hints[0].startswith(f"the proxy answered {status}")
    assert ("HTTPS_PROXY" in " ".join(caught.value.hints)) == (status == 407)
    assert "secret" not in repr(caught.value.hints)


def test_a_proxy_that_wants_to_know_who_asks_is_told_for_plain_requests(relay: Relay) -> None:
    relay.refusal = REFUSALS["407"][0]
    with pytest.raises(TransportError) as caught:
        ask("http://server.invalid/", http_proxy=f"http://127.0.0.1:{relay.port}")
    assert caught.value.code == "ProxyConnectionError"
    assert "HTTP_PROXY=" in caught.value.hints[1]


def test_401_is_the_proxys_where_it_was_told_who_asks(relay: Relay) -> None:
    relay.refusal = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    place = f"127.0.0.1:{relay.port}"
    assert ask("http://server.invalid/", http_proxy=f"http://{place}") == (401, b"")
    with pytest.raises(TransportError) as caught:
        ask("http://server.invalid/", http_proxy=f"http://ann:wrong@{place}")
    assert caught.value.code == "ProxyConnectionError"
    assert caught.value.hints == (
        "the proxy answered 401 Unauthorized",
        "give it other credentials: HTTP_PROXY=http://USER:PASSWORD@HOST:PORT",
    )


def test_407_of_a_server_is_the_servers(endpoint: Endpoint) -> None:
    endpoint.answer(raw(error(407, "X", "no")))
    assert ask(endpoint.url)[0] == 407


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_is_told_by_its_name(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for host, hint in (("127.0.0.1", "refused"), ("nothing.invalid", "host name cannot be")):
        proxy = f"http://u:secret@{host}:{port}"
        with pytest.raises(SmrtError) as caught:
            ask(f"{scheme}://h.invalid/", http_proxy=proxy, https_proxy=proxy)
        assert caught.value.code == "ProxyConnectionError"
        assert caught.value.message == (
            f'Failed to connect to proxy URL: "http://***@{host}:{port}"'
        )
        assert hint in caught.value.hints[0]


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n\r\n"])
def test_a_proxy_that_is_none_is_told_by_its_name(endpoint: Endpoint, answer: bytes) -> None:
    def leave(sock: socket.socket, received: Any) -> None:
        sock.sendall(answer)
        raise ConnectionAbortedError

    endpoint.answer(leave)
    with pytest.raises(TransportError) as caught:
        ask("https://h.invalid/", https_proxy=endpoint.url)
    assert caught.value.code == "ProxyConnectionError"
    assert caught.value.hints[0].startswith("it does not answer as a proxy does")


def test_a_proxy_that_says_nothing_runs_out_of_time(endpoint: Endpoint) -> None:
    endpoint.answer(hang)
    with pytest.raises(TransportError) as caught:
        ask("https://h.invalid/", https_proxy=endpoint.url, connect_timeout=0.2)
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
