"""Certificates are verified, with real certificates on real servers."""

import shutil
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import trustme

from smrt.client.boto3_client import Client
from smrt.client.payload import payload
from smrt.errors import ConfigurationError, SmrtError
from smrt.protocol.certificates import CA_HINT
from smrt.protocol.messages import Request, Settings
from smrt.protocol.urls import parse_url
from smrt.transport import tls
from smrt.transport.pool import HttpTransport
from tests.conftest import CREDENTIAL_VARIABLES
from tests.support.scripted_endpoint import Endpoint, raw, reset, response

LINE = ("invoke-endpoint", "--endpoint-name", "e", "--body", "aGk=", "-")


def transport(**settings: Any) -> HttpTransport:
    return HttpTransport(Settings(**{"connect_timeout": 5, "read_timeout": 5, **settings}))


def send(url: str, body: bytes = b"hi", **settings: Any) -> tuple[int, bytes]:
    result = transport(**settings).send(Request("POST", parse_url(url), (), payload(body)))
    return result.status, result.body.read()


def failure(url: str, **settings: Any) -> SmrtError:
    with pytest.raises(SmrtError) as caught:
        send(url, **settings)
    return caught.value


def serve(context: ssl.SSLContext) -> Endpoint:
    return Endpoint(wrap=lambda sock: context.wrap_socket(sock, server_side=True))


@pytest.fixture
def made(authority: trustme.CA) -> Iterator[Any]:
    """Return a function that starts an endpoint with a certificate for the names passed to it."""
    endpoints: list[Endpoint] = []

    def make(*names: str, **kwargs: Any) -> Endpoint:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names, **kwargs).configure_cert(context)
        endpoints.append(serve(context))
        return endpoints[-1]

    yield make
    for endpoint in endpoints:
        endpoint.close()


def test_a_server_with_a_certificate_from_the_bundle_is_trusted(
    secure: Endpoint, ca_bundle: str
) -> None:
    assert send(secure.url, ca_bundle=ca_bundle) == (200, b'{"predictions":[1]}')


def test_a_bundle_can_be_a_hashed_folder(secure: Endpoint, ca_bundle: str, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    ran = subprocess.run(
        [openssl, "x509", "-noout", "-hash", "-in", ca_bundle], capture_output=True, check=True
    )
    shutil.copy(ca_bundle, tmp_path / f"{ran.stdout.decode().strip()}.0")
    assert send(secure.url, ca_bundle=str(tmp_path))[0] == 200


def test_a_certificate_from_an_unknown_authority_is_not_trusted(
    secure: Endpoint, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    for ca_bundle in (None, str(tmp_path / "other.pem")):
        error = failure(secure.url + "/p", ca_bundle=ca_bundle)
        assert error.code == "SSLError"
        assert error.message.startswith(
            f"SSL validation failed for {secure.url}/p [SSL: CERTIFICATE_VERIFY_FAILED] "
        )
        assert error.hints == (CA_HINT,)
    assert secure.requests == []


def test_a_certificate_for_another_name_is_not_trusted(made: Any, ca_bundle: str) -> None:
    endpoint = made("elsewhere.example")
    error = failure(endpoint.url, ca_bundle=ca_bundle)
    assert error.code == "SSLError"
    assert "IP address mismatch" in error.message
    assert error.hints == ()


def test_an_expired_certificate_is_not_trusted(made: Any, ca_bundle: str) -> None:
    yesterday = datetime.now(timezone.utc) - timedelta(days=1)
    endpoint = made("127.0.0.1", not_after=yesterday)
    error = failure(endpoint.url, ca_bundle=ca_bundle)
    assert error.code == "SSLError"
    assert "certificate has expired" in error.message


def test_the_host_name_is_sent_and_verified(made: Any, ca_bundle: str) -> None:
    endpoint = made("localhost")
    assert send(endpoint.url.replace("127.0.0.1", "localhost"), ca_bundle=ca_bundle)[0] == 200
    sock = socket.create_connection(("127.0.0.1", endpoint.port))
    tls.wrap(sock, "localhost.", tls.context(ca_bundle=ca_bundle)).close()


def test_without_verification_every_certificate_is_accepted(made: Any) -> None:
    endpoint = made("elsewhere.example")
    assert send(endpoint.url, verify=False)[0] == 200


@pytest.mark.parametrize(
    ("content", "text"),
    [(None, "No such file"), (b"", ""), (b"no certificate", "")],
)
def test_an_invalid_bundle_is_an_error_before_anything_is_sent(
    secure: Endpoint, tmp_path: Path, content: bytes | None, text: str
) -> None:
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_bytes(content)
    error = failure(secure.url, ca_bundle=str(bundle))
    assert isinstance(error, ConfigurationError)
    assert error.message.startswith(f"the CA bundle {bundle} cannot be used: ")
    assert text in error.message
    assert secure.connections == 0


def test_the_default_bundle_is_the_first_hashed_folder_or_botocores(tmp_path: Path) -> None:
    bundle = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls._load_default(bundle, (None, str(tmp_path), str(tmp_path / "nothing")))
    assert len(bundle.get_ca_certs()) > 50
    (tmp_path / "0a1b2c3d.0").touch()
    hashed = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls._load_default(hashed, (None, str(tmp_path)))
    assert hashed.get_ca_certs() == []


def test_the_minimum_version_of_tls_is_1_2() -> None:
    context = tls.context()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.fixture
def old(authority: trustme.CA, ca_bundle: str) -> Iterator[Endpoint]:
    """A server that supports TLS 1.1 at most."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
        for context in (theirs, ours):
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    ours.load_verify_locations(ca_bundle)
    endpoint = serve(theirs)
    try:
        with socket.create_connection(("127.0.0.1", endpoint.port)) as sock:
            ours.wrap_socket(sock, server_hostname="127.0.0.1").close()
    except OSError:
        endpoint.close()
        pytest.skip("this OpenSSL has no TLS 1.1")
    yield endpoint
    endpoint.close()


def test_tls_1_1_is_an_error(old: Endpoint, ca_bundle: str) -> None:
    error = failure(old.url, ca_bundle=ca_bundle)
    assert error.code == "SSLError"
    assert old.requests == []


def test_a_server_without_tls_is_a_tls_error(endpoint: Endpoint) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def respond() -> None:
            sock, _ = server.accept()
            sock.recv(1000)
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            sock.close()

        thread = threading.Thread(target=respond)
        thread.start()
        error = failure(f"https://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()
    assert error.code == "SSLError"
    assert "WRONG_VERSION_NUMBER" in error.message


def test_an_incomplete_handshake_is_a_connect_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        error = failure(f"https://127.0.0.1:{server.getsockname()[1]}/", connect_timeout=0.2)
    assert error.code == "ConnectTimeoutError"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_connection_is_reused(
    authority: trustme.CA, ca_bundle: str, version: ssl.TLSVersion
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = version
    authority.issue_cert("127.0.0.1").configure_cert(context)
    endpoint = serve(context)
    shared = transport(ca_bundle=ca_bundle)
    for _ in range(3):
        shared.send(Request("POST", parse_url(endpoint.url), (), payload(b"hi"))).body.read()
    shared.close()
    endpoint.close()
    assert (len(endpoint.requests), endpoint.connections) == (3, 1)


def test_5_mb_are_sent_and_received(secure: Endpoint, ca_bundle: str) -> None:
    content = bytes(range(256)) * 20_000
    secure.respond(body=content)
    assert send(secure.url, content, ca_bundle=ca_bundle) == (200, content)
    assert secure.requests[0].body == content


@pytest.mark.parametrize("then", [None, reset])
def test_a_response_while_the_body_is_sent_is_read(
    secure: Endpoint, ca_bundle: str, then: Any
) -> None:
    secure.read_body = False
    secure.respond_with(raw(response(413, b"too large"), then))
    assert send(secure.url, b"x" * 5_000_000, ca_bundle=ca_bundle) == (413, b"too large")


def test_a_connection_reset_is_an_error(secure: Endpoint, ca_bundle: str) -> None:
    secure.respond_with(reset)
    assert failure(secure.url, ca_bundle=ca_bundle).code == "ConnectionClosedError"


def test_an_incomplete_body_is_an_error(secure: Endpoint, ca_bundle: str) -> None:
    secure.respond_with(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", reset))
    assert failure(secure.url, ca_bundle=ca_bundle).code == "ResponseStreamingError"


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_bundle_can_come_from_the_environment(
    smrt: Any, secure: Endpoint, ca_bundle: str, variable: str
) -> None:
    environ = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": secure.url, variable: ca_bundle}
    ran = smrt(*LINE, env=environ)
    assert (ran.code, ran.out, ran.err) == (0, b'{"predictions":[1]}', "")


def test_a_folder_can_come_from_the_environment(
    smrt: Any, secure: Endpoint, ca_folder: str
) -> None:
    environ = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": secure.url, "SSL_CERT_DIR": ca_folder}
    assert smrt(*LINE, env=environ).code == 0


def test_disabled_verification_is_one_warning(smrt: Any, secure: Endpoint) -> None:
    for _ in range(2):
        secure.respond_with(raw(response(503, b"")))
    ran = smrt(*LINE, "--no-verify-ssl", "--endpoint-url", secure.url)
    assert (ran.code, ran.out) == (0, b'{"predictions":[1]}')
    assert ran.err == (
        "smrt: warning: the certificate of 127.0.0.1 is not verified: "
        "others can intercept the request and the response\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        ("batch", "--endpoint-name", "e", "-", "-", "--progress", "none"),
        ("bench", "--endpoint-name", "e", "--input", "-", "--request-count", "2"),
    ],
)
def test_many_calls_without_verification_are_one_warning(
    smrt: Any, secure: Endpoint, line: tuple[str, ...]
) -> None:
    options = ("--no-verify-ssl", "--endpoint-url", secure.url)
    ran = smrt(*line, *options, stdin=b'{"x": 1}\n{"x": 2}\n')
    assert ran.code == 0
    assert ran.err.count("the certificate of 127.0.0.1 is not verified") == 1


def test_http_without_verification_is_no_warning(smrt: Any, endpoint: Endpoint) -> None:
    ran = smrt(*LINE, "--no-verify-ssl")
    assert (ran.code, ran.err) == (0, "")


def test_a_python_client_uses_pythons_warnings(secure: Endpoint, environ: dict[str, str]) -> None:
    client = Client(
        "us-east-1", endpoint_url=secure.url, verify=False, environ=environ | CREDENTIAL_VARIABLES
    )
    with pytest.warns(UserWarning, match="is not verified") as caught:
        client.invoke_endpoint(EndpointName="e", Body=b"")["Body"].close()
    assert caught[0].filename == __file__
    client.invoke_endpoint(EndpointName="e", Body=b"")["Body"].close()
    client.close()
