"""`smrt.batch`: many calls from Python."""

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

import smrt
from smrt.batching.iterables.iterable_calls import InvokeRecord
from tests.batching.conftest import Batch, ModelServer, rows
from tests.batching.test_stopping import DENIED
from tests.support.scripted_endpoint import Received, Responder, error, hang, response


@pytest.fixture
def options(model: ModelServer, environ: dict[str, str]) -> dict[str, Any]:
    return {"EndpointName": "e", "endpoint_url": model.url, "environ": environ}


@pytest.mark.parametrize("keep_order", [True, False])
def test_every_record_has_one_result(options: dict[str, Any], keep_order: Any) -> None:
    results = list(smrt.batch(rows(3000), keep_order=keep_order, **options))
    numbers = [result.number for result in results]
    assert (numbers if keep_order else sorted(numbers)) == list(range(3000))
    assert [result.body for result in sorted(results)] == rows(3000)


def test_a_failed_record_is_a_result(options: dict[str, Any], model: ModelServer) -> None:
    def behave(received: Received, _: int) -> bytes:
        bad = error(424, "ModelError", "bad row", OriginalStatusCode=400)
        return bad if received.body == b"bad" else response(200, received.body)

    model.behavior = behave
    records: list[InvokeRecord] = [b"a", {"Body": "bad", "InferenceId": "x"}, {"Boddy": b"c"}]
    good, bad, wrong = smrt.batch(records, ContentType="text/csv", **options)
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

    results = smrt.batch(endless(), **options)
    assert [next(results).body for _ in range(10)] == [b"%d" % n for n in range(10)]
    results.close()  # type: ignore[attr-defined]
    assert read < 2000


def test_an_error_of_all_records_is_raised(options: dict[str, Any], model: ModelServer) -> None:
    model.behavior = lambda *_: DENIED
    with pytest.raises(smrt.ServiceError, match="AccessDenied"):
        list(smrt.batch(rows(100), **options))


def test_records_that_are_wrong_do_not_wait_for_requests(options: dict[str, Any]) -> None:
    results = list(smrt.batch([{"Boddy": b""}] * 1100, **options))
    assert [result.number for result in results if result.error] == list(range(1100))


def behave_badly_once(received: Received, times: int) -> bytes:
    bad = error(424, "ModelError", "bad row", OriginalStatusCode=400)
    return bad if received.body == b'{"n":7}' and times == 1 else response(200, received.body)


def test_a_job_sends_again_what_failed_and_nothing_else(
    options: dict[str, Any], model: ModelServer, batch: Batch
) -> None:
    model.behavior = behave_badly_once
    first = list(smrt.batch(rows(20), job="j", **options))
    assert [result.number for result in first if result.error] == [7]
    assert json.loads(batch("--status", "j").out)["errorRecordCount"] == 1
    second = list(smrt.batch(rows(25), job="j", **options))
    assert [result.body for result in second] == rows(25)
    assert second[3] == first[3]
    assert model.counts == Counter(rows(25)) + Counter([b'{"n":7}'])
    assert json.loads(batch("--status", "j").out)["successRecordCount"] == 25


@pytest.mark.parametrize("in_doubt", ["resend", "skip"])
def test_a_job_goes_on_after_its_process_has_ended(
    in_doubt: str, options: dict[str, Any], model: ModelServer, batch: Batch
) -> None:
    held, is_over = rows(2, start=10), [False]

    def hold(received: Received, _: int) -> bytes | Responder:
        return hang if received.body in held and not is_over[0] else response(200, received.body)

    def cut() -> Iterator[bytes]:
        yield from rows(12)
        raise InterruptedError  # one of three slots is free: two requests are in flight

    model.behavior = hold
    job = {"job": "j", "in_doubt": in_doubt, "concurrency": 3, **options}
    with pytest.raises(InterruptedError):
        list(smrt.batch(cut(), **job))
    is_over[0] = True
    again = list(smrt.batch(rows(20), **job))
    doubtful = [result.number for result in again if result.is_in_doubt]
    if in_doubt == "skip":
        assert (doubtful, max(model.counts.values())) == ([10, 11], 1)
        assert [result.error and result.error.code for result in again[9:11]] == [None, "InDoubt"]
    else:
        assert [result.body for result in again] == rows(20)
        assert 20 <= sum(model.counts.values()) <= 22


def test_a_job_of_other_records_or_parameters_is_rejected(
    options: dict[str, Any], model: ModelServer, batch: Batch
) -> None:
    list(smrt.batch(rows(3), job="j", **options))
    with pytest.raises(smrt.SmrtError, match="record 1 is not the one"):
        list(smrt.batch([rows(1)[0], b"other"], job="j", **options))
    with pytest.raises(smrt.SmrtError, match="ContentType was null"):
        list(smrt.batch(rows(3), job="j", ContentType="x/y", **options))
    with pytest.raises(smrt.SmrtError, match="in_doubt is 'maybe'"):
        smrt.batch(rows(3), in_doubt="maybe", **options)
    assert len(model.requests) == 3
