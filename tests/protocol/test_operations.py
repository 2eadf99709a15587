"""The table of operations is the service's model, in our own words."""

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
    *folders, last = path.split("/")
    place = copied
    for folder in folders:
        place = place[folder]
    if value is None:
        del place[last]
    else:
        place[last] = value
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
def test_a_change_of_the_model_is_noticed(path: str, value: Any) -> None:
    assert drift(changed(dict(service_model()), path, value))


def test_the_script_says_with_what_it_agrees() -> None:
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
def test_help_is_in_our_own_words(row: Member | Field) -> None:
    assert not sentences(row.help) & MODEL_SENTENCES


def sentences(documentation: str) -> set[str]:
    """What documentation says, sentence by sentence, without markup, in small letters."""
    plain = re.sub(r"<[^>]+>", " ", documentation).lower()
    return {" ".join(words.split()) for words in re.split(r"[.:;](?:\s|$)", plain)} - {""}


def documentation(value: Any) -> set[str]:
    """Every sentence of every documentation in a model."""
    if isinstance(value, str):
        return set()
    found: set[str] = set()
    if isinstance(value, dict):
        found |= sentences(str(value.get("documentation", "")))
        value = list(value.values())
    if isinstance(value, list):
        found |= set().union(*map(documentation, value))
    return found


MODEL_SENTENCES = documentation(dict(service_model()))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_names_are_spelled_as_the_aws_cli_spells_them(operation: Operation) -> None:
    assert operation.command == xform_name(operation.name, "-")
    for member in operation.members:
        assert member.flag == "--" + xform_name(member.name, "-")


def test_a_member_is_found_by_name() -> None:
    assert INVOKE_ENDPOINT.member("Body").kind is Kind.BLOB
    with pytest.raises(KeyError, match="Nope"):
        INVOKE_ENDPOINT.member("Nope")


def test_only_the_asynchronous_operation_answers_in_json() -> None:
    assert [o.name for o in OPERATIONS if o.answers_in_json] == [INVOKE_ENDPOINT_ASYNC.name]
