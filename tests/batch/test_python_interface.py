"""`smrt.invoke_batch`: many calls from Python."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

import smrt
from smrt.batch.python_interface import InvokeRecord
from tests.batch.conftest import ModelServer, rows
from tests.batch.test_stopping import DENIED
from tests.support.scripted_endpoint import Received, error, response


@pytest.fixture
def options(model: ModelServer, environ: dict[str, str]) -> dict[str, Any]:
    return {"EndpointName": "e", "endpoint_url": model.url, "environ": environ}


@pytest.mark.parametrize("keep_order", [True, False])
def test_every_record_has_one_result(options: dict[str, Any], keep_order: Any) -> None:
    results = list(smrt.invoke_batch(rows(3000), keep_order=keep_order, **options))
    numbers = [result.number for result in results]
    assert (numbers if keep_order else sorted(numbers)) == list(range(3000))
    assert [result.body for result in sorted(results)] == rows(3000)


def test_a_failed_record_is_a_result(options: dict[str, Any], model: ModelServer) -> None:
    def behave(received: Received, _: int) -> bytes:
        bad = error(424, "ModelError", "bad row", OriginalStatusCode=400)
        return bad if received.body == b"bad" else response(200, received.body)

    model.behavior = behave
    records: list[InvokeRecord] = [b"a", {"Body": "bad", "InferenceId": "x"}, {"Boddy": b"c"}]
    good, bad, wrong = smrt.invoke_batch(records, ContentType="text/csv", **options)
    assert (good.body, good.error) == (b"a", None)
    assert (bad.error and bad.error.code, bad.body) == ("ModelError", b"")
    assert "Unknown parameter" in str(wrong.error)
    sent = {received.body: received.headers for received in model.requests}
    assert sent[b"bad"]["x-amzn-sagemaker-inference-id"] == "x"
    assert sent[b"bad"]["content-type"] == "text/csv"


def test_records_are_read_while_there_is_room(options: dict[str, Any], model: ModelServer) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for read in itertools.count():
            yield b"%d" % read

    results = smrt.invoke_batch(endless(), **options)
    assert [next(results).body for _ in range(10)] == [b"%d" % n for n in range(10)]
    results.close()  # type: ignore[attr-defined]
    assert read < 2000


def test_an_error_of_all_records_is_raised(options: dict[str, Any], model: ModelServer) -> None:
    model.behavior = lambda *_: DENIED
    with pytest.raises(smrt.ServiceError, match="AccessDenied"):
        list(smrt.invoke_batch(rows(100), **options))
