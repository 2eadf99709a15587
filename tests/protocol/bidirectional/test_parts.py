import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.errors import UsageError
from smrt.protocol.bidirectional.parts import (
    BINARY,
    UTF8,
    Part,
    decode_part,
    encode_part,
    parse_part,
    part_json,
    response_error,
)
from smrt.protocol.eventstream import Message, messages

parts = st.builds(Part, st.binary(max_size=50), st.sampled_from([UTF8, BINARY]), st.booleans())


@given(parts)
def test_a_part_is_decoded_as_it_was_encoded(part: Part) -> None:
    (message,) = messages([encode_part(part)])
    assert decode_part(message) == part


@given(parts)
def test_a_line_of_json_describes_a_part_whole(part: Part) -> None:
    line = part_json(part)
    assert "\n" not in line
    assert parse_part(line.encode()) == part


@given(parts, st.text(max_size=5))
def test_padding_and_unknown_headers_change_nothing(part: Part, padding: str) -> None:
    (message,) = messages([encode_part(part)])
    padded = Message({**message.headers, "P": padding}, message.payload)
    assert decode_part(padded) == part


def test_a_part_without_type_and_state_is_complete() -> None:
    message = Message({":message-type": "event", ":event-type": "PayloadPart"}, b"x")
    assert decode_part(message) == Part(b"x", "", is_complete=True)


def test_an_unknown_event_is_no_part() -> None:
    assert decode_part(Message({":message-type": "event", ":event-type": "New"}, b"x")) is None


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ({"Text": "hé"}, Part("hé".encode(), UTF8)),
        ({"Bytes": "AAE="}, Part(b"\x00\x01", BINARY)),
        ({"Bytes": "aGk=", "DataType": "UTF8"}, Part(b"hi", UTF8)),
        ({"Text": "", "CompletionState": "PARTIAL"}, Part(b"", UTF8, is_complete=False)),
    ],
)
def test_the_members_of_a_line_are_those_of_the_service(line: object, part: Part) -> None:
    assert parse_part(json.dumps(line).encode()) == part


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"hello", "it is not JSON"),
        (b"[]", "it needs either Text or Bytes"),
        (b"{}", "it needs either Text or Bytes"),
        (b'{"Text": "a", "Bytes": "YQ=="}', "it needs either Text or Bytes"),
        (b'{"Text": 1}', "Text and Bytes are strings"),
        (b'{"Bytes": "?"}', "base64"),
        (b'{"Text": "\\ud800"}', "surrogates not allowed"),
        (b'{"Text": "a", "Datatype": "UTF8"}', "unknown member Datatype"),
        (b'{"Text": "a", "DataType": "utf8"}', "DataType is UTF8 or BINARY"),
        (b'{"Text": "a", "CompletionState": []}', "CompletionState PARTIAL or COMPLETE"),
    ],
)
def test_a_line_that_is_no_part_is_a_usage_error(line: bytes, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_part(line)
    assert reason in caught.value.message
    assert caught.value.hints


def test_an_exception_is_an_error_with_its_members() -> None:
    raw = bytes.fromhex(
        "000000a00000005e99d63c0c0d3a6d6573736167652d74797065070009657863657074696f6e0f3a65786365707469"
        "6f6e2d747970650700104d6f64656c53747265616d4572726f720d3a636f6e74656e742d747970650700106170706c"
        "69636174696f6e2f6a736f6e7b224572726f72436f6465223a2231303131222c224d657373616765223a2274686520"
        "6d6f64656c2067617665207570227d664bb986"
    )
    (message,) = messages([raw])
    error = response_error(message, {})
    assert error is not None
    assert (error.code, error.message) == ("ModelStreamError", "the model gave up")
    assert error.members == {"ErrorCode": "1011"}
    assert error.operation_name == "InvokeEndpointWithBidirectionalStream"
    assert decode_part(message) is None


def test_an_event_is_no_error() -> None:
    (message,) = messages([encode_part(Part(b"x"))])
    assert response_error(message, {}) is None
