"""The chain of signatures: an example of AWS's SDK byte by byte, and the chain's properties."""

import hashlib
import hmac
from itertools import pairwise
from time import gmtime, strftime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.protocol.bidirectional.bidirectional_operation import (
    INVOKE_ENDPOINT_WITH_BIDIRECTIONAL_STREAM as OPERATION,
)
from smrt.protocol.bidirectional.parts import COMPLETE, UTF8, Part, encode_part
from smrt.protocol.bidirectional.signature_chain import PAYLOAD_HASH, SignatureChain
from smrt.protocol.eventstream import Message, Value, encode_message, messages
from smrt.protocol.messages import Credentials, Payload, Request, Url
from smrt.protocol.parameters import headers, path
from smrt.protocol.sigv4 import Scope, sign, signing_key

CREDENTIALS = Credentials("local", "local-secret")
REGION = "us-east-1"
SCOPE = Scope("20261121", REGION, "sagemaker")
SIGNED_AT = 1795269297.0
HEAD = "df070349b25df3c7fb875eeacf7c6e7b8f7dfac45a20a11d08f34a2bffe36de9"
HELLO = bytes.fromhex(
    "000000ec0000004367d3e59d053a6461746508000001a1fe63857b103a6368756e6b2d7369676e61747572650600"
    "20510047692ea5992ea29e47a7434fd9c2fb8d3f4032f228636c1b07ceeed9f856000000990000008453e1dd310d"
    "3a6d6573736167652d747970650700056576656e740b3a6576656e742d7479706507000b5061796c6f6164506172"
    "7408446174615479706507000455544638"
    "0f436f6d706c6574696f6e5374617465070008434f4d504c4554450d3a636f6e74656e742d747970650700186170"
    "706c69636174696f6e2f6f637465742d73747265616d48656c6c6f2027bf61dab75b4c"
)
WORLD = bytes.fromhex(
    "000000c1000000435e820e28053a6461746508000001a1fe6385df103a6368756e6b2d7369676e61747572650600"
    "2085687a725bacdb1b7aab9430e879ea165d209cfc477987719fa994eee082addc0000006e000000595197ff150d"
    "3a6d6573736167652d747970650700056576656e740b3a6576656e742d7479706507000b5061796c6f6164506172"
    "740d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f637465742d73747265616d576f726c"
    "64fba417c395aedd92"
)
END = bytes.fromhex(
    "0000005300000043f5447a58053a6461746508000001a1fe63864a103a6368756e6b2d7369676e61747572650600"
    "20c0886606e61c733e952117d2629ba6f5db2965f6df662dac65be14e861bdb799ba41188c"
)
EVENT: dict[str, Value] = {":message-type": "event", ":event-type": "PayloadPart"}
OCTETS: dict[str, Value] = {":content-type": "application/octet-stream"}


def chain(previous: str = HEAD) -> SignatureChain:
    return SignatureChain(CREDENTIALS.secret_key, REGION, "sagemaker", previous)


def test_the_head_of_the_example_is_signed_with_the_name_of_its_stream_as_hash() -> None:
    values = {
        "EndpointName": "echo",
        "ModelInvocationPath": "v1/listen",
        "ModelQueryString": "model=nova-3&language=en",
    }
    request = Request(
        "POST",
        Url("https", "localhost", 8443, path(OPERATION, values)),
        (
            ("content-type", "application/vnd.amazon.eventstream"),
            ("x-amz-content-sha256", PAYLOAD_HASH),
            *headers(OPERATION, values),
        ),
        Payload(b"", 0, PAYLOAD_HASH),
    )
    signed = dict(sign(request, CREDENTIALS, region=REGION, service="sagemaker", now=SIGNED_AT))
    assert signed["X-Amz-Date"] == "20261121T135457Z"
    assert signed["Authorization"].endswith(f"Signature={HEAD}")
    assert signing_key(CREDENTIALS.secret_key, SCOPE).hex() == (
        "281a32f94f0e9a1fff1289d707a3af83adacc7322ec5136a2b6cdaa673fd2835"
    )


def test_the_messages_of_the_example_are_encoded_and_signed_byte_by_byte() -> None:
    each = chain()
    assert each.signed(encode_part(Part(b"Hello", UTF8)), 1795269297531) == HELLO
    world = encode_message(Message({**EVENT, **OCTETS}, b"World"))
    assert each.signed(world, 1795269297631) == WORLD
    assert each.signed(b"", 1795269297738) == END


def test_the_messages_of_the_example_are_verified() -> None:
    each = chain()
    for envelope in messages([HELLO, WORLD, END]):
        assert each.verify(envelope.headers, envelope.payload)


def test_a_part_of_the_example_has_the_headers_of_its_type_and_state() -> None:
    (envelope,) = messages([HELLO])
    (inner,) = messages([envelope.payload])
    expected = {**EVENT, "DataType": UTF8, "CompletionState": COMPLETE, **OCTETS}
    assert inner == Message(expected, b"Hello")


def expected_signature(previous: str, milliseconds: int, payload: bytes) -> bytes:
    """The signature by the specification, independently of smrt's code."""
    timestamp = strftime("%Y%m%dT%H%M%SZ", gmtime(milliseconds // 1000))
    key = b"AWS4" + CREDENTIALS.secret_key.encode()
    for step in (timestamp[:8], REGION, "sagemaker", "aws4_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    date = b"\x05:date\x08" + milliseconds.to_bytes(8, "big")
    text = (
        f"AWS4-HMAC-SHA256-PAYLOAD\n{timestamp}\n{timestamp[:8]}/{REGION}/sagemaker/aws4_request\n"
        f"{previous}\n{hashlib.sha256(date).hexdigest()}\n{hashlib.sha256(payload).hexdigest()}"
    )
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


events = st.lists(
    st.tuples(st.binary(max_size=300), st.integers(0, 4_000_000_000_000)), min_size=1, max_size=6
)


@given(events)
def test_each_signature_includes_the_one_before_and_the_day_of_its_own_message(
    sent: list[tuple[bytes, int]],
) -> None:
    signing, verifying, previous = chain(), chain(), HEAD
    for payload, milliseconds in sent:
        (envelope,) = messages([signing.signed(payload, milliseconds)])
        expected = expected_signature(previous, milliseconds, payload)
        assert list(envelope.headers) == [":date", ":chunk-signature"]
        assert envelope.headers == {":date": milliseconds, ":chunk-signature": expected}
        assert verifying.verify(envelope.headers, envelope.payload)
        previous = expected.hex()


@given(events, st.data())
def test_a_message_that_is_changed_removed_or_repeated_breaks_the_chain(
    sent: list[tuple[bytes, int]], data: st.DataObject
) -> None:
    signing, verifying = chain(), chain()
    envelopes = list(messages([signing.signed(*each) for each in sent]))
    index = data.draw(st.integers(0, len(sent) - 1))
    change = data.draw(st.sampled_from(["payload", "date", "repeated", "removed"]))
    for envelope in envelopes[:index]:
        assert verifying.verify(envelope.headers, envelope.payload)
    headers_, payload = envelopes[index]
    if change == "payload":
        assert not verifying.verify(headers_, payload + b"!")
    elif change == "date":
        later = {**headers_, ":date": int(headers_[":date"]) + 1}
        assert not verifying.verify(later, payload)
    elif change == "repeated":
        assert verifying.verify(headers_, payload)
        assert not verifying.verify(headers_, payload)
    elif index + 1 < len(envelopes):
        assert not verifying.verify(*envelopes[index + 1])


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {":date": 1},
        {":chunk-signature": b"x" * 32},
        {":date": "today", ":chunk-signature": b"x" * 32},
        {":date": True, ":chunk-signature": b"x" * 32},
        {":date": 2**62, ":chunk-signature": b"x" * 32},
        {":date": -(2**62), ":chunk-signature": b"x" * 32},
    ],
)
def test_headers_without_a_date_and_a_signature_are_no_signature(wrong: dict[str, Value]) -> None:
    assert not chain().verify(wrong, b"")


def test_the_days_of_two_messages_have_their_own_keys() -> None:
    midnight = 1795305600000
    signing = chain()
    envelopes = list(messages([signing.signed(b"", midnight - 1), signing.signed(b"", midnight)]))
    for before, after in pairwise(envelopes):
        first, second = before.headers[":chunk-signature"], after.headers[":chunk-signature"]
        assert isinstance(first, bytes)
        assert second == expected_signature(first.hex(), midnight, b"")
