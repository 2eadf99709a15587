"""From typed options to a call, its request, and its preview."""

import io
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from smrt.config.connection_options import ConnectionOptions
from smrt.errors import ConfigurationError, ServiceError, SmrtError, UsageError
from smrt.invoke.invocation import Call, run_operation, send
from smrt.invoke.metadata import report
from smrt.invoke.options import GlobalOptions, InvokeOptions
from smrt.invoke.preview import show_preview
from smrt.output.console import App, Console
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.protocol.parameters import Base64Error
from tests.conftest import CREDENTIAL_VARIABLES
from tests.support.scripted_endpoint import Endpoint, error

PLAIN = InvokeOptions({"EndpointName": "e", "Body": "aGk="})


class Run:
    """The App of a command, its output, and the calls that it prepares."""

    def __init__(self, **environ: str) -> None:
        self.out, self.err = io.BytesIO(), io.BytesIO()
        environ = {"HOME": "/nowhere", **CREDENTIAL_VARIABLES, **environ}
        self.app = App(Console(io.BytesIO(), self.out, self.err), environ, ExitStack())
        self.calls: list[Call] = []

    def prepared(self, options: InvokeOptions) -> Call:
        run_operation(self.app, INVOKE_ENDPOINT, options, self.calls.append)
        return self.calls.pop()


def connected(**options: Any) -> InvokeOptions:
    connection = ConnectionOptions(**options)
    return PLAIN._replace(shared=GlobalOptions(connection=connection))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (PLAIN, ({"EndpointName": "e", "Body": b"hi"}, None)),
        (
            PLAIN._replace(binary_format="raw-in-base64-out", outfile="out"),
            ({"EndpointName": "e", "Body": b"aGk="}, "out"),
        ),
        (
            PLAIN._replace(input_json='{"EndpointName": "other", "Accept": "a"}'),
            ({"EndpointName": "e", "Accept": "a", "Body": b"hi"}, None),
        ),
        (
            PLAIN._replace(input_yaml="Accept: a"),
            ({"EndpointName": "e", "Accept": "a", "Body": b"hi"}, None),
        ),
    ],
)
def test_a_call_has_the_parameters_of_options_and_documents(
    options: InvokeOptions, expected: tuple[dict[str, Any], str | None]
) -> None:
    call = Run().prepared(options)
    assert (call.parameters, call.outfile) == expected


def test_a_call_has_the_settings_of_options_and_environment() -> None:
    settings = Run(AWS_MAX_ATTEMPTS="7").prepared(connected(region="r", wait_ready=5.0)).settings
    assert (settings.region, settings.max_attempts, settings.wait_ready) == ("r", 7, 5)


@pytest.mark.parametrize(
    ("options", "environ", "kind", "message"),
    [
        (InvokeOptions({}), {"AWS_CLI_OUTPUT_ENCODING": "x"}, ConfigurationError, "Unknown codec"),
        (InvokeOptions({}), {"AWS_CONFIG_FILE": "{broken}"}, ConfigurationError, "parse"),
        (InvokeOptions({}), {"AWS_SECRET_ACCESS_KEY": ""}, UsageError, "required: --endpoint-name"),
        (
            PLAIN._replace(input_json="{}", input_yaml="{}"),
            {"AWS_SECRET_ACCESS_KEY": ""},
            UsageError,
            "Only one --cli-input- parameter",
        ),
        (
            PLAIN,
            {"AWS_SECRET_ACCESS_KEY": "", "AWS_REGION": "!"},
            ConfigurationError,
            "Partial credentials found in env",
        ),
        (
            connected(sign=False),
            {"AWS_SECRET_ACCESS_KEY": "", "AWS_REGION": "!"},
            ConfigurationError,
            "Provided region_name '!'",
        ),
        (
            InvokeOptions({"EndpointName": "e", "Body": "?"}),
            {"AWS_REGION": "!"},
            ConfigurationError,
            "Provided region_name '!'",
        ),
        (InvokeOptions({"EndpointName": "e", "Body": "?"}), {}, Base64Error, "Invalid base64"),
    ],
)
def test_errors_are_reported_in_the_order_of_the_aws_cli(
    options: InvokeOptions,
    environ: dict[str, str],
    kind: type[SmrtError],
    message: str,
    tmp_path: Path,
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("no section", encoding="ascii")
    environ = {name: value.format(broken=broken) for name, value in environ.items()}
    with pytest.raises(kind) as caught:
        Run(**environ).prepared(options)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("kind", "start"),
    [("input", b'{\n    "EndpointName": ""'), ("yaml-input", b"EndpointName: ''")],
)
def test_an_input_skeleton_needs_no_valid_call(kind: str, start: bytes) -> None:
    run = Run(AWS_SECRET_ACCESS_KEY="")
    run_operation(run.app, INVOKE_ENDPOINT, InvokeOptions({}, skeleton=kind), run.calls.append)
    assert run.out.getvalue().startswith(start)
    assert run.calls == []


@pytest.mark.parametrize(
    ("options", "start"),
    [
        (PLAIN._replace(skeleton="output"), b'{\n    "ContentType": "ContentType",\n'),
        (
            PLAIN._replace(dry_run="request"),
            b"POST https://runtime.sagemaker.us-east-1.amazonaws.com/",
        ),
    ],
)
def test_a_preview_is_printed_and_nothing_is_sent(options: InvokeOptions, start: bytes) -> None:
    run = Run()
    call = run.prepared(options)
    show_preview(run.app, call, options, report(run.app, call, options.shared))
    assert run.out.getvalue().startswith(start)


def test_a_call_is_sent_once_and_its_error_has_hints(endpoint: Endpoint) -> None:
    rejection = error(400, "ValidationError", "Endpoint e not found.")
    endpoint.respond_with(lambda sock, _: sock.sendall(rejection))
    run = Run()
    with pytest.raises(ServiceError) as caught, run.app.exit_stack:
        send(run.app, run.prepared(connected(endpoint_url=endpoint.url)))
    assert "list-endpoints --region us-east-1" in caught.value.hints[0]
    assert len(endpoint.requests) == 1


def test_an_option_for_metadata_that_is_not_printed_is_noted() -> None:
    run = Run()
    options = GlobalOptions(query="Body")
    report(run.app, run.prepared(PLAIN), options, stdout_is_free=False)
    assert b"the metadata is not printed" in run.err.getvalue()
    assert json.dumps("Body") not in run.out.getvalue().decode()
