import json
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.errors import SmrtError, TransportError
from smrt.output.framing import events, events_or_values, lines, values

cuts = st.lists(st.integers(0, 3000), max_size=12)


def cut(data: bytes, at: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut_at % (len(data) + 1) for cut_at in at), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def bytewise(data: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in data]


def framed(framing: Any, chunks: Iterable[bytes]) -> list[bytes]:
    notes: list[str] = []
    frames = list(framing(chunks, notes.append))
    assert not notes
    return frames


def breaking(chunks: Iterable[bytes]) -> Iterator[bytes]:
    yield from chunks
    raise TransportError("it broke")


def before_the_break(framing: Any, chunks: Iterable[bytes]) -> list[bytes]:
    frames: list[bytes] = []
    with pytest.raises(TransportError):
        frames.extend(framing(breaking(chunks), pytest.fail))
    return frames


@given(text=st.text(alphabet="ab\n\ré"), at=cuts)
def test_lines_do_not_depend_on_the_chunks(text: str, at: list[int]) -> None:
    data = text.encode()
    expected = [line.removesuffix(b"\r") for line in data.split(b"\n")]
    if not data or data.endswith(b"\n"):
        expected.pop()
    elif data.split(b"\n")[-1].endswith(b"\r"):  # no line's end: nothing follows it
        expected[-1] = data.split(b"\n")[-1]
    assert framed(lines, cut(data, at)) == expected


def test_a_partial_line_is_yielded_before_the_failure() -> None:
    assert before_the_break(lines, [b"one\ntw"]) == [b"one", b"tw"]
    assert before_the_break(lines, [b"one\n"]) == [b"one"]


def reference(text: str) -> list[str]:
    """The standard's own steps, taken over the whole stream at once."""
    frames, data = [], ""
    body = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for line in body.split("\n")[:-1]:
        if not line:
            if data:
                frames.append(data.removesuffix("\n"))
            data = ""
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            if name == "data":
                data += value.removeprefix(" ") + "\n"
    return frames


event_fragments = st.sampled_from(
    ["data", "data:", "data: ", "x", "é", ":", " ", "\n", "\r", "\r\n", "id: 1", "event:", "\ufeff"]
)


@given(text=st.lists(event_fragments, max_size=30).map("".join), at=cuts)
def test_events_do_not_depend_on_the_chunks(text: str, at: list[int]) -> None:
    frames = list(events(cut(text.encode(), at), lambda _: None))
    assert [event.decode() for event in frames] == reference(text)


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
def test_the_standards_examples_of_events(stream: bytes, expected: Any) -> None:
    for chunks in ([stream], bytewise(stream)):
        frames = framed(events, chunks)
        assert frames == expected or len(frames) == expected


def test_an_event_is_yielded_with_the_chunk_that_completes_it() -> None:
    seen = []

    def chunks() -> Iterator[bytes]:
        for chunk in (b"data: 1\r", b"\r", b"\ndata: 2\n", b"\n"):
            yield chunk
            seen.append(chunk)

    frames = [(event, len(seen)) for event in events(chunks(), pytest.fail)]
    assert frames == [(b"1", 1), (b"2", 3)]


def test_an_incomplete_event_is_skipped_and_reported() -> None:
    notes: list[str] = []
    assert list(events([b"data: 1\n\ndata: two\n"], notes.append)) == [b"1"]
    assert notes == [
        "the response ends within an event: 3 bytes are not printed (--stream raw prints them)"
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


@given(wanted=st.lists(written, max_size=5), at=cuts, bom=st.sampled_from([b"", b"\xef\xbb\xbf"]))
def test_each_json_value_is_yielded_complete_and_on_one_line(
    wanted: list[tuple[Any, Any, bool, str]], at: list[int], bom: bytes
) -> None:
    text = "".join(
        json.dumps(value, indent=indent, ensure_ascii=escaped) + space
        for value, indent, escaped, space in wanted
    )
    frames = framed(values, cut(bom + text.encode(), at))
    assert [json.loads(value) for value in frames] == [value for value, *_ in wanted]
    assert not any(b"\n" in value or b"\r" in value for value in frames)


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
def test_json_values_are_split(stream: bytes, expected: list[bytes]) -> None:
    assert framed(values, [stream]) == framed(values, bytewise(stream)) == expected


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (b'1 {"a": [1, 2', "ends within a JSON value, after 11 bytes"),
        (b'1 "abc', "ends within a JSON value"),
        (b"1 <html>", "the response is not JSON: '<html>'"),
        (b"1 {]", "is not JSON"),
        (b"1 }", "is not JSON"),
        (b"1,2", "is not JSON"),
        (b'1 "\xff"', "is not JSON"),
        (b"1 " + b"[" * 100_000 + b"]" * 100_000, "is not JSON"),
    ],
)
def test_invalid_json_is_reported_after_the_valid_values(stream: bytes, message: str) -> None:
    for chunks in ([stream], bytewise(stream)):
        frames = values(chunks, pytest.fail)
        assert next(frames) == b"1"
        with pytest.raises(SmrtError, match=message):
            list(frames)


def test_a_value_is_yielded_with_the_chunk_that_completes_it() -> None:
    seen = []

    def chunks() -> Iterator[bytes]:
        for chunk in (b'{"a":', b'1}{"b":', b"2}", b" 3", b" "):
            yield chunk
            seen.append(chunk)

    frames = [(value, len(seen)) for value in values(chunks(), pytest.fail)]
    assert frames == [(b'{"a":1}', 1), (b'{"b":2}', 2), (b"3", 4)]


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
def test_the_first_character_decides_between_events_and_values(
    stream: bytes, expected: list[bytes]
) -> None:
    for chunks in ([stream], bytewise(stream)):
        assert framed(events_or_values, chunks) == expected


@pytest.mark.parametrize(
    ("framing", "stream"),
    [
        (lines, b"a" * 400_000),
        (events, b"data: " + b"a" * 400_000 + b"\n\n"),
        (values, b'["' + b"a" * 400_000 + b'"]'),
    ],
)
def test_the_run_time_is_linear_in_the_length(framing: Callable[..., Any], stream: bytes) -> None:
    """Quadratic work over chunks of one byte would take minutes."""
    started_at = time.process_time()
    assert len(framed(framing, bytewise(stream))) == 1
    assert time.process_time() - started_at < 5
