"""A network that inspects TLS: its CA is trusted by every request of a call."""

import os
import ssl
from collections.abc import Iterator
from contextlib import closing

import pytest
import trustme

from smrt.protocol.certificates import CA_HINT
from tests.config.test_sso import SESSION, logged_in
from tests.conftest import Result, Smrt
from tests.support.aws_services import FAR, Emulator, FakeServices
from tests.support.interceptor import Interceptor
from tests.support.scripted_endpoint import Endpoint
from tests.transport.test_tls import LINE

RUNTIME, OIDC = "runtime.example.com", "oidc.example.com"


@pytest.fixture
def proxy(authority: trustme.CA, endpoint: Endpoint, aws: FakeServices) -> Iterator[Interceptor]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(RUNTIME, OIDC).configure_cert(context)
    with closing(Interceptor(context, {RUNTIME: endpoint.port, OIDC: aws.server_port})) as made:
        yield made


@pytest.fixture
def call(smrt: Smrt, aws_home: Emulator, proxy: Interceptor, aws: FakeServices) -> Smrt:
    """A call with an SSO token that has to be refreshed; SSO itself is in NO_PROXY."""
    registration = {"clientId": "i", "clientSecret": "s", "registrationExpiresAt": FAR}
    logged_in(aws_home, "corp", 60, refreshToken="r", **registration)
    aws_home.write("config", SESSION.replace("dev team", "dev"))
    aws_home.set(
        AWS_PROFILE="dev",
        AWS_ENDPOINT_URL_SSO_OIDC=f"https://{OIDC}",
        AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME=f"https://{RUNTIME}",
        HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}",
        HTTP_PROXY=f"http://127.0.0.1:{proxy.port}",
        NO_PROXY="127.0.0.1",
    )

    def run(**variables: str) -> Result:
        aws_home.set(**variables)
        unset = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "")
        return smrt(*LINE, env={**os.environ, **unset})

    return run


@pytest.fixture(params=["AWS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def trust(request: pytest.FixtureRequest, ca_bundle: str) -> dict[str, str]:
    """A variable that names the CA of the network."""
    is_folder = request.param == "SSL_CERT_DIR"
    return {request.param: request.getfixturevalue("ca_folder") if is_folder else ca_bundle}


def test_an_sso_refresh_and_the_call_trust_the_ca_of_the_network(
    call: Smrt,
    proxy: Interceptor,
    endpoint: Endpoint,
    aws: FakeServices,
    trust: dict[str, str],
) -> None:
    ran = call(**trust)
    assert (ran.code, ran.err) == (0, "")
    assert proxy.hosts == [OIDC, RUNTIME]
    assert aws.calls[0].form["refreshToken"] == "r"
    assert aws.calls[1].headers["x-amz-sso_bearer_token"] == "fresh"
    assert "Credential=AKIDSSO/" in endpoint.requests[0].headers["authorization"]


def test_an_sso_refresh_that_does_not_trust_the_network_has_a_hint(
    call: Smrt, proxy: Interceptor
) -> None:
    ran = call()
    assert ran.code == 255
    assert "An error occurred (SSLError): SSL validation failed for https://oidc" in ran.err
    assert f"smrt: hint: {CA_HINT}\n" in ran.err
    assert set(proxy.hosts) == {OIDC}
