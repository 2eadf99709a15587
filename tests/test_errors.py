"""Each error has an exit status, a code and a sentence."""

import re
from collections.abc import Iterator

import pytest

from smrt import errors
from smrt.errors import (
    CommandError,
    ConfigurationError,
    ExitCode,
    MissingCommandError,
    ServiceError,
    SmrtError,
    StdoutClosedError,
    TransportError,
    UsageError,
)


@pytest.mark.parametrize(
    ("kind", "exit_code", "code"),
    [
        (SmrtError, 255, "General"),
        (UsageError, 252, "ParamValidation"),
        (ConfigurationError, 253, "Configuration"),
        (TransportError, 255, "ConnectionError"),
        (StdoutClosedError, 141, "General"),
        (CommandError, 126, "CommandNotExecutable"),
        (MissingCommandError, 127, "CommandNotFound"),
    ],
)
def test_an_error_has_an_exit_status_and_a_code(
    kind: type[SmrtError], exit_code: int, code: str
) -> None:
    error = kind("what", "do this", "or that")
    assert (error.exit_code, error.code, error.hints) == (exit_code, code, ("do this", "or that"))
    assert (str(error), error.sentence) == ("what", f"An error occurred ({code}): what")
    assert dict(error.details) == {}
    assert kind("what", code="Other").sentence == "An error occurred (Other): what"


def test_added_hints_mask_secrets_in_urls() -> None:
    error = SmrtError("what", "do this")
    error.add_hints()
    error.add_hints("or that", "see http://user:secret@host/")
    assert error.hints == ("do this", "or that", "see http://***@host/")


def test_the_exit_codes_are_those_of_the_aws_cli_and_of_shells() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "FAILED": 1,
        "THRESHOLD_MISSED": 99,
        "NOT_EXECUTABLE": 126,
        "NOT_FOUND": 127,
        "INTERRUPTED": 130,
        "PIPE": 141,
        "USAGE": 252,
        "CONFIGURATION": 253,
        "SERVICE": 254,
        "GENERAL": 255,
    }


def subclasses(kind: type[SmrtError]) -> Iterator[type[SmrtError]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def test_the_docstring_lists_every_error() -> None:
    tree = errors.__doc__ or ""
    kinds: list[type[SmrtError]] = [SmrtError, *subclasses(SmrtError)]
    for kind in kinds:
        if kind.__module__ == errors.__name__:
            assert re.search(rf"\b{kind.__name__} +{kind.exit_code} ", tree)


def service_error(**members: object) -> ServiceError:
    response = {
        "Error": {"Code": "ModelError", "Message": "m"},
        "ResponseMetadata": {"RequestId": "r", "RetryAttempts": 2, "HTTPStatusCode": 424},
        **members,
    }
    return ServiceError(response, "InvokeEndpoint", "a hint")


def test_a_service_error_has_the_sentence_of_botocore() -> None:
    error = service_error()
    sentence = "An error occurred (ModelError) when calling the InvokeEndpoint operation: m"
    assert (error.exit_code, error.code, error.message) == (254, "ModelError", "m")
    assert (str(error), error.sentence, error.hints) == (sentence, sentence, ("a hint",))
    error.is_last_allowed = True
    assert "operation (reached max retries: 2): m" in error.sentence


def test_members_are_all_fields_except_code_and_message() -> None:
    error = service_error(Message="m", OriginalStatusCode=400, OriginalMessage="boom")
    assert list(error.members) == ["OriginalStatusCode", "OriginalMessage"]
    assert list(error.details.items()) == [*error.members.items(), ("RequestId", "r")]


def test_a_request_id_is_optional() -> None:
    error = service_error(ResponseMetadata={"HTTPStatusCode": 500, "RetryAttempts": 0})
    assert dict(error.details) == {}
