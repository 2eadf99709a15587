"""Requests through a real proxy: Debian's tinyproxy, https://tinyproxy.github.io/"""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import Smrt
from tests.support.loopback import reserved_port
from tests.support.polling import until
from tests.support.scripted_endpoint import Endpoint

PROGRAM = shutil.which("tinyproxy", path="/usr/bin:/usr/sbin:/usr/local/bin:/bin")
LINE = ("invoke-endpoint", "--endpoint-name", "e", "--body", "aGk=", "-")
PREDICTION = b'{"predictions":[1]}'
ONCE = {"AWS_MAX_ATTEMPTS": "1"}

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="tinyproxy is not installed")


class Tinyproxy(NamedTuple):
    """A running tinyproxy: its host and port, its URL with credentials, and its log."""

    address: str
    log: Path

    @property
    def url(self) -> str:
        return f"http://ann:se%2Ecret@{self.address}"


@pytest.fixture
def tinyproxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tinyproxy]:
    """A tinyproxy that requires credentials, on a free port."""
    folder = tmp_path_factory.mktemp("tinyproxy")
    config, log = folder / "tinyproxy.conf", folder / "log"
    with reserved_port() as port:
        config.write_text(
            f"Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nMaxClients 10\n"
            f'LogFile "{log}"\nLogLevel Connect\nBasicAuth ann se.cret\n'
        )
        assert PROGRAM is not None
        process = subprocess.Popen([PROGRAM, "-d", "-c", str(config)], stdout=subprocess.DEVNULL)
        try:
            until(lambda: _listens(port, process))
            yield Tinyproxy(f"127.0.0.1:{port}", log)
        finally:
            process.kill()  # a SIGTERM that comes just before it waits goes unnoticed
            process.wait()


def _listens(port: int, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, "tinyproxy has ended"
    with socket.socket() as sock:
        return not sock.connect_ex(("127.0.0.1", port))


def test_an_http_request_goes_through_a_real_proxy(
    smrt: Smrt, endpoint: Endpoint, tinyproxy: Tinyproxy
) -> None:
    ran = smrt(*LINE, env={"HTTP_PROXY": tinyproxy.url})
    assert (ran.code, ran.out, ran.err) == (0, PREDICTION, "")
    (received,) = endpoint.requests
    assert received.target == "/endpoints/e/invocations"
    assert "tinyproxy" in received.headers["via"]
    assert "proxy-authorization" not in received.headers


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
def test_an_https_request_goes_through_a_tunnel_of_a_real_proxy(
    smrt: Smrt, secure: Endpoint, ca_bundle: str, tinyproxy: Tinyproxy, variable: str
) -> None:
    body = bytes(range(256)) * 20_000
    secure.respond(body=body)
    ran = smrt(
        *("invoke-endpoint", "--endpoint-name", "e", "--body", "-", "--ca-bundle", ca_bundle),
        *("--endpoint-url", secure.url),
        stdin=body,
        env={variable: tinyproxy.url},
    )
    assert (ran.code, ran.out == body, ran.err) == (0, True, "")
    (received,) = secure.requests
    assert received.body == body
    assert "via" not in received.headers
    assert f"CONNECT {secure.url.removeprefix('https://')} " in tinyproxy.log.read_text()


@pytest.mark.parametrize("user", ["ann:wrong@", "bob:se%2Ecret@", ""])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_error_for_a_rejection_names_the_real_proxy(
    *,
    smrt: Smrt,
    endpoint: Endpoint,
    secure: Endpoint,
    tinyproxy: Tinyproxy,
    scheme: str,
    user: str,
) -> None:
    server = secure if scheme == "https" else endpoint
    variable = f"{scheme.upper()}_PROXY"
    environ = {variable: f"http://{user}{tinyproxy.address}", **ONCE}
    ran = smrt(*LINE, "--endpoint-url", server.url, env=environ)
    masked = f"http://{'***@' if user else ''}{tinyproxy.address}"
    first, *hints = ran.err.splitlines()
    assert ran.code == 255
    assert first == (
        "smrt: [ERROR]: An error occurred (ProxyConnectionError): "
        f'Failed to connect to proxy URL: "{masked}"'
    )
    assert hints[0].startswith("smrt: hint: the proxy returned 40")
    which = "other credentials" if user else "credentials"
    assert hints[1:] == [f"smrt: hint: set {which}: {variable}=http://USER:PASSWORD@HOST:PORT"]
    assert server.connections == 0


def test_a_server_that_a_real_proxy_cannot_reach_is_a_proxy_error(
    smrt: Smrt, tinyproxy: Tinyproxy, ca_bundle: str
) -> None:
    environ = {"HTTPS_PROXY": tinyproxy.url, "AWS_CA_BUNDLE": ca_bundle, **ONCE}
    with reserved_port() as port:
        ran = smrt(*LINE, "--endpoint-url", f"https://127.0.0.1:{port}", env=environ)
    assert ran.code == 255
    assert "(ProxyConnectionError)" in ran.err
    assert "the proxy returned 500" in ran.err


@pytest.mark.parametrize("rule", ["127.0.0.1", "*", "example.com, .0.0.1"])
def test_hosts_in_no_proxy_bypass_a_real_proxy(
    smrt: Smrt, endpoint: Endpoint, tinyproxy: Tinyproxy, rule: str
) -> None:
    ran = smrt(*LINE, env={"HTTP_PROXY": tinyproxy.url, "NO_PROXY": rule})
    assert (ran.code, ran.out, ran.err) == (0, PREDICTION, "")
    assert "via" not in endpoint.requests[0].headers
    assert "POST" not in tinyproxy.log.read_text()
