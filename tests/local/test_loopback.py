"""Web pages reach neither port of smrt local, whatever they send."""

from collections.abc import Iterator
from contextlib import closing
from time import time
from typing import Any

import pytest

from smrt.local.loopback import rejection_reason, subdomain
from smrt.local.s3 import storage
from smrt.local.s3.storage import BUCKET
from smrt.protocol.messages import Headers, Request
from tests.support.local_server import client, request, send, serve, signed

URL = "http://127.0.0.1:8808"
TARGET = "/endpoints/echo/invocations"


@pytest.fixture(scope="module")
def runtime() -> Iterator[str]:
    with serve() as url:
        yield url


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with storage.running_storage(time) as running:
        yield running.url


def reason_for(host: str | None, *headers: tuple[str, str], url: str = URL) -> str | None:
    hosts = () if host is None else (("Host", host),)
    return rejection_reason(request(url, "/", headers=(*hosts, *headers)))


OWN = [
    "127.0.0.1:8808",
    "localhost:8808",
    "LocalHost:8808",
    "[::1]:8808",
    "[0:0:0:0:0:0:0:1]:8808",
    "127.0.0.2:8808",
    "smrt-local.localhost:8808",
]
OTHER = [
    None,
    "",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:8809",
    "127.0.0.1:8808:8808",
    "127.0.0.1:8808, evil.example:8808",
    "evil.example:8808",
    "localhost.evil.example:8808",
    "evillocalhost:8808",
    "127.0.0.1.evil.example:8808",
    "user@localhost:8808",
    "192.168.0.1:8808",
    "0.0.0.0:8808",
    "[::]:8808",
    "::1:8808",
    "[localhost]:8808",
    "localhost:\uff18\uff18\uff10\uff18",
]


@pytest.mark.parametrize("host", OWN)
def test_names_of_this_host_are_accepted(host: str) -> None:
    assert reason_for(host) is None


@pytest.mark.parametrize("host", OTHER)
def test_other_hosts_are_rejected(host: str | None) -> None:
    assert reason_for(host) == f"smrt local listens on 127.0.0.1:8808, not on {host or ''!r}"


def test_the_default_port_is_80() -> None:
    assert reason_for("localhost", url="http://127.0.0.1:80") is None
    assert reason_for("localhost:80", url="http://127.0.0.1:80") is None


PAGES = [
    ("Origin", "https://evil.example"),
    ("ORIGIN", "null"),
    ("Origin", ""),
    ("Origin", URL),
    ("Sec-Fetch-Site", "cross-site"),
    ("sec-fetch-site", "same-site"),
]


@pytest.mark.parametrize("page_header", PAGES)
def test_web_pages_are_rejected(page_header: tuple[str, str]) -> None:
    assert reason_for("localhost:8808", page_header) == "smrt local rejects requests from web pages"


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_requests_from_the_address_bar_are_accepted(site: str) -> None:
    assert reason_for("localhost:8808", ("Sec-Fetch-Site", site)) is None


@pytest.mark.parametrize(
    ("host", "name"),
    [("a.b.localhost:1", "a.b"), ("localhost:1", ""), ("127.0.0.1:1", ""), ("a b", "")],
)
def test_a_subdomain_is_the_part_before_localhost(host: str, name: str) -> None:
    assert subdomain(host) == name


ATTACKS: list[Headers] = [
    (("Host", "evil.example:{port}"),),
    (("Host", "127.0.0.1:{port}"), ("Origin", "https://evil.example")),
    (("Host", "127.0.0.1:{port}"), ("Sec-Fetch-Site", "cross-site")),
]


def attack(signed_request: Request, headers: Headers, method: str) -> Any:
    """The response to `signed_request` with the headers of a web page."""
    port = str(signed_request.url.port)
    page_headers = tuple((name, value.replace("{port}", port)) for name, value in headers)
    others = tuple(pair for pair in signed_request.headers if pair[0] != "Host")
    return send(signed_request._replace(headers=(*page_headers, *others), method=method))


@pytest.mark.parametrize("headers", ATTACKS)
@pytest.mark.parametrize("method", ["POST", "OPTIONS", "GET"])
def test_the_runtime_rejects_requests_of_web_pages(
    runtime: str, headers: Headers, method: str
) -> None:
    response = attack(signed(request(runtime, TARGET, b"1"), time()), headers, method)
    assert response.status == 403
    assert response.headers["x-amzn-errortype"] == "AccessDeniedException"
    assert b'{"Message": "smrt local ' in response.body
    assert not [name for name in response.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("headers", ATTACKS)
@pytest.mark.parametrize("method", ["POST", "OPTIONS", "GET", "PUT", "DELETE"])
def test_s3_rejects_requests_of_web_pages(s3: str, headers: Headers, method: str) -> None:
    response = attack(signed(request(s3, f"/{BUCKET}/a", b"1"), time(), "s3"), headers, method)
    assert response.status == 403
    assert b"<Error><Code>AccessDenied</Code><Message>smrt local " in response.body
    assert not [name for name in response.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST"])
def test_the_name_localhost_reaches_the_runtime(runtime: str, name: str) -> None:
    with closing(client(runtime.replace("127.0.0.1", name))) as boto:
        assert boto.invoke_endpoint(EndpointName="echo", Body=b"1")["Body"].read() == b"1"
