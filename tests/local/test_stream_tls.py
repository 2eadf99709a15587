"""Streams over TLS: with a temporary certificate, through proxies, and where HTTP/2 is refused."""

import shutil
import ssl
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import time

import pytest
import trustme
from cryptography import x509

from smrt.errors import ConfigurationError
from smrt.local.endpoint import echo
from smrt.local.server import serving
from smrt.local.server_response import ServerResponse
from smrt.local.service import Service
from smrt.local.streams.stream_endpoint import echo_stream
from smrt.local.streams.tls_certificate import temporary_tls
from smrt.protocol.messages import Request
from tests.conftest import Smrt
from tests.support.relay import Relay
from tests.support.scripted_endpoint import Endpoint

ECHO = (
    *("invoke-endpoint-with-bidirectional-stream", "--endpoint-name", "echo"),
    *("--linger", "0", "--endpoint-url"),
)
SERVICE = Service({"echo": echo}, clock=time, report_error=print, streams={"echo": echo_stream})
OPENSSL = shutil.which("openssl")
MAKERS = pytest.mark.parametrize(
    "openssl",
    [
        pytest.param(
            OPENSSL, marks=pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
        ),
        None,
    ],
    ids=["openssl", "cryptography"],
)


def tls_url(url: str, host: str = "localhost") -> str:
    return f"https://{host}:{url.rpartition(':')[2]}"


@MAKERS
def test_a_temporary_certificate_serves_streams_and_requests_on_this_host(
    smrt: Smrt, openssl: str | None
) -> None:
    with temporary_tls(openssl) as tls, serving(SERVICE, tls=tls.context) as url:
        for host in ("localhost", "127.0.0.1"):
            options = (tls_url(url, host), "--ca-bundle", tls.certificate)
            done = smrt(*ECHO, *options, stdin=b"hello\n")
            assert (done.code, done.out, done.err) == (0, b"hello\n", "")
        request = ("invoke-endpoint", "--endpoint-name", "echo", "--data", "hi", "--endpoint-url")
        assert smrt(*request, *options).out == b"hi"
        assert smrt(*request, url).out == b"hi"  # without TLS, on the same port


@MAKERS
def test_the_certificate_is_a_leaf_for_this_host_and_a_day(openssl: str | None) -> None:
    with temporary_tls(openssl) as tls:
        path = Path(tls.certificate)
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        assert [each.name for each in path.parent.iterdir()] == [path.name]  # the key is deleted
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.parent.exists()
    extensions = certificate.extensions
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert timedelta(hours=24) <= lifetime <= timedelta(hours=24, minutes=10)


def test_a_certificate_needs_openssl_or_cryptography(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography", None)
    with pytest.raises(ConfigurationError, match="or the package cryptography"):
        temporary_tls(None).__enter__()


def test_an_openssl_that_fails_is_an_error_of_one_line() -> None:
    with pytest.raises(ConfigurationError, match="openssl cannot make a certificate"):
        temporary_tls(shutil.which("false")).__enter__()


@pytest.fixture
def secure_url(authority: trustme.CA) -> Iterator[str]:
    """The URL of a server whose certificate is from `authority`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2"])
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    with serving(SERVICE, tls=context) as url:
        yield tls_url(url)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_streams_go_through_tunnels_of_proxies(
    smrt: Smrt, secure_url: str, ca_bundle: str, context: ssl.SSLContext, scheme: str
) -> None:
    wrap = None if scheme == "http" else lambda sock: context.wrap_socket(sock, server_side=True)
    relay = Relay(wrap=wrap)
    try:
        env = {"HTTPS_PROXY": f"{scheme}://user:secret@127.0.0.1:{relay.port}"}
        done = smrt(*ECHO, secure_url, "--ca-bundle", ca_bundle, stdin=b"hello\n", env=env)
    finally:
        relay.close()
    assert (done.code, done.out, done.err) == (0, b"hello\n", "")
    assert len(relay.heads) == 1
    assert relay.heads[0].startswith(f"CONNECT {secure_url.removeprefix('https://')} HTTP/1.1")
    assert "\r\nProxy-Authorization: Basic " in relay.heads[0]


def test_a_proxy_that_refuses_the_tunnel_is_an_error(smrt: Smrt, secure_url: str) -> None:
    relay = Relay()
    relay.refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
    try:
        env = {"HTTPS_PROXY": f"http://127.0.0.1:{relay.port}", "AWS_MAX_ATTEMPTS": "1"}
        done = smrt(*ECHO, secure_url, env=env)
    finally:
        relay.close()
    assert done.code == 255
    assert "403 Forbidden" in done.err


def test_a_server_without_http2_over_tls_is_refused(
    smrt: Smrt, secure: Endpoint, ca_bundle: str
) -> None:
    done = smrt(*ECHO, secure.url, "--ca-bundle", ca_bundle, stdin=b"unread")
    assert done.code == 253
    assert f'The server does not offer HTTP/2: "{secure.url}/endpoints/echo' in done.err
    assert "check the endpoint URL and its port, 8443 in AWS" in done.err
    assert secure.requests == []


class Http1Only:
    """A handler for requests alone."""

    def rejection(self, head: Request) -> ServerResponse | None:  # noqa: ARG002 - its signature
        return None

    def respond(self, request: Request) -> ServerResponse:
        raise AssertionError(request)


def test_a_server_without_http2_is_refused(smrt: Smrt) -> None:
    with serving(Http1Only()) as url:
        done = smrt(*ECHO, url, stdin=b"unread")
    assert done.code == 253
    assert f'The server does not offer HTTP/2: "{url}/endpoints/echo' in done.err
    assert "decrypts TLS" not in done.err


def test_an_untrusted_certificate_is_an_error(smrt: Smrt, secure_url: str) -> None:
    done = smrt(*ECHO, secure_url, env={"AWS_MAX_ATTEMPTS": "1"})
    assert done.code == 255
    assert "CERTIFICATE_VERIFY_FAILED" in done.err
