"""How errors are printed."""

import io
from contextlib import ExitStack

import pytest

from smrt.errors import ConfigurationError, ServiceError, SmrtError, UsageError
from smrt.output.console import App, Console
from smrt.output.failures import print_error

HINTED = UsageError("no such thing", "try another", "or none")
GENERIC = {"ResponseMetadata": {"RetryAttempts": 0}}
SERVICE = ServiceError(
    {
        "Error": {"Message": " no\n", "Code": "ModelError"},
        "ResponseMetadata": {"RequestId": "r", "RetryAttempts": 0},
        "OriginalStatusCode": 500,
        "LogStreamArn": "arn",
    },
    "InvokeEndpoint",
)


def _printed(error: SmrtError, name: str, color: str | None = None) -> str:
    stderr = io.BytesIO()
    app = App(Console(io.BytesIO(), io.BytesIO(), stderr), {"HOME": "/nowhere"}, ExitStack())
    print_error(error, app, name, color)
    return stderr.getvalue().decode()


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
        (
            ServiceError(
                {"Error": {"Code": "503", "Message": "Service Unavailable"}, **GENERIC}, "Any"
            ),
            "json",
            '{\n    "Code": "503",\n    "Message": "Service Unavailable"\n}\n',
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
    assert _printed(error, name) == text


@pytest.mark.parametrize(("color", "colored"), [("on", True), ("off", False), (None, False)])
def test_an_error_table_is_colored_on_request(color: str | None, *, colored: bool) -> None:
    assert ("\x1b[" in _printed(HINTED, "table", color)) is colored
