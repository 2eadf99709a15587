"""Streams between smrt and node's HTTP/2: both sides, with orderly and broken ends."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from time import time

import pytest

from smrt.client.stream_opening import signature_chain, stream_request
from smrt.local.endpoint import echo
from smrt.local.server import serving
from smrt.local.service import Service
from smrt.local.signature import CREDENTIALS
from smrt.local.streams.stream_endpoint import echo_stream
from smrt.protocol.bidirectional.parts import Part, decode_part, encode_part, text
from smrt.protocol.eventstream import encode_message, messages
from smrt.protocol.response_stream import exception
from smrt.protocol.sigv4 import sign
from smrt.protocol.urls import parse_url
from smrt.transport.http2.http2_fields import request_fields
from tests.conftest import Smrt
from tests.support.polling import LIMIT
from tests.support.project import ROOT

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")
SCRIPTS = ROOT / "tests" / "support" / "http2"
HELLO = encode_part(text("hello"))
RESPONSES = {
    "whole": HELLO,
    "partial": HELLO + HELLO[:30],
    "model-failed": HELLO + encode_message(exception("ModelStreamError", "no", ErrorCode="1011")),
    "platform-failed": HELLO + encode_message(exception("InternalStreamFailure", "no")),
    "goaway": HELLO,
    "goaway-error": HELLO,
    "refuse-once": HELLO,
}


@pytest.fixture(scope="module")
def node_url() -> Iterator[str]:
    assert NODE
    responses = json.dumps({name: body.hex() for name, body in RESPONSES.items()})
    words = [NODE, str(SCRIPTS / "http2_server.js"), responses]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("name", "code", "out", "message"),
    [
        ("whole", 0, b"hello\n", ""),
        ("model-failed", 254, b"hello\n", "An error occurred (ModelStreamError) when calling the "),
        ("platform-failed", 254, b"hello\n", "An error occurred (InternalStreamFailure) when "),
        ("partial", 255, b"hello\n", "ends within a message"),
        ("goaway", 0, b"hello\n", ""),
        ("goaway-error", 255, b"", "ended the connection (INTERNAL_ERROR)"),
        ("reset", 255, b"", "reset the stream (INTERNAL_ERROR)"),
        ("cut", 255, b"", "closed the connection"),
        ("refuse", 254, b"", "An error occurred (InputValidationError) when calling the "),
        ("refuse-once", 0, b"hello\n", ""),
    ],
)
def test_every_end_of_a_stream_has_its_exit_status(
    smrt: Smrt, node_url: str, name: str, code: int, out: bytes, message: str
) -> None:
    words = ("invoke-endpoint-with-bidirectional-stream", "--endpoint-name", name)
    done = smrt(*words, "--endpoint-url", node_url, stdin=b"hi\n")
    assert (done.code, done.out) == (code, out)
    assert message in done.err


def client_words(url: str, sent: Sequence[Part]) -> list[str]:
    """The arguments of node's client: a signed head, and signed messages."""
    now = time()
    target = parse_url(f"{url}/endpoints/echo/invocations-bidirectional-stream")
    request = stream_request(target, ())
    added = sign(request, CREDENTIALS, region="us-east-1", service="sagemaker", now=now)
    request = request._replace(headers=(*request.headers, *added))
    chain = signature_chain(request, CREDENTIALS, "us-east-1", "sagemaker")
    payloads = [*map(encode_part, sent), b""]
    signed = [chain.signed(payload, int(now * 1000)).hex() for payload in payloads]
    assert NODE
    head = json.dumps(dict(request_fields(request)))
    return [NODE, str(SCRIPTS / "http2_client.js"), url, head, *signed]


def test_a_client_that_says_goaway_at_once_goes_on_using_its_stream() -> None:
    service = Service({"echo": echo}, clock=time, report_error=print, streams={"echo": echo_stream})
    sent = [text("one"), Part(b"\x00"), text("two")]
    with serving(service) as url:
        done = subprocess.run(
            client_words(url, sent), capture_output=True, text=True, timeout=LIMIT, check=True
        )
    status, body = done.stdout.split()
    assert status == "200"
    assert [decode_part(message) for message in messages([bytes.fromhex(body)])] == sent


def test_a_message_whose_signature_is_wrong_ends_the_stream_with_an_error() -> None:
    service = Service({"echo": echo}, clock=time, report_error=print, streams={"echo": echo_stream})
    with serving(service) as url:
        words = client_words(url, [text("one"), text("two")])
        del words[-2]  # the chain is broken: the end does not follow the first message
        done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT, check=True)
    body = bytes.fromhex(done.stdout.split()[1])
    first, error = messages([body])
    assert decode_part(first) == text("one")
    assert error.headers[":error-code"] == "InvalidSignatureException"
