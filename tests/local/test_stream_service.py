"""How smrt local responds to heads and messages of bidirectional streams, valid or not."""

import hashlib
import hmac
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import gmtime, strftime, time
from urllib.parse import urlsplit

import pytest

from smrt.local.endpoint import echo
from smrt.local.server import serving
from smrt.local.service import Service
from smrt.local.streams.stream_endpoint import echo_stream
from smrt.protocol.bidirectional.parts import decode_part, encode_part, text
from smrt.protocol.bidirectional.signature_chain import PAYLOAD_HASH, SignatureChain
from smrt.protocol.eventstream import Decoder, Message
from smrt.protocol.messages import Headers, Payload, Request
from smrt.protocol.urls import parse_url
from smrt.transport.http2.client_stream import ClientStream

PATH = "/endpoints/echo/invocations-bidirectional-stream"
ONE = encode_part(text("one"))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    service = Service({"echo": echo}, clock=time, report_error=print, streams={"echo": echo_stream})
    with serving(service) as served:
        yield served


class Signature:
    """SigV4 of a head, written down from AWS's description; `host` names the header of the host."""

    def __init__(self, url: str, host: str, secret: str = "local-secret", parameters: Headers = ()):
        self.timestamp = strftime("%Y%m%dT%H%M%SZ", gmtime())
        signed = dict(
            [
                (host, urlsplit(url).netloc),
                ("content-type", "application/vnd.amazon.eventstream"),
                ("x-amz-content-sha256", PAYLOAD_HASH),
                ("x-amz-date", self.timestamp),
                *parameters,
            ]
        )
        names = sorted(signed)
        lines = ["POST", PATH, "", *(f"{name}:{signed[name]}" for name in names), ""]
        canonical = "\n".join([*lines, ";".join(names), PAYLOAD_HASH])
        self.scope = f"{self.timestamp[:8]}/us-east-1/sagemaker/aws4_request"
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        to_sign = f"AWS4-HMAC-SHA256\n{self.timestamp}\n{self.scope}\n{hashed}"
        key = f"AWS4{secret}".encode()
        for word in (*self.scope.split("/"), to_sign):
            key = hmac.digest(key, word.encode(), "sha256")
        self.value = key.hex()
        authorization = (
            f"AWS4-HMAC-SHA256 Credential=local/{self.scope}, "
            f"SignedHeaders={';'.join(names)}, Signature={self.value}"
        )
        del signed[host]
        self.headers: Headers = (*signed.items(), ("authorization", authorization))


@contextmanager
def stream(url: str, headers: Headers) -> Iterator[ClientStream]:
    request = Request("POST", parse_url(url + PATH), headers, Payload(b"", 0, ""))
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as sock:
        opened = ClientStream(sock, request)
        opened.open(60)
        yield opened


def messages(opened: ClientStream, payloads: Sequence[bytes]) -> list[Message]:
    """The response to these envelopes."""
    for payload in payloads:
        opened.write(payload)
    opened.end()
    decoder = Decoder()
    received = [message for chunk in opened.chunks(60) for message in decoder.feed(chunk)]
    decoder.end()
    return received


def chain(signature: Signature) -> SignatureChain:
    return SignatureChain("local-secret", "us-east-1", "sagemaker", signature.value)


def now() -> int:
    return int(time() * 1000)


@pytest.mark.parametrize("host", ["host", ":authority"])
def test_a_head_may_sign_the_host_under_either_name(url: str, host: str) -> None:
    signature = Signature(url, host)
    with stream(url, signature.headers) as opened:
        assert opened.head.status == 200
        assert ("content-type", "application/vnd.amazon.eventstream") in opened.head.headers
        assert ("x-amzn-invoked-production-variant", "AllTraffic") in opened.head.headers
        assert any(name == "x-amzn-requestid" for name, _ in opened.head.headers)
        each = chain(signature)
        sent = [each.signed(payload, now()) for payload in (ONE, b"")]
        assert [decode_part(message) for message in messages(opened, sent)] == [text("one")]


def test_a_head_with_another_secret_is_refused(url: str) -> None:
    with stream(url, Signature(url, "host", secret="wrong").headers) as opened:
        assert opened.head.status == 403
        assert ("x-amzn-errortype", "InvalidSignatureException") in opened.head.headers
        assert b"does not match" in b"".join(opened.chunks(60))


@pytest.mark.parametrize(
    ("payloads", "error"),
    [
        ([ONE], "the stream has no signed end"),
        ([ONE, b"", ONE], "a message follows the end of the stream"),
    ],
)
def test_the_input_ends_with_one_empty_message(url: str, payloads: list[bytes], error: str) -> None:
    signature = Signature(url, "host")
    each = chain(signature)
    with stream(url, signature.headers) as opened:
        *parts, last = messages(opened, [each.signed(payload, now()) for payload in payloads])
    assert [decode_part(part) for part in parts] == [text("one")]
    assert last.headers[":message-type"] == "error"
    assert error in str(last.headers[":error-message"])


@pytest.mark.parametrize(
    ("name", "value", "is_valid"),
    [
        ("model-invocation-path", "v1/listen", True),
        ("model-invocation-path", "/v1/listen", False),
        ("model-invocation-path", "v1//listen", False),
        ("model-invocation-path", "a" * 101, False),
        ("model-query-string", "model=nova-3&language=en", True),
        ("model-query-string", "empty=", True),
        ("model-query-string", "?model=nova-3", False),
        ("model-query-string", "model", False),
        ("target-variant", "blue-1", True),
        ("target-variant", "-blue", False),
    ],
)
def test_parameters_are_validated_as_in_the_service(
    url: str, name: str, value: str, *, is_valid: bool
) -> None:
    parameters = ((f"x-amzn-sagemaker-{name}", value),)
    with stream(url, Signature(url, "host", parameters=parameters).headers) as opened:
        assert opened.head.status == (200 if is_valid else 400)
        if not is_valid:
            assert ("x-amzn-errortype", "InputValidationError") in opened.head.headers
