"""Skeletons have every parameter, and are valid input."""

import json
import re
from typing import Any

import pytest

from smrt.invoke import input_document
from smrt.protocol import skeleton
from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
    OPERATIONS,
    Kind,
    Operation,
)

each_operation = pytest.mark.parametrize(
    "operation", OPERATIONS, ids=lambda operation: operation.name
)

ASYNC_JSON = """\
{
    "EndpointName": "",
    "ContentType": "",
    "Accept": "",
    "CustomAttributes": "",
    "InferenceId": "",
    "InputLocation": "",
    "S3OutputPathExtension": "",
    "Filename": "",
    "RequestTTLSeconds": 0,
    "InvocationTimeoutSeconds": 0,
    "Body": null
}
"""
ASYNC_YAML = """\
EndpointName: ''
ContentType: ''
Accept: ''
CustomAttributes: ''
InferenceId: ''
InputLocation: ''
S3OutputPathExtension: ''
Filename: ''
RequestTTLSeconds: 0
InvocationTimeoutSeconds: 0
Body: !!binary ''
"""


def test_the_json_skeleton_has_every_parameter_in_the_models_order() -> None:
    assert skeleton.input_json(INVOKE_ENDPOINT_ASYNC) == ASYNC_JSON


def test_the_yaml_skeleton_has_a_line_for_each_parameter() -> None:
    text = skeleton.input_yaml(INVOKE_ENDPOINT_ASYNC)
    assert re.sub(r" +#.*", "", text) == ASYNC_YAML


def test_required_parameters_are_marked_and_the_first_comment_has_an_extra_space() -> None:
    lines = skeleton.input_yaml(INVOKE_ENDPOINT).splitlines()
    assert lines[0] == "EndpointName: ''  # [REQUIRED] Name of the endpoint."
    assert lines[1].startswith("Body: !!binary '' # [REQUIRED] Input data")
    assert [line for line in lines[2:] if "REQUIRED" in line] == []
    assert lines[3] == "Accept: '' # MIME type that you want for the response."


def test_a_comment_is_one_sentence() -> None:
    member = INVOKE_ENDPOINT.members[0]._replace(help="One e.g. this. Another.")
    operation = INVOKE_ENDPOINT._replace(members=(member,))
    assert skeleton.input_yaml(operation) == "EndpointName: ''  # [REQUIRED] One e.g.\n"


FILLED: dict[Kind, Any] = {Kind.STRING: "x", Kind.INTEGER: 100, Kind.BLOB: "aGVsbG8="}


@each_operation
def test_a_completed_json_skeleton_is_valid_input(operation: Operation) -> None:
    filled = json.loads(skeleton.input_json(operation))
    filled.update({member.name: FILLED[member.kind] for member in operation.members})
    assert input_document.parse_document(json.dumps(filled), "json") == filled


@each_operation
def test_a_completed_yaml_skeleton_is_valid_input(operation: Operation) -> None:
    text = skeleton.input_yaml(operation)
    filled = text.replace("!!binary ''", "!!binary aGVsbG8=").replace(": ''", ": x")
    assert input_document.parse_document(filled.replace(": 0", ": 100"), "yaml") == {
        member.name: b"hello" if member.kind is Kind.BLOB else FILLED[member.kind]
        for member in operation.members
    }


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        (INVOKE_ENDPOINT_ASYNC, ["InferenceId", "OutputLocation", "FailureLocation"]),
        (
            INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
            ["ContentType", "InvokedProductionVariant", "CustomAttributes"],
        ),
    ],
)
def test_the_output_skeleton_has_names_as_values(operation: Operation, names: list[str]) -> None:
    assert list(skeleton.output_json(operation).items()) == [(name, name) for name in names]
