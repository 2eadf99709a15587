"""Command lines, and the typed options to which they are parsed."""

import io
from contextlib import ExitStack
from copy import copy
from importlib import import_module
from typing import Any

import pytest
from click.testing import CliRunner

from smrt.cli.commands.invoke_endpoint_async import AsyncOptions
from smrt.cli.commands.invoke_endpoint_with_response_stream import StreamOptions
from smrt.cli.commands.wait import WaitCommandOptions
from smrt.config.connection_options import ConnectionOptions
from smrt.errors import UsageError
from smrt.invoke.options import GlobalOptions, InvokeOptions
from smrt.invoke.waiting import WaitOptions
from smrt.output.console import App, Console
from smrt.output.stream_format import StreamFormatOptions
from smrt.protocol.messages import INVOKE_READ_TIMEOUT

INVOKE = "invoke-endpoint"
ASYNC = "invoke-endpoint-async"
STREAM = "invoke-endpoint-with-response-stream"
S3 = "s3://bucket/key"
CONNECTION = ConnectionOptions(read_timeout=INVOKE_READ_TIMEOUT)
PLAIN = InvokeOptions({}, shared=GlobalOptions(connection=CONNECTION))
QUEUED = InvokeOptions({})


def parsed(name: str, line: str) -> Any:
    """The options that `run` receives."""
    command = copy(import_module(f"smrt.cli.commands.{name.replace('-', '_')}").command)
    received: list[Any] = []
    command.callback = lambda *arguments: received.append(arguments[1])
    app = App(Console(io.BytesIO(), io.BytesIO(), io.BytesIO()), {}, ExitStack())
    result = CliRunner().invoke(command, line.split(), obj=app)
    if result.exception is not None:
        raise result.exception
    return without_line(received.pop())


def without_line(options: Any) -> Any:
    """The options without the command line, which contains them as text."""
    if isinstance(options, InvokeOptions):
        return options._replace(line=())
    if isinstance(options, AsyncOptions | StreamOptions):
        return options._replace(invoke=options.invoke._replace(line=()))
    return options


def shared(**options: Any) -> InvokeOptions:
    return PLAIN._replace(shared=PLAIN.shared._replace(**options))


def connected(**options: Any) -> InvokeOptions:
    return shared(connection=CONNECTION._replace(**options))


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("", PLAIN),
        (
            "--endpoint-name e --body b out",
            PLAIN._replace(parameters={"EndpointName": "e", "Body": "b"}, outfile="out"),
        ),
        ("--data @f", PLAIN._replace(plain_body=("--data", "@f"))),
        ("--json {} --json []", PLAIN._replace(plain_body=("--json", "[]"))),
        ("--accept=", PLAIN._replace(parameters={"Accept": ""})),
        ("--accept a --accept b", PLAIN._replace(parameters={"Accept": "b"})),
        ("-", PLAIN._replace(outfile="-")),
        ("--cli-input-json {} --cli-input-yaml -", PLAIN._replace(input_json="{}", input_yaml="-")),
        ("--cli-binary-format base64", PLAIN._replace(binary_format="base64")),
        ("--generate-cli-skeleton", PLAIN._replace(skeleton="input")),
        (
            "--generate-cli-skeleton output --dry-run",
            PLAIN._replace(skeleton="output", dry_run="request"),
        ),
        ("--dry-run=curl out", PLAIN._replace(dry_run="curl", outfile="out")),
        ("--dry-run out", PLAIN._replace(dry_run="request", outfile="out")),
        ("--output text --query a.b", shared(output="text", query="a.b")),
        ("--select Body --color on", shared(select="Body", color="on")),
        ("--metadata - --no-cli-pager", shared(metadata="-", use_pager=False)),
        ("--profile p --debug", shared(profile="p", debug=True)),
        ("--region r --endpoint-url http://e", connected(region="r", endpoint_url="http://e")),
        ("--no-sign-request --no-verify-ssl", connected(sign=False, verify=False)),
        ("--ca-bundle f --retry-timeouts", connected(ca_bundle="f", retry_timeouts=True)),
        ("--cli-read-timeout 5 --wait-ready 1.5", connected(read_timeout=5, wait_ready=1.5)),
        (
            "--cli-read-timeout 0 --cli-connect-timeout 3",
            connected(read_timeout=0, connect_timeout=3),
        ),
        ("--no-paginate --no-cli-auto-prompt --cli-error-format json", PLAIN),
    ],
)
def test_a_call_has_these_options(line: str, options: InvokeOptions) -> None:
    assert parsed(INVOKE, line) == options
    assert parsed(STREAM, line) == StreamOptions(options)


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("--stream sse --timings", StreamOptions(PLAIN, StreamFormatOptions("sse"), timings=True)),
        ("--text a.b", StreamOptions(PLAIN, StreamFormatOptions(text="a.b"))),
        ("--chat", StreamOptions(PLAIN, StreamFormatOptions(chat=True))),
    ],
)
def test_a_stream_has_these_options(line: str, options: StreamOptions) -> None:
    assert parsed(STREAM, line) == options


@pytest.mark.parametrize(
    ("line", "wait", "stage"),
    [
        ("", None, None),
        ("--stage s3://bucket", None, "s3://bucket"),
        ("--wait", WaitOptions(QUEUED.shared), None),
        (
            "--wait --wait-timeout 05 --stage s3://b",
            WaitOptions(QUEUED.shared, 5, ("--wait-timeout=05",)),
            "s3://b",
        ),
    ],
)
def test_an_asynchronous_call_has_these_options(
    line: str, wait: WaitOptions | None, stage: str | None
) -> None:
    assert parsed(ASYNC, line) == AsyncOptions(QUEUED, wait, stage)


def test_a_wait_is_resumed_with_the_options_of_the_call_but_its_endpoint_url() -> None:
    line = "--wait --endpoint-url http://e --cli-read-timeout 05 --debug --output text --accept a"
    words = ("--output=text", "--cli-read-timeout=05", "--debug")
    assert parsed(ASYNC, line).wait.arguments == words
    location = f"--output-location {S3} --endpoint-url http://user:password@e --metadata -"
    assert parsed("wait", location).wait.arguments == ("--metadata=-", "--endpoint-url=http://e")


@pytest.mark.parametrize(
    ("line", "options"),
    [
        (f"--output-location {S3}", {"locations": {"OutputLocation": S3}}),
        (
            f"--output-location {S3} --failure-location s3://b/f out",
            {"locations": {"OutputLocation": S3, "FailureLocation": "s3://b/f"}, "outfile": "out"},
        ),
        ("--from -", {"source": "-"}),
    ],
)
def test_a_wait_has_these_options(line: str, options: dict[str, Any]) -> None:
    plain = WaitCommandOptions(WaitOptions(GlobalOptions()), {})
    assert parsed("wait", line) == plain._replace(**options)


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        (INVOKE, "--query [ --endpoint-url x", "Bad value for --query ["),
        (INVOKE, "--body b --json {}", "--body and --json cannot be used together"),
        (INVOKE, "--endpoint-url x --cli-read-timeout x", "Bad value for --endpoint-url"),
        (INVOKE, "--cli-connect-timeout y --cli-read-timeout x", "base 10: 'x'"),
        (INVOKE, "--cli-connect-timeout y --wait-ready z", "base 10: 'y'"),
        (INVOKE, "--wait-ready z", "--wait-ready: could not convert"),
        (INVOKE, "--wait-ready -1", "--wait-ready cannot be -1"),
        (INVOKE, "--output xml --color red", "argument --output: Found invalid choice 'xml'"),
        (INVOKE, "--color red --output xml", "argument --color: Found invalid choice 'red'"),
        (ASYNC, "--wait-timeout 1", "--wait-timeout requires --wait"),
        (ASYNC, "--wait --wait-timeout -1", "--wait-timeout takes a number of seconds"),
        (ASYNC, "out", "Unknown options: out"),
        ("wait", "", "the following arguments are required: --output-location"),
        (
            "wait",
            f"--from - --output-location {S3}",
            "--from cannot be used with --output-location",
        ),
        ("wait", f"--output-location {S3} --wait-timeout inf", "takes a number of seconds"),
    ],
)
def test_the_first_invalid_option_is_a_usage_error(name: str, line: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(name, line)
    assert message in caught.value.message
