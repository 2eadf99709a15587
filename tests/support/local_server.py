"""A real server on loopback for the tests of smrt.local, and clients of it."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPResponse
from time import time
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from smrt.local.endpoint import Endpoint, echo
from smrt.local.server import serving
from smrt.local.service import Service
from smrt.local.signature import CREDENTIALS
from smrt.protocol.messages import Headers, Payload, Request, Url
from smrt.protocol.sigv4 import sign
from tests.support.polling import LIMIT
from tests.support.project import ROOT

EXAMPLES = ROOT / "examples"
REPORTED: list[str] = []
"""The errors that the last server reported."""


@contextmanager
def serve(endpoints: Mapping[str, Endpoint] | None = None) -> Iterator[str]:
    """The URL of a server for `endpoints`, or for echo by default."""
    REPORTED.clear()
    service = Service(endpoints or {"echo": echo}, clock=time, report_error=REPORTED.append)
    with serving(service) as url:
        yield url


def client(url: str, key: str = CREDENTIALS.access_key) -> Any:
    """A boto3 client of `url` with the server's own access key, or another."""
    return boto3.client(
        "sagemaker-runtime",
        endpoint_url=url,
        region_name="eu-west-3",
        aws_access_key_id=key,
        aws_secret_access_key=CREDENTIALS.secret_key,
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=50, proxies={}),
    )


def request(url: str, target: str, body: bytes = b"", headers: Headers = ()) -> Request:
    """A POST of `body` to `target`, unsigned."""
    from hashlib import sha256

    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    target_url = Url("http", parts.hostname, parts.port, target)
    return Request("POST", target_url, headers, Payload(body, len(body), sha256(body).hexdigest()))


def with_host(http_request: Request) -> Request:
    """`http_request` with the Host header of its URL."""
    return http_request._replace(
        headers=(("Host", http_request.url.authority), *http_request.headers)
    )


def signed(unsigned: Request, now: float, service: str = "sagemaker") -> Request:
    """`unsigned` signed with the server's own credentials."""
    added = sign(unsigned, CREDENTIALS, region="us-east-1", service=service, now=now)
    return with_host(unsigned._replace(headers=(*unsigned.headers, *added)))


def send(http_request: Request) -> HTTPResponse:
    """Send `http_request` unchanged, but with a Content-Length, and return the response."""
    content = http_request.payload.content
    assert isinstance(content, bytes)
    lines = [f"{http_request.method} {http_request.url.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in http_request.headers]
    lines += [f"Content-Length: {len(content)}", "Connection: close", "", ""]
    return exchange(
        http_request.url, "\r\n".join(lines).encode() + content, method=http_request.method
    )


def wait_for_server(url: str) -> None:
    """Return when the server that accepts connections at `url` responds to a request."""
    send(with_host(request(url, "/ping")._replace(method="GET")))


def exchange(url: Url, data: bytes, method: str = "POST") -> HTTPResponse:
    """Send `data` unchanged, and read the whole response."""
    with socket.create_connection((url.host, url.port), timeout=LIMIT) as sock:
        sock.sendall(data)
        response = HTTPResponse(sock, method=method)
        response.begin()
        response.body = response.read()  # type: ignore[attr-defined]
        return response
