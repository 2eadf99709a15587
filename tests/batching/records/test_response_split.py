"""The response to several records has one part for each, or it is an error."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.batching.records.response_split import response_splitter, split_response
from smrt.errors import SmrtError, UsageError

JSON, LINES, CSV = "application/json", "application/jsonlines", "text/csv"


@pytest.mark.parametrize(
    ("body", "content_type", "parts"),
    [
        (b"0.1\n0.2\n", CSV, [b"0.1", b"0.2"]),
        (b"0.1,1\r\n0.2,2\r\n", CSV, [b"0.1,1", b"0.2,2"]),
        (b"0.1\n0.2", "text/csv; charset=utf-8", [b"0.1", b"0.2"]),
        (b"0.1,0.2,0.30", CSV, [b"0.1", b"0.2", b"0.30"]),
        (b"0.1", CSV, [b"0.1"]),
        (b"\n\n", CSV, [b"", b""]),
        (b"\xff\n\xfe", "", [b"\xff", b"\xfe"]),
        (b'[0.10, {"a": 1}]', JSON, [b"0.10", b'{"a": 1}']),
        (b"[\n[1],\n[2]\n]", JSON, [b"[1]", b"[2]"]),
        (b"[[1]]", JSON, [b"[1]"]),
        (b'{"predictions": [[1], [2]]}', JSON, [b"[1]", b"[2]"]),
        (b'{"id": 1, "outputs": ["a", "b"]}', "Application/JSON; x=y", [b'"a"', b'"b"']),
        (b'{"predictions": [1, 2], "outputs": [1, 2, 3]}', JSON, [b"1", b"2", b"3"]),
        (b'{"a":1}\n{"a":2}', JSON, [b'{"a":1}', b'{"a":2}']),
        (b"[1]\n[2]\n", LINES, [b"[1]", b"[2]"]),
        (b"[1]\n", LINES, [b"[1]"]),
        (b"[1, 2]", "", [b"1", b"2"]),
        (b'{\n"a": 1\n}', JSON, [b'{\n"a": 1\n}']),
        (b"", CSV, [b""]),
    ],
)
def test_a_response_is_split_by_its_form(
    body: bytes, content_type: str, parts: list[bytes]
) -> None:
    assert split_response(body, content_type, len(parts)) == parts


@pytest.mark.parametrize(
    ("body", "content_type", "count"),
    [
        (b"0.1\n0.2\n", CSV, 3),
        (b"0.1\n\n0.2\n", CSV, 2),
        (b"[1, 2]", JSON, 3),
        (b'{"predictions": [1]}', JSON, 2),
        (b"", CSV, 2),
        (b"\xff\xfe", "image/png", 2),
    ],
)
def test_another_number_of_parts_is_an_error(body: bytes, content_type: str, count: int) -> None:
    with pytest.raises(SmrtError, match=f"results for {count} records") as raised:
        split_response(body, content_type, count)
    assert raised.value.code == "ResponseSplit"


@given(st.lists(st.lists(st.integers()), min_size=1, max_size=5), st.sampled_from([None, 1]))
def test_arrays_are_split_into_their_items(results: list[list[int]], indent: int | None) -> None:
    body = json.dumps(results, indent=indent).encode()
    parts = split_response(body, JSON, len(results))
    assert [json.loads(part) for part in parts] == results


def test_an_expression_selects_the_parts() -> None:
    split = response_splitter("data[].label")
    assert split(b'{"data":[{"label":"a"},{"label":"b"}]}', LINES, 2) == [b'"a"', b'"b"']


@pytest.mark.parametrize("body", [b'{"data":[{"label":1}]}', b'{"data": null}', b"x", b"\xff"])
def test_an_expression_that_selects_other_than_the_records_is_an_error(body: bytes) -> None:
    with pytest.raises(SmrtError, match="--output-split data") as raised:
        response_splitter("data[].label")(body, JSON, 2)
    assert raised.value.code == "ResponseSplit"


def test_without_an_expression_the_form_decides() -> None:
    assert response_splitter()(b"1\n2\n", CSV, 2) == [b"1", b"2"]


def test_a_bad_expression_is_rejected_before_the_first_response() -> None:
    with pytest.raises(UsageError, match="--output-split"):
        response_splitter("data[")
