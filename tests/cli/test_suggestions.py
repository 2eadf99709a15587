"""Suggestions for unknown options and commands."""

import botocore.session
import pytest

from smrt.cli.suggestions import MANAGEMENT_COMMANDS, SYNONYMS, option_hints
from smrt.invoke.option_table import GLOBALS, WAIT_TIMEOUT
from smrt.protocol.operations import OPERATIONS, kebab
from tests.conftest import Smrt

FLAGS = [row.flag for row in GLOBALS] + [member.flag for member in OPERATIONS[0].members]


@pytest.mark.parametrize(
    ("word", "suggested"),
    [
        ("--endpoint", "--endpoint-name"),
        ("--endpont", "--endpoint-name"),
        ("--timeout", "--cli-read-timeout"),
        ("--timeout=5", "--cli-read-timeout"),
        ("--timeouts", "--cli-read-timeout"),
        ("--time-out", "--cli-read-timeout"),
        ("--read-timeout", "--cli-read-timeout"),
        ("--connect-timeout", "--cli-connect-timeout"),
        ("--max-time", "--cli-read-timeout"),
        ("--url", "--endpoint-url"),
        ("--endpoint-uri", "--endpoint-url"),
        ("--insecure", "--no-verify-ssl"),
        ("--cacert", "--ca-bundle"),
    ],
)
def test_an_unknown_option_suggests_what_it_means(word: str, suggested: str) -> None:
    assert option_hints([word], FLAGS) == [f"did you mean {suggested} instead of {word}?"]


def test_a_synonym_suggests_only_options_of_the_command() -> None:
    assert option_hints(["--timeout"], ["--port", "--verbose"]) == []
    (hint,) = option_hints(["--timeout"], [*FLAGS, WAIT_TIMEOUT.flag])
    assert hint == "did you mean --cli-read-timeout or --wait-timeout instead of --timeout?"


def test_a_synonym_is_not_an_option_of_its_own() -> None:
    assert {name for names in SYNONYMS.values() for name in names} <= {*FLAGS, WAIT_TIMEOUT.flag}
    assert SYNONYMS.keys() & set(FLAGS) == set()


def test_management_commands_are_commands_of_aws_sagemaker() -> None:
    model = botocore.session.Session().get_service_model("sagemaker")
    assert {kebab(name) for name in model.operation_names} >= MANAGEMENT_COMMANDS


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("invoke", "did you mean invoke-endpoint?"),
        ("invoke-endpoint-a", "did you mean invoke-endpoint-async?"),
        ("describe-endpoint", "to manage them: aws sagemaker describe-endpoint"),
        ("sagemaker list-endpoints", "to manage them: aws sagemaker list-endpoints"),
        ("sagemaker", "choose from invoke-endpoint"),
        ("''", "choose from invoke-endpoint"),
        ("invoke-endpoint --chat", "--chat is an option of smrt invoke-endpoint-with-response"),
        ("invoke-endpoint-async --target-model=m", "--target-model is an option of smrt invoke-"),
        ("wait --body x", "--body is an option of smrt invoke-endpoint, smrt invoke-endpoint-as"),
        ("invoke-endpoint --port 1", "--port is an option of smrt local env, smrt local start"),
    ],
)
def test_a_wrong_line_has_a_hint(line: str, hint: str, smrt: Smrt) -> None:
    ran = smrt(*(word.strip("'") for word in line.split()))
    assert (ran.code, ran.out) == (252, b"")
    assert hint in ran.err.splitlines()[1]
