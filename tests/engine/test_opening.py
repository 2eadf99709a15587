"""Connections through proxies, to several addresses, and ones that do not open."""

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from smrt.engine.call import Delivery, EngineCall
from smrt.engine.event_loop import EventLoop
from smrt.engine.helper_threads import HelperThreads
from smrt.engine.network.opening import Opening
from smrt.engine.network.resolver import Resolver
from smrt.errors import ConfigurationError
from tests.engine.conftest import Runner, prepared
from tests.support.loopback import reserved_port
from tests.support.relay import Relay
from tests.support.scripted_endpoint import Endpoint, drop


@pytest.fixture(params=["http", "https"])
def relay(request: pytest.FixtureRequest, context: ssl.SSLContext) -> Iterator[Relay]:
    """A proxy that is reached over HTTP, and one over HTTPS."""
    secure = request.param == "https"
    made = Relay(
        wrap=(lambda sock: context.wrap_socket(sock, server_side=True)) if secure else None
    )
    made.url = f"{request.param}://u:p@127.0.0.1:{made.port}"  # type: ignore[attr-defined]
    yield made
    made.close()


def proxies(relay: Any, ca_bundle: str) -> dict[str, str]:
    return {"http_proxy": relay.url, "https_proxy": relay.url, "ca_bundle": ca_bundle}


def test_http_requests_go_to_the_proxy_with_the_absolute_url(
    endpoint: Endpoint, relay: Relay, runner: Runner, ca_bundle: str
) -> None:
    done = runner.run(endpoint.url, 20, **proxies(relay, ca_bundle))
    assert [each.error for each in done] == [None] * 20
    lines = relay.heads[0].split("\r\n")
    assert lines[0] == f"POST {endpoint.url}/endpoints/e/invocations HTTP/1.1"
    assert "Proxy-Authorization: Basic dTpw" in lines
    assert len(relay.heads) <= 4


@pytest.mark.parametrize("size", [2, 3_000_000])
def test_https_requests_go_through_a_tunnel(
    secure: Endpoint, relay: Relay, runner: Runner, ca_bundle: str, size: int
) -> None:
    for _ in range(4):
        secure.respond(body=b"y" * size)
    calls = [EngineCall(prepared(secure.url), b"x" * size, n) for n in range(4)]
    done = runner.run(secure.url, calls, concurrency=2, **proxies(relay, ca_bundle))
    assert [(each.error, len(each.body)) for each in done] == [(None, size)] * 4
    assert [len(each.body) for each in secure.requests] == [size] * 4
    assert {head.split(" ")[0] for head in relay.heads} == {"CONNECT"}


def test_a_closed_connection_through_a_tunnel_is_replaced(
    secure: Endpoint, relay: Relay, runner: Runner, ca_bundle: str
) -> None:
    secure.respond()
    secure.respond_with(drop)
    done = runner.run(secure.url, 2, concurrency=1, **proxies(relay, ca_bundle))
    assert [each.error for each in done] == [None, None]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_rejects_the_credentials_sent_nothing_on(
    scheme: str, relay: Relay, runner: Runner, ca_bundle: str
) -> None:
    relay.refusal = b"HTTP/1.1 407 Authenticate\r\nContent-Length: 0\r\n\r\n"
    (done,) = runner.run(f"{scheme}://nothing.invalid", 1, **proxies(relay, ca_bundle))
    assert (done.error and done.error.code) == "ProxyConnectionError"
    assert "407" in str(done.error and done.error.hints)


def test_a_proxy_that_is_not_there_is_a_proxy_error(runner: Runner) -> None:
    with reserved_port() as port:
        (done,) = runner.run("http://h", 1, http_proxy=f"http://127.0.0.1:{port}")
    assert (done.error and done.error.code) == "ProxyConnectionError"
    assert done.delivery is Delivery.UNSENT


def test_a_wrong_configuration_is_an_error_before_anything_is_sent(runner: Runner) -> None:
    with pytest.raises(ConfigurationError):
        runner.make("https://h", https_proxy="socks5://p")
    with pytest.raises(ConfigurationError):
        runner.make("https://h", ca_bundle="/nothing.pem")


def test_a_server_that_does_not_answer_a_handshake_is_a_connect_timeout(
    runner: Runner, ca_bundle: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        (done,) = runner.run(url, 1, connect_timeout=0.1, ca_bundle=ca_bundle)
    assert (done.error and done.error.code, done.attempts) == ("ConnectTimeoutError", 3)
    assert done.delivery is Delivery.UNSENT


def test_every_address_is_tried(endpoint: Endpoint) -> None:
    loop, results = EventLoop(), []
    kinds = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    opening = Opening(loop, 60.0, lambda *result: results.append(result))
    with reserved_port() as closed:
        ports = (closed, closed, endpoint.port)
        opening.connect([(*kinds, ("127.0.0.1", port)) for port in ports])
        while not results:
            loop.run_once()
    ((_, sock, failure),) = results
    assert sock is not None
    assert (sock.getpeername()[1], failure) == (endpoint.port, None)
    sock.close()
    loop.close()


def test_no_address_is_an_error() -> None:
    loop, results = EventLoop(), []
    Opening(loop, 5.0, lambda *result: results.append(result)).connect([])
    assert str(results[0][2]) == "the host name has no IP address"
    loop.close()


def test_one_lookup_serves_all_that_wait_and_those_that_come_soon() -> None:
    loop = EventLoop()
    helpers, results = HelperThreads(loop), []
    resolver = Resolver("localhost", 80, loop, helpers)
    for _ in range(3):
        resolver.resolve(lambda *result: results.append(result))
    assert results == []
    while len(results) < 3:
        loop.run_once()
    resolver.resolve(lambda *result: results.append(result))
    assert len(results) == 4
    assert {failure for _, failure in results} == {None}
    assert {address[4][0] for addresses, _ in results for address in addresses} <= {
        "127.0.0.1",
        "::1",
    }
    helpers.close()
    loop.close()
