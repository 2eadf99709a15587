"""Web pages reach neither port of smrt local, whatever they send."""

from collections.abc import Iterator
from contextlib import closing
from time import time
from typing import Any

import pytest

from smrt.local.loopback import objection, subdomain
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
    with storage.running(time) as running:
        yield running.url


def objection_to(host: str | None, *headers: tuple[str, str], url: str = URL) -> str | None:
    hosts = () if host is None else (("Host", host),)
    return objection(request(url, "/", headers=(*hosts, *headers)))


OWN = [
    "127.0.0.1:8808",
    "localhost:8808",
    "LocalHost:8808",
    "[::1]:8808",
    "[0:0:0:0:0:0:0:1]:8808",
    "127.0.0.2:8808",
    "smrt-local.localhost:8808",
]
FOREIGN = [
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
def test_this_hosts_names_are_taken(host: str) -> None:
    assert objection_to(host) is None


@pytest.mark.parametrize("host", FOREIGN)
def test_other_hosts_are_refused(host: str | None) -> None:
    assert objection_to(host) == f"smrt local is at 127.0.0.1:8808, and not at {host or ''!r}"


def test_http_has_port_80() -> None:
    assert objection_to("localhost", url="http://127.0.0.1:80") is None
    assert objection_to("localhost:80", url="http://127.0.0.1:80") is None


PAGES = [
    ("Origin", "https://evil.example"),
    ("ORIGIN", "null"),
    ("Origin", ""),
    ("Origin", URL),
    ("Sec-Fetch-Site", "cross-site"),
    ("sec-fetch-site", "same-site"),
]


@pytest.mark.parametrize("sent", PAGES)
def test_web_pages_are_refused(sent: tuple[str, str]) -> None:
    assert objection_to("localhost:8808", sent) == "smrt local serves no web pages"


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_the_address_bar_is_the_users(site: str) -> None:
    assert objection_to("localhost:8808", ("Sec-Fetch-Site", site)) is None


@pytest.mark.parametrize(
    ("host", "name"),
    [("a.b.localhost:1", "a.b"), ("localhost:1", ""), ("127.0.0.1:1", ""), ("a b", "")],
)
def test_a_subdomain_is_what_stands_before_localhost(host: str, name: str) -> None:
    assert subdomain(host) == name


ATTACKS: list[Headers] = [
    (("Host", "evil.example:{port}"),),
    (("Host", "127.0.0.1:{port}"), ("Origin", "https://evil.example")),
    (("Host", "127.0.0.1:{port}"), ("Sec-Fetch-Site", "cross-site")),
]


def attack(wanted: Request, headers: Headers, method: str) -> Any:
    """The response to `wanted`, well signed, from a web page."""
    port = str(wanted.url.port)
    sent = tuple((name, value.replace("{port}", port)) for name, value in headers)
    kept = tuple(pair for pair in wanted.headers if pair[0] != "Host")
    return send(wanted._replace(headers=(*sent, *kept), method=method))


@pytest.mark.parametrize("headers", ATTACKS)
@pytest.mark.parametrize("method", ["POST", "OPTIONS", "GET"])
def test_the_runtime_refuses_what_a_page_sends(runtime: str, headers: Headers, method: str) -> None:
    response = attack(signed(request(runtime, TARGET, b"1"), time()), headers, method)
    assert response.status == 403
    assert response.headers["x-amzn-errortype"] == "AccessDeniedException"
    assert b'{"Message": "smrt local ' in response.body
    assert not [name for name in response.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("headers", ATTACKS)
@pytest.mark.parametrize("method", ["POST", "OPTIONS", "GET", "PUT", "DELETE"])
def test_s3_refuses_what_a_page_sends(s3: str, headers: Headers, method: str) -> None:
    response = attack(signed(request(s3, f"/{BUCKET}/a", b"1"), time(), "s3"), headers, method)
    assert response.status == 403
    assert b"<Error><Code>AccessDenied</Code><Message>smrt local " in response.body
    assert not [name for name in response.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST"])
def test_the_name_localhost_leads_to_the_runtime(runtime: str, name: str) -> None:
    with closing(client(runtime.replace("127.0.0.1", name))) as boto:
        assert boto.invoke_endpoint(EndpointName="echo", Body=b"1")["Body"].read() == b"1"
