import json
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smrt.errors import SmrtError, TransportError
from smrt.output.framing import events, events_or_values, lines, values

places = st.lists(st.integers(0, 3000), max_size=12)


def cut(data: bytes, at: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in at), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def bytewise(data: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in data]


def framed(framing: Any, parts: Iterable[bytes]) -> list[bytes]:
    notes: list[str] = []
    found = list(framing(parts, notes.append))
    assert not notes
    return found


def broken_off(parts: Iterable[bytes]) -> Iterator[bytes]:
    yield from parts
    raise TransportError("it broke")


def before_the_break(framing: Any, parts: Iterable[bytes]) -> list[bytes]:
    found: list[bytes] = []
    with pytest.raises(TransportError):
        found.extend(framing(broken_off(parts), pytest.fail))
    return found


@given(text=st.text(alphabet="ab\n\ré"), at=places)
@settings(max_examples=150)
def test_lines_are_those_of_the_whole(text: str, at: list[int]) -> None:
    data = text.encode()
    expected = [line.removesuffix(b"\r") for line in data.split(b"\n")]
    if not data or data.endswith(b"\n"):
        expected.pop()
    elif data.split(b"\n")[-1].endswith(b"\r"):  # no line's end: nothing follows it
        expected[-1] = data.split(b"\n")[-1]
    assert framed(lines, cut(data, at)) == expected


def test_a_line_broken_off_is_shown_before_the_failure() -> None:
    assert before_the_break(lines, [b"one\ntw"]) == [b"one", b"tw"]
    assert before_the_break(lines, [b"one\n"]) == [b"one"]


def reference(text: str) -> list[str]:
    """The standard's own steps, taken over the whole stream at once."""
    found, data = [], ""
    body = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for line in body.split("\n")[:-1]:
        if not line:
            if data:
                found.append(data.removesuffix("\n"))
            data = ""
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            if name == "data":
                data += value.removeprefix(" ") + "\n"
    return found


pieces_of_events = st.sampled_from(
    ["data", "data:", "data: ", "x", "é", ":", " ", "\n", "\r", "\r\n", "id: 1", "event:", "\ufeff"]
)


@given(text=st.lists(pieces_of_events, max_size=30).map("".join), at=places)
@settings(max_examples=300)
def test_events_are_those_of_the_standard_wherever_the_parts_are_cut(
    text: str, at: list[int]
) -> None:
    found = list(events(cut(text.encode(), at), lambda _: None))
    assert [event.decode() for event in found] == reference(text)


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n", 2),
        (b"data: YHOO\ndata: +2\ndata: 10\n\n", [b"YHOO\n+2\n10"]),
        (b"data\n\ndata\ndata\n\n", [b"", b"\n"]),
        (b"data:test\n\ndata: test\n\n", [b"test", b"test"]),
        (b'data: {"a": 1}\n\ndata: [DONE]\n\n', [b'{"a": 1}']),
        (b"event: end\nretry: 1\n\n", []),
        (b"\xef\xbb\xbfdata: 1\r\n\r\ndata: 2\r\rdata: 3\n\n", [b"1", b"2", b"3"]),
        (b"database: 1\n\nDATA: 2\n\n", []),
    ],
)
def test_events_as_the_standard_shows_them(stream: bytes, expected: Any) -> None:
    for parts in ([stream], bytewise(stream)):
        found = framed(events, parts)
        assert found == expected or len(found) == expected


def test_an_event_is_given_with_the_part_that_ends_it() -> None:
    seen = []

    def parts() -> Iterator[bytes]:
        for part in (b"data: 1\r", b"\r", b"\ndata: 2\n", b"\n"):
            yield part
            seen.append(part)

    found = [(event, len(seen)) for event in events(parts(), pytest.fail)]
    assert found == [(b"1", 1), (b"2", 3)]


def test_an_event_that_nothing_ends_is_left_out_and_said() -> None:
    notes: list[str] = []
    assert list(events([b"data: 1\n\ndata: two\n"], notes.append)) == [b"1"]
    assert notes == [
        "the answer ends within an event, of which 3 bytes are left out: --stream raw shows them"
    ]
    assert framed(events, [b"data: [DONE]\n"]) == []
    assert before_the_break(events, [b"data: 1\n\ndata: 2\n"]) == [b"1"]


jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
written = st.tuples(
    jsons,
    st.sampled_from([None, 2, "\t"]),
    st.booleans(),
    st.sampled_from(["\n", " ", "\r\n", "\n\n\t"]),
)


@given(wanted=st.lists(written, max_size=5), at=places, bom=st.sampled_from([b"", b"\xef\xbb\xbf"]))
@settings(max_examples=200)
def test_json_values_come_whole_and_on_one_line_however_they_are_written(
    wanted: list[tuple[Any, Any, bool, str]], at: list[int], bom: bytes
) -> None:
    text = "".join(
        json.dumps(value, indent=indent, ensure_ascii=escaped) + space
        for value, indent, escaped, space in wanted
    )
    found = framed(values, cut(bom + text.encode(), at))
    assert [json.loads(value) for value in found] == [value for value, *_ in wanted]
    assert not any(b"\n" in value or b"\r" in value for value in found)


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b'{"a":1}{"a":2}[3]"4""5"', [b'{"a":1}', b'{"a":2}', b"[3]", b'"4"', b'"5"']),
        (b'{\n  "a b": "c \\" d\\\\",\n  "e": 1.00\n}', [b'{"a b":"c \\" d\\\\","e":1.00}']),
        (b"1 2\n3.50", [b"1", b"2", b"3.50"]),
        (b'true{"a":"}"}null', [b"true", b'{"a":"}"}', b"null"]),
        (b'"\\u00e9 \xc3\xa9"', [b'"\\u00e9 \xc3\xa9"']),
        (b" \r\n\t ", []),
        (b"", []),
    ],
)
def test_json_values_are_told_apart(stream: bytes, expected: list[bytes]) -> None:
    assert framed(values, [stream]) == framed(values, bytewise(stream)) == expected


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (b'1 {"a": [1, 2', "ends within a JSON value of 11 bytes"),
        (b'1 "abc', "ends within a JSON value"),
        (b"1 <html>", "the answer is not JSON: '<html>'"),
        (b"1 {]", "is not JSON"),
        (b"1 }", "is not JSON"),
        (b"1,2", "is not JSON"),
        (b'1 "\xff"', "is not JSON"),
        (b"1 " + b"[" * 100_000 + b"]" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_json_is_told_after_what_is(stream: bytes, words: str) -> None:
    for parts in ([stream], bytewise(stream)):
        found = values(parts, pytest.fail)
        assert next(found) == b"1"
        with pytest.raises(SmrtError, match=words):
            list(found)


def test_a_value_is_given_with_the_part_that_ends_it() -> None:
    seen = []

    def parts() -> Iterator[bytes]:
        for part in (b'{"a":', b'1}{"b":', b"2}", b" 3", b" "):
            yield part
            seen.append(part)

    found = [(value, len(seen)) for value in values(parts(), pytest.fail)]
    assert found == [(b'{"a":1}', 1), (b'{"b":2}', 2), (b"3", 4)]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b' \n{"a":1}\n', [b'{"a":1}']),
        (b"\n\n: comment\ndata: 1\n\n", [b"1"]),
        (b"\xef\xbb\xbfdata: 1\n\n", [b"1"]),
        (b"id: 1\ndata: {}\n\n", [b"{}"]),
        (b"[1]", [b"[1]"]),
        (b"\n ", []),
        (b"", []),
    ],
)
def test_events_and_values_are_told_apart_by_how_they_begin(
    stream: bytes, expected: list[bytes]
) -> None:
    for parts in ([stream], bytewise(stream)):
        assert framed(events_or_values, parts) == expected


@pytest.mark.parametrize(
    ("framing", "stream"),
    [
        (lines, b"a" * 400_000),
        (events, b"data: " + b"a" * 400_000 + b"\n\n"),
        (values, b'["' + b"a" * 400_000 + b'"]'),
    ],
)
def test_the_time_grows_with_the_length_alone(framing: Callable[..., Any], stream: bytes) -> None:
    """Quadratic work over parts of one byte would take minutes."""
    begun = time.process_time()
    assert len(framed(framing, bytewise(stream))) == 1
    assert time.process_time() - begun < 5
