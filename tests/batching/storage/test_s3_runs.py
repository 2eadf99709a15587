"""Batches whose input, output and job are in S3."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from smrt.batching.storage.s3_input import S3Input
from smrt.batching.storage.s3_listing import object_lines
from smrt.batching.storage.s3_source import read_input_line
from smrt.errors import SmrtError
from smrt.s3.object_store import ObjectStore
from tests.batching.conftest import Batch, ModelServer, results, rows
from tests.batching.storage.conftest import Bucket
from tests.batching.test_stopping import DENIED
from tests.support.scripted_endpoint import Received, error, response

BAD = error(424, "ModelError", "bad row", OriginalStatusCode=400, OriginalMessage="bad")
SMALL = ("--partition-size", "200")


def content(count: int) -> bytes:
    return b"".join(row + b"\n" for row in rows(count))


def by_offset(count: int) -> bytes:
    """The result of lines that are read where they are: their ids are offsets."""
    lines, offset = [], 0
    for row in rows(count):
        lines.append(b'{"recordId":%d,"modelOutput":%b}\n' % (offset, row))
        offset += len(row) + 1
    return b"".join(lines)


@pytest.mark.parametrize("job", ["here", "there"])
def test_lines_of_an_object_become_an_object(
    job: str, batch: Batch, model: ModelServer, uri: str, objects: Bucket
) -> None:
    objects.put("in.jsonl", content(60))
    words = ("--job", "job") if job == "here" else ()
    done = batch(f"{uri}/in.jsonl", f"{uri}/out.jsonl", *SMALL, *words)
    assert (done.code, done.err) == (0, "")
    assert objects.get("out.jsonl") == by_offset(60)
    assert model.counts == Counter(rows(60))
    assert objects.names() == ["in.jsonl", "out.jsonl"]


def test_gzip_and_csv_are_read_from_their_start(
    batch: Batch, model: ModelServer, uri: str, objects: Bucket
) -> None:
    objects.put("in.jsonl.gz", gzip.compress(content(40)))
    assert batch(f"{uri}/in.jsonl.gz", f"{uri}/out/", *SMALL).code == 0
    assert objects.get("out/in.jsonl.gz.out") == results(40)
    objects.put("in.csv", b'1,"a\nb"\n2,c\n')
    model.behavior = lambda *_: response(200, b"x")
    assert batch(f"{uri}/in.csv", "out.csv").code == 0
    assert set(model.counts) >= {b'1,"a\nb"', b"2,c"}


def test_objects_of_a_prefix_have_results_beside_its_structure(
    batch: Batch, model: ModelServer, uri: str, objects: Bucket
) -> None:
    model.behavior = lambda received, _: (
        BAD if received.body == b"bad" else response(200, received.body.upper())
    )
    for name, text in (("a.csv", b"one"), ("b/c.jpg", b"two"), ("b/d", b"bad"), ("b/", b"")):
        objects.put(f"in/{name}", text)
    done = batch(f"{uri}/in/", f"{uri}/out")
    assert done.code == 1
    assert objects.names("out/") == ["out/a.csv.out", "out/b/c.jpg.out", "out/b/d.error"]
    assert objects.get("out/b/c.jpg.out") == b"TWO"
    types = {received.body: received.headers["content-type"] for received in model.requests}
    assert (types[b"one"], types[b"two"]) == ("text/csv", "image/jpeg")
    model.behavior = lambda received, _: response(200, received.body.upper())
    assert batch(f"{uri}/in/", f"{uri}/out", "--retry-failed").code == 0
    assert objects.names("out/") == ["out/a.csv.out", "out/b/c.jpg.out", "out/b/d.out"]
    assert objects.names("out.job") == []


def test_a_manifest_names_the_objects(
    batch: Batch, model: ModelServer, uri: str, objects: Bucket, tmp_path: Path
) -> None:
    for name in "abc":
        objects.put(f"in/{name}", name.encode())
    manifest = [{"prefix": f"{uri}/in/"}, "c", "a"]
    objects.put("manifest", json.dumps(manifest).encode())
    words = ("--s3-data-type", "ManifestFile")
    assert batch(f"{uri}/manifest", "out", *words).code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.out", "c.out"]
    objects.put("manifest", json.dumps([*manifest, "x"]).encode())
    done = batch(f"{uri}/manifest", "other", *words)
    assert (done.code, f"{uri}/in/x, which" in done.err) == (252, True)


def test_a_prefix_is_the_start_of_keys(batch: Batch, uri: str, objects: Bucket) -> None:
    for number in range(3):
        objects.put(f"in/{number}", b"%d" % number)
    done = batch(f"{uri}/in", "-", "--s3-data-type", "S3Prefix", "--dry-run")
    assert (done.code, "whole files cannot be printed" in done.err) == (252, True)
    done = batch(f"{uri}/in", "out", "--s3-data-type", "S3Prefix", "--dry-run")
    assert done.summary["totalRecordCount"] == 3


def test_a_listing_has_pages(uri: str, objects: Bucket, store: ObjectStore) -> None:
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    names = [f"{number:04}" for number in range(1001)]
    bucket, prefix = uri.removeprefix("s3://").split("/", 1)
    objects.put(f"in/{names[0]}", b"x")
    for name in names[1:]:  # without a request for each
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(bucket, f"{prefix}/in/{name}", b"x")
    items = [read_input_line(line) for line in object_lines(store, f"{uri}/in/", "S3Prefix")]
    assert [item.name for item in items] == names
    pages = [len(page) for _, page in store.pages(bucket, f"{prefix}/in/")]
    assert pages == [1000, 1]
    after = [item.key[-4:] for item in store.listed(bucket, f"{prefix}/in/", f"{prefix}/in/0499")]
    assert after == names[500:]


def test_an_object_that_changes_is_not_read(
    batch: Batch, model: ModelServer, uri: str, objects: Bucket, store: ObjectStore
) -> None:
    objects.put("in.jsonl", content(60))
    blocks = S3Input(store, f"{uri}/in.jsonl", range_size=100).blocks()
    assert next(blocks) == content(60)[:100]
    model.behavior = lambda received, _: (
        DENIED if len(model.counts) > 5 else response(200, received.body)
    )
    assert batch(f"{uri}/in.jsonl", "out.jsonl").code == 254
    objects.put("in.jsonl", content(61))
    with pytest.raises(SmrtError, match="has changed since the job started"):
        next(blocks)
    done = batch(f"{uri}/in.jsonl", "out.jsonl", "--resume")
    assert (done.code, "ETag was" in done.err) == (252, True)


def test_a_changed_object_of_a_prefix_is_not_sent(
    batch: Batch, model: ModelServer, uri: str, objects: Bucket
) -> None:
    for name in "ab":
        objects.put(f"in/{name}", name.encode())
    model.behavior = lambda *_: DENIED
    assert batch(f"{uri}/in/", f"{uri}/out").code == 254
    objects.put("in/b", b"changed")
    model.behavior = lambda received, _: response(200, received.body)
    model.counts.clear()
    done = batch(f"{uri}/in/", f"{uri}/out", "--resume")
    assert (done.code, set(model.counts)) == (1, {b"a"})
    assert b"InputChanged" in objects.get("out/b.error")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("URI/none.jsonl", "out"), "none.jsonl does not exist"),
        (("URI/none/", "out"), "there are no objects under"),
        (("URI/in/", "out", "--split-type", "Line"), "is a prefix"),
        (("in", "out", "--s3-data-type", "S3Prefix"), "is for an INPUT in S3"),
        (("URI/x", "out", "--s3-data-type", "ManifestFile"), "is not a manifest"),
        (("--status", "URI/none"), "is not a job"),
        (("--join", "URI/none"), "has no job to join"),
    ],
)
def test_wrong_inputs_are_usage_errors(
    words: tuple[str, ...], message: str, batch: Batch, uri: str, objects: Bucket
) -> None:
    objects.put("x", b"{}")
    objects.put("in/y", b"{}")
    done = batch(*(word.replace("URI", uri) for word in words))
    assert (done.code, message in done.err) == (252, True)


def test_a_job_in_s3_is_stopped_resumed_and_shown(
    batch: Batch, model: ModelServer, uri: str, objects: Bucket
) -> None:
    objects.put("in.jsonl", content(60))

    def deny(received: Received, _: int) -> bytes:
        return DENIED if len(model.counts) > 30 else response(200, received.body)

    model.behavior = deny
    paths = (f"{uri}/in.jsonl", f"{uri}/out.jsonl")
    done = batch(*paths, *SMALL, "--concurrency", "1")
    assert (done.code, done.summary["successRecordCount"]) == (254, 30)
    status = json.loads(batch("--status", f"{uri}/out.jsonl.job").out)
    assert (status["successRecordCount"], status["notStartedRecordCount"]) == (30, 30)
    done = batch(*paths, *SMALL)
    assert (done.code, "add --resume" in done.err) == (252, True)
    model.behavior = lambda received, _: response(200, received.body)
    counts = Counter(model.counts)
    done = batch(*paths, *SMALL, "--resume")
    assert (done.code, done.summary["requestCount"]) == (0, 30)
    assert objects.get("out.jsonl") == by_offset(60)
    repeated = Counter(model.counts) - Counter(rows(60))
    assert sum(repeated.values()) == sum(counts.values()) - 30


def test_failed_records_of_a_job_in_s3_are_sent_again(
    batch: Batch, model: ModelServer, uri: str, objects: Bucket
) -> None:
    objects.put("in.jsonl", content(60))
    model.behavior = lambda received, _: (
        BAD if received.body.endswith(b"5}") else response(200, received.body)
    )
    line = (f"{uri}/in.jsonl", f"{uri}/out.jsonl", *SMALL, "--errors", "failed")
    assert batch(*line).code == 1
    assert Path("failed").read_bytes().splitlines() == rows(60)[5::10]
    model.behavior = lambda received, _: response(200, received.body)
    done = batch(*line, "--retry-failed")
    assert (done.code, done.summary["requestCount"]) == (0, 6)
    assert objects.get("out.jsonl") == by_offset(60)
