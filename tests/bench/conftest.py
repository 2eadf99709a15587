"""Levels against real servers on loopback."""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from smrt.bench.load.level_result import LevelResult
from smrt.bench.load.level_run import LevelRun
from smrt.bench.load.load_options import Level, LoadOptions
from smrt.bench.load.load_target import LoadTarget, request_input
from smrt.bench.measures.token_counts import TokenQuery
from smrt.protocol import response_stream
from smrt.protocol.eventstream import encode_message
from smrt.protocol.messages import Credentials, Headers, Settings
from smrt.protocol.operations import INVOKE_ENDPOINT, INVOKE_ENDPOINT_WITH_RESPONSE_STREAM
from smrt.protocol.prepared_request import PreparedRequest
from smrt.protocol.urls import parse_url
from tests.support.polling import LIMIT
from tests.support.scripted_endpoint import Endpoint, Responder, response

CREDENTIALS = Credentials("AKIDEXAMPLE", "secretEXAMPLE")
STREAM_HEADERS = (("Content-Type", "application/vnd.amazon.eventstream"),)


def target(
    url: str,
    *,
    streaming: bool = False,
    bodies: Sequence[bytes] = (b"row",),
    query: TokenQuery | None = None,
    shuffled: bool = False,
) -> LoadTarget:
    operation = INVOKE_ENDPOINT_WITH_RESPONSE_STREAM if streaming else INVOKE_ENDPOINT
    server = parse_url(url)

    def prepare(proxy_headers: Headers | None) -> PreparedRequest:
        return PreparedRequest(
            "POST",
            server._replace(target=operation.path.replace("{EndpointName}", "e")),
            (),
            region="us-east-1",
            service="sagemaker",
            proxy_headers=proxy_headers,
        )

    settings = Settings(region="us-east-1", read_timeout=LIMIT)
    inputs = [request_input(body) for body in bodies]
    return LoadTarget(
        server, settings, lambda: CREDENTIALS, operation, prepare, inputs, query, shuffled
    )


Run = Callable[..., LevelResult]


@pytest.fixture
def run(endpoint: Endpoint) -> Run:
    """Run a level against the scripted endpoint."""

    def run_level(
        level: Level, *, streaming: bool = False, query: Any = None, **options: Any
    ) -> LevelResult:
        defaults: dict[str, Any] = {"warmup_requests": 0}
        return LevelRun(
            target(endpoint.url, streaming=streaming, query=query),
            level,
            LoadOptions(**{**defaults, **options}),
        ).run()

    return run_level


def sse(event: object) -> bytes:
    return b"data: " + json.dumps(event).encode() + b"\n\n"


def delta(**members: object) -> bytes:
    """A chunk of a chat completion."""
    return sse({"choices": [{"delta": members}]})


def stream(payloads: Iterable[bytes], pause: float = 0.0) -> Responder:
    """A response stream, each payload in an event of its own, `pause` seconds after the last."""
    messages = [encode_message(response_stream.part(payload)) for payload in payloads]
    return stream_messages(messages, pause)


def stream_messages(messages: Sequence[bytes], pause: float = 0.0) -> Responder:
    head = response(headers=STREAM_HEADERS, body=b"", length=False)
    size = sum(map(len, messages))

    def send(sock: Any, _: object) -> None:
        sock.sendall(head.replace(b"\r\n\r\n", b"\r\nContent-Length: %d\r\n\r\n" % size))
        for message in messages:
            time.sleep(pause)
            sock.sendall(message)

    return send
