"""The request that opens a bidirectional stream, and the signatures that follow from it."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from smrt.protocol.bidirectional.signature_chain import PAYLOAD_HASH, SignatureChain
from smrt.protocol.messages import Credentials, Headers, Payload, Request, Url
from smrt.protocol.response_stream import CONTENT_TYPE
from smrt.transport.http2.client_stream import ClientStream
from smrt.transport.streaming_body import StreamingBody
from smrt.transport.translation import READING, translated


class OpenedStream(NamedTuple):
    """A stream whose head was accepted: `chain` signs its input, None without signatures."""

    stream: ClientStream
    metadata: dict[str, Any]
    response_metadata: dict[str, Any]
    chain: SignatureChain | None
    clock: Callable[[], float]


_BODY = Payload(b"", 0, PAYLOAD_HASH)


def stream_request(url: Url, headers: Headers) -> Request:
    """The unsigned request with these `headers`, and those of every event stream."""
    always = (("content-type", CONTENT_TYPE), ("x-amz-content-sha256", PAYLOAD_HASH))
    return Request("POST", url, (*always, *headers), _BODY)


def refusal_body(stream: ClientStream, timeout: float) -> StreamingBody:
    """The body of a response that refuses a stream; 0 is no `timeout`."""

    def chunks() -> Iterator[bytes]:
        with translated(READING, "", timeout):
            yield from stream.chunks(timeout or None)

    return StreamingBody(chunks(), stream.close)


def signature_chain(
    signed: Request, credentials: Credentials, region: str, service: str
) -> SignatureChain:
    """The chain of signatures that begins with that of the head."""
    authorization = next(value for name, value in signed.headers if name == "Authorization")
    previous = authorization.rpartition("Signature=")[2]
    return SignatureChain(credentials.secret_key, region, service, previous)
