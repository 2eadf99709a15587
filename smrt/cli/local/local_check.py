"""`smrt local check`: SageMaker's container contract as checks."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from smrt.cli.plain_command import Command
from smrt.errors import CommandError, ExitCode, MissingCommandError, UsageError
from smrt.output.console import App

from .with_command import WithCommand

if TYPE_CHECKING:
    from smrt.local.checks.check_result import CheckResult
    from smrt.local.checks.http_checks import SampleRequest

_EXAMPLES = """
Check a container that runs locally
smrt local check my-endpoint=http://127.0.0.1:8080 --data @input.csv

Check a container from its start to its end
smrt local check my-endpoint=http://127.0.0.1:8080 --data @input.csv -- \\
  docker run --rm -p 127.0.0.1:8080:8080 my-image serve

Check a model folder in CI
smrt local check my-endpoint=./model --data @input.csv --output json
"""


class _WithOptionalCommand(WithCommand, Command):
    """A command that may end with `-- COMMAND`."""

    usage = "[-- COMMAND...]"


@click.command("check", cls=_WithOptionalCommand, add_help_option=False, epilog=_EXAMPLES)
@click.argument("endpoint", metavar="NAME=FOLDER|URL")
@click.option(
    "--data",
    metavar="DATA",
    help="Request that the model predicts for: text, or @FILE. By default {}, which may fail.",
)
@click.option(
    "--content-type",
    metavar="TYPE",
    help="Content type of the request; by default that of the suffix of FILE, or JSON.",
)
@click.option("--accept", metavar="TYPE", help="Content type that the client accepts.")
@click.option(
    "--output",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="Format of the results.",
)
@click.pass_obj
def check_command(
    app: App,
    *,
    endpoint: str,
    child_argv: tuple[str, ...],
    data: str | None,
    content_type: str | None,
    accept: str | None,
    output: str,
) -> int:
    """Check whether SageMaker could serve a container or a model folder.

    SageMaker's contract for containers: /ping, /invocations, requests of 6 MB, response headers,
    streams, concurrent calls, SIGTERM, and the WebSocket of bidirectional streams. A failed check
    prints its remedy and the page of AWS's guide, and the exit status is 1.

    COMMAND starts the container, which stays in the foreground. At the end it gets SIGTERM.
    """
    from smrt.local.checks.check_report import is_passed, report_json, result_lines, summary
    from smrt.local.checks.contract import GUIDE
    from smrt.local.endpoints import name_and_target

    name, target = name_and_target(endpoint)
    if not target:
        raise UsageError("expected NAME=FOLDER or NAME=URL, received: echo")
    results = []
    for result in _results(app, target, _sample(data, content_type, accept), child_argv):
        results.append(result)
        if output == "text":
            app.console.show(result_lines(result))
    is_json = output == "json"
    app.console.show([report_json(str(name), results) if is_json else summary(results, GUIDE)])
    return ExitCode.OK if is_passed(results) else ExitCode.FAILED


def _results(
    app: App, target: str, sample: "SampleRequest", command: Sequence[str]
) -> "Iterator[CheckResult]":
    from smrt.local.container import SCHEMES

    if target.startswith(SCHEMES):
        return _container_results(app, target, sample, command)
    if command:
        raise UsageError("a model folder needs no command", "remove -- and what follows")
    return _folder_results(app, target, sample)


def _container_results(
    app: App, url: str, sample: "SampleRequest", command: Sequence[str]
) -> "Iterator[CheckResult]":
    from time import sleep

    from smrt.local.checks.checked_process import CheckedProcess
    from smrt.local.checks.contract import Limits
    from smrt.local.checks.contract_run import check_running, check_started
    from smrt.local.checks.http_checks import ContainerTarget
    from smrt.local.container import container_location

    target = ContainerTarget(*container_location(url), sample, Limits())
    if not command:
        return check_running(target)
    try:
        process = CheckedProcess(command, app.environ, sleep)
    except OSError as exc:
        kind = MissingCommandError if isinstance(exc, FileNotFoundError) else CommandError
        raise kind(f"cannot run {command[0]}: {exc.strerror}") from exc
    return check_started(target, process)


def _folder_results(app: App, folder: str, sample: "SampleRequest") -> "Iterator[CheckResult]":
    from smrt.cli.local.model_watching import Watching
    from smrt.local.checks.contract import Limits
    from smrt.local.checks.contract_run import check_running
    from smrt.local.checks.folder_container import FolderContainer
    from smrt.local.checks.http_checks import ContainerTarget
    from smrt.local.container import container_location
    from smrt.local.endpoints import endpoints
    from smrt.local.server import serving

    with Watching(app.console).output():
        (endpoint,) = endpoints([f"model={folder}"], app.environ).values()
        with serving(FolderContainer(endpoint)) as url:
            target = ContainerTarget(*container_location(url), sample, Limits())
            yield from check_running(target, is_folder=True)


def _sample(data: str | None, content_type: str | None, accept: str | None) -> "SampleRequest":
    from smrt.local.checks.http_checks import SampleRequest
    from smrt.local.media import JSON

    if data is None:
        return SampleRequest(b"{}", content_type or JSON, accept, is_own=False)
    if not data.startswith("@"):
        return SampleRequest(data.encode(), content_type or JSON, accept)
    from smrt.protocol.media_suffixes import content_type_by_suffix

    by_suffix = content_type_by_suffix(data[1:]) or "application/octet-stream"
    return SampleRequest(_content(data[1:]), content_type or by_suffix, accept)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as exc:
        raise UsageError(f"cannot read {path} (--data): {exc.strerror}") from exc
