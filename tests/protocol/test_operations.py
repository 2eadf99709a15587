"""The table of operations equals the service's model, with help texts of smrt's own."""

import copy
import re
import subprocess
import sys
from typing import Any

import pytest
from botocore import xform_name

from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    OPERATIONS,
    Field,
    Kind,
    Member,
    Operation,
)
from tests.tools.drift import drift, service_model

LONGEST_HELP = 200


def rows(operation: Operation) -> list[Member | Field]:
    return [*operation.members, *operation.fields]


EVERY_ROW = [
    pytest.param(row, id=f"{operation.name}.{row.name}")
    for operation in OPERATIONS
    for row in rows(operation)
]


def test_the_table_equals_the_model() -> None:
    assert drift(service_model()) == []


def changed(model: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of `model` with the value at `path` set, or removed where it is None."""
    copied = copy.deepcopy(model)
    *parents, last = path.split("/")
    parent = copied
    for key in parents:
        parent = parent[key]
    if value is None:
        del parent[last]
    else:
        parent[last] = value
    return copied


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("operations/InvokeEndpoint", None),
        ("operations/InvokeEndpointTwice", {}),
        ("operations/InvokeEndpoint/http/requestUri", "/elsewhere"),
        ("operations/InvokeEndpoint/http/method", "PUT"),
        ("shapes/InvokeEndpointInput/members/New", {"shape": "Header", "location": "header"}),
        ("shapes/InvokeEndpointInput/members/SessionId", None),
        ("shapes/InvokeEndpointInput/required", ["EndpointName"]),
        ("shapes/InvokeEndpointInput/members/Accept/locationName", "X-Accept"),
        ("shapes/RequestTTLSecondsHeader/min", 30),
        ("shapes/RequestTTLSecondsHeader/type", "string"),
        ("shapes/AsyncBodyBlob/max", 256_000),
        ("shapes/InvokeEndpointOutput/members/New", {"shape": "Header", "location": "header"}),
        ("shapes/InvokeEndpointAsyncOutput/members/OutputLocation/location", None),
        ("shapes/ModelError/members/Reason", {"shape": "Message"}),
        ("shapes/ValidationError/exception", False),
    ],
)
def test_a_change_of_the_model_is_reported(path: str, value: Any) -> None:
    assert drift(changed(dict(service_model()), path, value))


def test_the_drift_script_prints_the_version_of_botocore() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.tools.drift"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("the table agrees with botocore ")


@pytest.mark.parametrize("row", EVERY_ROW)
def test_help_is_a_short_sentence(row: Member | Field) -> None:
    assert row.help.endswith(".")
    assert row.help[0].isupper()
    assert len(row.help) <= LONGEST_HELP
    assert row.help == " ".join(row.help.split())


@pytest.mark.parametrize("row", EVERY_ROW)
def test_help_repeats_no_sentence_of_the_model(row: Member | Field) -> None:
    assert not sentences(row.help) & MODEL_SENTENCES


def sentences(documentation: str) -> set[str]:
    """The sentences of documentation, without markup, in lower case."""
    plain = re.sub(r"<[^>]+>", " ", documentation).lower()
    return {" ".join(words.split()) for words in re.split(r"[.:;](?:\s|$)", plain)} - {""}


def documentation(value: Any) -> set[str]:
    """Every sentence of the documentation in a model."""
    if isinstance(value, str):
        return set()
    result: set[str] = set()
    if isinstance(value, dict):
        result |= sentences(str(value.get("documentation", "")))
        value = list(value.values())
    if isinstance(value, list):
        result |= set().union(*map(documentation, value))
    return result


MODEL_SENTENCES = documentation(dict(service_model()))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_names_are_spelled_as_the_aws_cli_spells_them(operation: Operation) -> None:
    assert operation.command == xform_name(operation.name, "-")
    for member in operation.members:
        assert member.flag == "--" + xform_name(member.name, "-")


def test_member_returns_the_member_by_name() -> None:
    assert INVOKE_ENDPOINT.member("Body").kind is Kind.BLOB
    with pytest.raises(KeyError, match="Nope"):
        INVOKE_ENDPOINT.member("Nope")


def test_only_the_asynchronous_operation_returns_json_metadata() -> None:
    assert [o.name for o in OPERATIONS if o.returns_json] == [INVOKE_ENDPOINT_ASYNC.name]
