"""Locations of results that are derived from those of other requests, and found by listing."""

import json
from typing import Any

import pytest

from smrt.batching.queued.queued_locations import KnownLocations, acceptance, existing
from smrt.batching.queued.queued_requests import RequestNames
from smrt.batching.records.record import Record
from smrt.batching.storage.s3_control import S3Control
from smrt.s3.objects import Location
from tests.batching.storage.memory_store import MemoryStore

NAMES = RequestNames("0123456789abcdef0123", round=2)
FOLDER = "smrt-0123456789abcdef0123"


def parameters(offset: int, **own: str) -> dict[str, Any]:
    return NAMES.parameters(Record(offset, 1, b"{}", own, b""))


def response(output: str, failure: str | None, values: dict[str, Any]) -> bytes:
    """What is stored about a response whose locations contain the names of the request."""
    names = {"name": values["Filename"], "id": values["InferenceId"]}
    fields = {"OutputLocation": output, "FailureLocation": failure}
    return acceptance({key: uri and uri.format(**names) for key, uri in fields.items()})


def learned(output: str, failure: str | None, **own: str) -> KnownLocations:
    known = KnownLocations(S3Control(MemoryStore(), "s3://b/job"))
    first = parameters(0, **own)
    if known.learn(first, response(output, failure, first)):
        known.store()
    assert known.is_settled
    return known


@pytest.mark.parametrize(
    ("output", "failure", "own"),
    [
        ("s3://b/e/output/f/{name}", "s3://c/failure/{id}-error.out", {}),
        ("s3://b/e/output/f/{name}.out", None, {}),
        ("s3://b/{name}", "s3://b/{id}", {"InferenceId": "own", "EndpointName": "other"}),
    ],
)
def test_locations_follow_from_those_of_another_request(
    output: str, failure: str | None, own: dict[str, str]
) -> None:
    values = parameters(4096, **own)
    known = learned(output, failure, **own)
    assert known.acceptance(values) == response(output, failure, values)
    assert known.acceptance({**values, "S3OutputPathExtension": "elsewhere"}) is None
    assert known.acceptance({**values, "EndpointName": "third"}) is None


def test_locations_without_the_name_of_the_request_are_not_derived() -> None:
    assert learned("s3://b/output/42.out", None).acceptance(parameters(1)) is None
    values = parameters(1)
    content = learned("s3://b/{name}", "s3://b/42-error.out").acceptance(values)
    assert content == response("s3://b/{name}", None, values)


def test_locations_are_those_of_all_processes() -> None:
    control = S3Control(MemoryStore(), "s3://b/job")
    one, other = KnownLocations(control), KnownLocations(control)
    for known, endpoint in ((one, "a"), (other, "b")):
        values = parameters(0, EndpointName=endpoint)
        assert known.learn(values, response(f"s3://{endpoint}/{{name}}", None, values))
        assert not known.learn(values, response("s3://c/{name}", None, values))
        known.store()
    third = KnownLocations(control)
    for endpoint in "ab":
        values = parameters(7, EndpointName=endpoint)
        output, _ = json.loads(third.acceptance(values) or b"[0, 0]")
        assert output == f"s3://{endpoint}/{values['Filename']}"


def test_names_are_short_and_in_the_order_of_the_records() -> None:
    offsets = [0, 9, 10, 255, 4096, 10**13]
    names = [NAMES.name(offset) for offset in offsets]
    assert sorted(names) == names
    assert max(map(len, names)) <= 32
    assert parameters(3)["S3OutputPathExtension"] == FOLDER


def test_a_listing_starts_at_the_first_object_and_ends_after_the_last() -> None:
    memory = MemoryStore()
    for number in range(5000):
        memory.write(Location("b", f"output/{number:05}"), b"")
    memory.write(Location("b", "top"), b"")
    memory.requests.clear()
    wanted = [Location("b", f"output/{number:05}") for number in (4500, 4501, 4999, 7000)]
    wanted.append(Location("b", "top"))
    assert set(existing(memory, wanted)) == {*wanted[:3], wanted[4]}
    assert memory.requests["LIST"] == 2
