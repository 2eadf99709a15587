"""The JSONPath subset of Batch Transform, with the examples of its documentation."""

import pytest

from smrt.batching.records.data_filters import csv_filter, join_json, json_filter
from smrt.errors import SmrtError, UsageError

FLAG = "--output-filter"
DOCUMENT = b'{"id": 7, "features": [1.0, 2,"x"], "deep": {"a":{"b":[1,2]}, "it\'s": null}}'
ROW = b'id,"a,b",5" pipe,\xff,'


@pytest.mark.parametrize(
    ("path", "selected"),
    [
        ("$.features", b'[1.0, 2,"x"]'),
        ("$['features']", b'[1.0, 2,"x"]'),
        ('$["features"]', b'[1.0, 2,"x"]'),
        ("$['id','features']", b'{"id":7,"features":[1.0, 2,"x"]}'),
        ("$['features', 'id', 'missing']", b'{"features":[1.0, 2,"x"],"id":7}'),
        ("$.deep.['a','c']", b'{"a":{"b":[1,2]}}'),
        (r"$.deep['it\'s']", b"null"),
        ("$.features[0]", b"1.0"),
        ("$.features[-1]", b'"x"'),
        ("$.features[0,-1]", b'[1.0,"x"]'),
        ("$.features[1:]", b'[2,"x"]'),
        ("$.features[:2]", b"[1.0,2]"),
        ("$.features[0:-1]", b"[1.0,2]"),
        ("$.features[0,1:]", b'[1.0,2,"x"]'),
        ("$.features[5:]", b"[]"),
        ("$.features.*", b'[1.0,2,"x"]'),
        ("$.deep[*]", b'[{"b":[1,2]},null]'),
        ("$.deep.a.b[ 1 ]", b"2"),
        ("$.deep.*.b", None),
        ("$.missing", None),
        ("$.features[3]", None),
        ("$.features[-4]", None),
        ("$.id[0]", None),
        ("$.features.name", None),
    ],
)
def test_a_path_selects_from_json_byte_for_byte(path: str, selected: bytes | None) -> None:
    select = json_filter(path, FLAG)
    assert select
    if selected is not None:
        assert select(DOCUMENT) == selected
        return
    with pytest.raises(SmrtError):
        select(DOCUMENT)


@pytest.mark.parametrize(
    ("path", "selected"),
    [
        ("$[0]", b"id"),
        ("$[1:]", b'"a,b",5" pipe,\xff,'),
        ("$[0,-1]", b"id,"),
        ("$[-5]", b"id"),
        ("$[ 0 , 3: ]", b"id,\xff,"),
        ("$[1,2]", b'"a,b",5" pipe'),
        ("$[:-1]", b'id,"a,b",5" pipe,\xff'),
        ("$[*]", ROW),
        ("$[5]", None),
    ],
)
def test_a_path_selects_columns_with_their_quotes(path: str, selected: bytes | None) -> None:
    select = csv_filter(path, FLAG)
    assert select
    if selected is not None:
        assert select(ROW) == selected
        return
    with pytest.raises(SmrtError, match="index 5 is not in an array of 5"):
        select(ROW)


@pytest.mark.parametrize(
    "path",
    ["", "id", "$..id", "$[?(@.a)]", "$[1:2:3]", "$.", "$[]", "$[a]", "$['a'", "$ x", "$[1,'a']"],
)
def test_what_batch_transform_does_not_support_is_rejected(path: str) -> None:
    with pytest.raises(UsageError, match="not in the JSONPath subset"):
        json_filter(path, FLAG)


@pytest.mark.parametrize("path", ["$.id", "$['id']", "$[0].id"])
def test_columns_have_no_names(path: str) -> None:
    with pytest.raises(UsageError, match="columns of CSV have no names"):
        csv_filter(path, FLAG)


@pytest.mark.parametrize("path", ["$", " $ "])
def test_the_root_selects_all_and_needs_no_filter(path: str) -> None:
    assert json_filter(path, FLAG) is None
    assert csv_filter(path, FLAG) is None


@pytest.mark.parametrize(
    ("document", "output", "joined"),
    [
        (b'{"key":1}', b'{"label":1}', b'{"key":1,"SageMakerOutput":{"label":1}}'),
        (b"{}", b" 0.10\n", b'{"SageMakerOutput":0.10}'),
        (b'{"SageMakerOutput":1,"a":2.0}', b"3", b'{"SageMakerOutput":3,"a":2.0}'),
        (b"[1,2.0]", b"3", b'{"SageMakerInput":[1,2.0],"SageMakerOutput":3}'),
        (b"some text", b"3", b'{"SageMakerInput":"some text","SageMakerOutput":3}'),
        (
            b"\xff",
            b"x",
            b'{"SageMakerInput":{"base64":"/w=="},"SageMakerOutput":{"base64":"eA=="}}',
        ),
    ],
)
def test_the_output_joins_the_object_of_its_input(
    document: bytes, output: bytes, joined: bytes
) -> None:
    assert join_json(document, output) == joined
