"""A real server on loopback for the tests of smrt.local, and the clients that talk to it."""

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
from tests.support.project import ROOT

EXAMPLES = ROOT / "examples"
COMPLAINTS: list[str] = []


@contextmanager
def serve(endpoints: Mapping[str, Endpoint] | None = None) -> Iterator[str]:
    """The URL of a server for `endpoints`, or for echo."""
    COMPLAINTS.clear()
    service = Service(endpoints or {"echo": echo}, clock=time, complain=COMPLAINTS.append)
    with serving(service.answer) as url:
        yield url


def client(url: str, key: str = CREDENTIALS.access_key) -> Any:
    """boto3 as a client of `url`, signing with the server's own key or as somebody else."""
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
    place = Url("http", parts.hostname, parts.port, target)
    return Request("POST", place, headers, Payload(body, len(body), sha256(body).hexdigest()))


def addressed(wanted: Request) -> Request:
    """`wanted` with the Host header of its URL."""
    return wanted._replace(headers=(("Host", wanted.url.authority), *wanted.headers))


def signed(unsigned: Request, now: float, service: str = "sagemaker") -> Request:
    """`unsigned` with the headers of the server's own key."""
    added = sign(unsigned, CREDENTIALS, region="us-east-1", service=service, now=now)
    return addressed(unsigned._replace(headers=(*unsigned.headers, *added)))


def send(wanted: Request) -> HTTPResponse:
    """The response to `wanted`, sent as it stands but for the content length."""
    content = wanted.payload.content
    assert isinstance(content, bytes)
    lines = [f"{wanted.method} {wanted.url.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in wanted.headers]
    lines += [f"Content-Length: {len(content)}", "Connection: close", "", ""]
    return exchange(wanted.url, "\r\n".join(lines).encode() + content, method=wanted.method)


def exchange(url: Url, data: bytes, method: str = "POST") -> HTTPResponse:
    """Send `data` as it is, and read the response, body and all."""
    with socket.create_connection((url.host, url.port), timeout=10) as sock:
        sock.sendall(data)
        response = HTTPResponse(sock, method=method)
        response.begin()
        response.body = response.read()  # type: ignore[attr-defined]
        return response
