import json
import math
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.local.media import CSV, JSON, NPY, UnsupportedFormatError, decode, encode_prediction

numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
rows = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=5
    )
)


def npy(array: Any) -> bytes:
    buffer = BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


DECODED = [
    ("5", JSON, 5),
    ("[1, 2.5]", JSON, [1, 2.5]),
    ("[[1, 2], [3, 4]]", JSON, [[1, 2], [3, 4]]),
    ('["a", "b"]', JSON, ["a", "b"]),
    ('{"a": 1}', JSON, {"a": 1}),
    ("1,2\n3,4\n", CSV, [[1, 2], [3, 4]]),
    ("1,2,3", CSV, [1, 2, 3]),
    ("0.5", CSV, 0.5),
    ("a,b", CSV, ["a", "b"]),
    (npy(np.array([[1, 2]], dtype="uint8")), NPY, [[1, 2]]),
]


@pytest.mark.parametrize(("body", "content_type", "expected"), DECODED)
def test_bodies_are_decoded_to_arrays(body: str | bytes, content_type: str, expected: Any) -> None:
    array = decode(body, content_type)
    assert isinstance(array, np.ndarray)
    assert array.tolist() == expected


def test_missing_cells_are_nan() -> None:
    assert math.isnan(decode("1.5,2.5\n,4.5\n", CSV)[1][0])


def test_integers_stay_integers() -> None:
    assert decode("1,2", CSV).dtype.kind == decode("[1, 2]", JSON).dtype.kind == "i"


ENCODED = [
    (np.array([[1.5, 2], [3, 4]]), JSON, "[[1.5, 2.0], [3.0, 4.0]]", JSON),
    ({"score": np.float32(0.5), "labels": ["a"]}, JSON, '{"score": 0.5, "labels": ["a"]}', JSON),
    (np.array([[1.5, 2], [3, 4]]), CSV, "1.5,2.0\n3.0,4.0\n", CSV),
    ([1, 2], CSV, "1\n2\n", CSV),
    ([["a", "b"]], CSV, "a,b\n", CSV),
    ([1], "text/html, text/csv, application/json", "1\n", CSV),
    ([1], "text/csv;q=0.5, application/json", "[1]", JSON),
    ([1], f"{NPY},{JSON}", npy([1]), NPY),
]


@pytest.mark.parametrize(("prediction", "accept", "body", "content_type"), ENCODED)
def test_predictions_are_encoded_to_bodies(
    prediction: Any, accept: str, body: str | bytes, content_type: str
) -> None:
    assert encode_prediction(prediction, accept) == (body, content_type)


@given(rows)
def test_an_encoded_array_decodes_to_the_same_array(values: list[list[float]]) -> None:
    array = np.array(values)
    for content_type in (JSON, NPY):
        body, _ = encode_prediction(array, content_type)
        assert decode(body, content_type).tolist() == array.tolist()
    assert json.loads(encode_prediction(array, JSON)[0]) == array.tolist()
    text, _ = encode_prediction(array, CSV)
    assert decode(text, CSV).ravel().tolist() == array.ravel().tolist()


@pytest.mark.parametrize("content_type", ["text/html", "application/json; charset=utf-8", "*/*"])
def test_other_content_types_are_unsupported(content_type: str) -> None:
    with pytest.raises(UnsupportedFormatError, match="is not supported"):
        decode("1", content_type)


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0.1, text/html", ""])
def test_other_accept_headers_are_unsupported(accept: str) -> None:
    with pytest.raises(UnsupportedFormatError, match="is not supported"):
        encode_prediction([1], accept)


def test_nothing_is_unpickled() -> None:
    buffer = BytesIO()
    np.save(buffer, np.array([object()]), allow_pickle=True)
    with pytest.raises(ValueError, match="pickle"):
        decode(buffer.getvalue(), NPY)


def test_a_value_that_json_does_not_have_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="a set cannot be written as JSON"):
        encode_prediction({"a": {1}}, JSON)
