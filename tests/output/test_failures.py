"""How failures are told."""

import io
from pathlib import Path

import pytest

from smrt.errors import ConfigurationError, ServiceError, SmrtError, UsageError
from smrt.output.console import Console
from smrt.output.failures import requested_error_format, tell

HINTED = UsageError("no such thing", "try another", "or none")
SERVICE = ServiceError(
    {
        "Error": {"Code": "ModelError", "Message": " no\n"},
        "ResponseMetadata": {"RequestId": "r", "RetryAttempts": 0},
        "OriginalStatusCode": 500,
        "LogStreamArn": "arn",
    },
    "InvokeEndpoint",
)


def _told(error: SmrtError, *words: str) -> str:
    said = io.BytesIO()
    tell(error, Console(io.BytesIO(), io.BytesIO(), said), words, {"HOME": "/nowhere"})
    return said.getvalue().decode()


@pytest.mark.parametrize(
    ("error", "name", "text"),
    [
        (
            HINTED,
            "enhanced",
            (
                "smrt: [ERROR]: An error occurred (ParamValidation): no such thing\n"
                "smrt: hint: try another\nsmrt: hint: or none\n"
            ),
        ),
        (
            HINTED,
            "legacy",
            "smrt: [ERROR]: no such thing\nsmrt: hint: try another\nsmrt: hint: or none\n",
        ),
        (
            HINTED,
            "json",
            '{\n    "Code": "ParamValidation",\n    "Message": "no such thing"\n}\n',
        ),
        (HINTED, "yaml", "Code: ParamValidation\nMessage: no such thing\n"),
        (HINTED, "text", "ParamValidation\tno such thing\n"),
        (
            SERVICE,
            "enhanced",
            (
                "smrt: [ERROR]: An error occurred (ModelError) when calling the InvokeEndpoint "
                "operation:  no\n\nAdditional error details:\nOriginalStatusCode: 500\n"
                "LogStreamArn: arn\nRequestId: r\n"
            ),
        ),
        (
            SERVICE,
            "legacy",
            (
                "smrt: [ERROR]: An error occurred (ModelError) when calling the InvokeEndpoint "
                "operation:  no\n"
            ),
        ),
        (
            SERVICE,
            "json",
            (
                '{\n    "Message": " no\\n",\n    "Code": "ModelError",\n'
                '    "OriginalStatusCode": 500,\n    "LogStreamArn": "arn"\n}\n'
            ),
        ),
        (SERVICE, "text", "ModelError\tarn\t no\n\t500\n"),
        (
            ConfigurationError("m", code="NoRegion"),
            "enhanced",
            "smrt: [ERROR]: An error occurred (NoRegion): m\n",
        ),
        (SmrtError("m"), "text", "General\tm\n"),
    ],
)
def test_an_error_in_each_format(error: SmrtError, name: str, text: str) -> None:
    assert _told(error, "--cli-error-format", name) == text


@pytest.mark.parametrize(
    ("words", "coloured"),
    [("--color on", True), ("--color=on", True), ("--color off", False), ("", False)],
)
def test_a_table_is_coloured_where_it_is_asked_for(words: str, *, coloured: bool) -> None:
    table = _told(HINTED, *words.split(), "--cli-error-format=table")
    assert ("\x1b[" in table) is coloured


@pytest.mark.parametrize(
    ("words", "environ", "name"),
    [
        ("", {}, "enhanced"),
        ("--cli-error-format json", {}, "json"),
        ("--cli-error-format=json", {}, "json"),
        ("invoke-endpoint --cli-error-format text --cli-error-format json", {}, "json"),
        ("--cli-error-format", {"AWS_CLI_ERROR_FORMAT": "text"}, "text"),
        ("--cli-error-format xml", {"AWS_CLI_ERROR_FORMAT": "text"}, "text"),
        ("--cli-error-format json", {"AWS_CLI_ERROR_FORMAT": "text"}, "json"),
        ("", {"AWS_CLI_ERROR_FORMAT": "YAML"}, "yaml"),
        ("", {"AWS_CLI_ERROR_FORMAT": "xml"}, "enhanced"),
        ("", {"AWS_CLI_ERROR_FORMAT": ""}, "enhanced"),
        ("--profile p", {}, "table"),
        ("--profile=p", {}, "table"),
        ("", {"AWS_PROFILE": "p"}, "table"),
        ("--profile p", {"AWS_CLI_ERROR_FORMAT": "text"}, "text"),
        ("--profile nobody", {}, "enhanced"),
        ("", {"AWS_CONFIG_FILE": "/dev/null/none"}, "enhanced"),
        ("--cli-error-format text", {"AWS_CONFIG_FILE": "broken"}, "text"),
        ("", {"AWS_CONFIG_FILE": "broken"}, "enhanced"),
    ],
)
def test_the_format_in_force(
    words: str, environ: dict[str, str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken").write_text("no section", encoding="ascii")
    Path("config").write_text("[profile p]\ncli_error_format = table\n", encoding="ascii")
    found = requested_error_format(
        words.split(), {"HOME": "/nowhere", "AWS_CONFIG_FILE": "config", **environ}
    )
    assert found == name
