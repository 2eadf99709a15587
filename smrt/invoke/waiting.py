"""Waits for the result of an asynchronous call and writes it, or prints how to resume waiting."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from shlex import quote
from typing import Any, NamedTuple

from smrt.errors import SmrtError, StdoutClosedError, UsageError
from smrt.output.body import BodyFormat, deliver, plan_body
from smrt.output.console import App, Console
from smrt.output.outfile import Plan
from smrt.output.progress import progress
from smrt.protocol.operations import kebab
from smrt.s3 import async_results
from smrt.s3.async_results import WAITED_OPERATION, ResultLocations

from .invocation import Call, ConnectS3, body_format
from .metadata import Report, report
from .option_table import WAIT_TIMEOUT
from .options import GlobalOptions

_LOCATIONS = ("OutputLocation", "FailureLocation")


class WaitOptions(NamedTuple):
    """How to wait: `timeout` in seconds, None for as long as a result is possible.

    `arguments` are the options on the command line, for the command that resumes waiting.
    """

    shared: GlobalOptions
    timeout: float | None = None
    arguments: Sequence[str] = ()


class Wait(NamedTuple):
    """A wait that is ready to start; `timeout` is in seconds.

    `plan` is the file for the result, None for standard output; `format` is that of its body.
    `arguments` follow the locations in the `smrt wait` command that resumes it.
    """

    app: App
    connect_s3: ConnectS3
    report: Report
    plan: Plan | None
    format: BodyFormat
    timeout: float
    arguments: Sequence[str]

    def announce(self, action: str) -> None:
        """If standard error is a terminal, print `action`, and how long the wait may take."""
        if self.app.console.stderr_is_terminal:
            self.app.console.note(f"{action} ({_limit(self.timeout)}; Ctrl-C shows how to resume)")

    def connect(self) -> None:
        """Connect to S3 before the call, to find configuration errors. Raises SmrtError."""
        self.connect_s3()

    def fetch(self, metadata: Mapping[str, Any], started_at: float | None = None) -> None:
        """Wait for the result at the locations in `metadata`; write its body and metadata.

        `started_at` is when the call was sent, by time.monotonic. Raises the errors of
        `async_results.follow`, with the command that resumes waiting.
        """
        started_at = time.monotonic() if started_at is None else started_at
        locations, console = _locations(metadata), self.app.console
        with _resumable(self._command(metadata), console), closing(self.connect_s3()) as s3:
            with progress(console, f"waiting for {locations.output}") as note:
                result = async_results.follow(
                    s3, locations, timeout=self.timeout, note=note, started_at=started_at
                )
            with result.body as body:
                inference_id = str(metadata.get("InferenceId", ""))
                chunks = self.format(body.chunks(), inference_id)
                deliver(chunks, console, plan=self.plan, request_id=inference_id)
            self.report.write({**metadata, **result.metadata})

    def _command(self, metadata: Mapping[str, Any]) -> str:
        """The command line that resumes waiting."""
        locations = {f"--{kebab(name)}": metadata.get(name) for name in _LOCATIONS}
        options = [f"{flag}={value}" for flag, value in locations.items() if value]
        return " ".join(map(quote, ("smrt", "wait", *options, *self.arguments)))


def _locations(metadata: Mapping[str, Any]) -> ResultLocations:
    if "OutputLocation" not in metadata:
        raise SmrtError(
            "cannot wait for the result: the response has no OutputLocation",
            "the request was accepted; the model may still process it",
            code="NoOutputLocation",
        )
    return async_results.result_locations(metadata)


def wait(
    app: App,
    call: Call,
    options: WaitOptions,
    connect_s3: ConnectS3,
    *,
    max_wait_seconds: float,
    stdout_is_free: bool = False,
) -> Wait:
    """Prepare a wait, before the call.

    `max_wait_seconds` is the default timeout; `stdout_is_free`: no result will be written.
    Raises UsageError for an invalid option or outfile.
    """
    plan = plan_body(call.outfile)
    metadata = report(
        app,
        call._replace(operation=WAITED_OPERATION),
        options.shared,
        stdout_is_free=stdout_is_free or plan is not None,
        body_plan=plan,
    )
    timeout = max_wait_seconds if options.timeout is None else options.timeout
    arguments = [*options.arguments, *_outfile(call.outfile)]
    format_ = body_format(app, call, options.shared, plan)
    return Wait(app, connect_s3, metadata, plan, format_, timeout, arguments)


def wait_timeout_seconds(text: str | None) -> float | None:
    """Parse --wait-timeout (seconds); UsageError unless it is a number from 0 upwards."""
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < float("inf"):
        raise UsageError(
            f"{WAIT_TIMEOUT.flag} takes a number of seconds, received: {text}", "0 polls once"
        )
    return seconds


def _limit(seconds: float) -> str:
    """The longest wait in words."""
    if not seconds:
        return "once"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"up to {hours} h {minutes} min" if seconds > 2 * 3600 else f"up to {seconds:g} s"


def _outfile(path: str | None) -> Sequence[str]:
    """The outfile as arguments of a command line."""
    if path is None:
        return ()
    return ("--", path) if path.startswith("--") else (path,)


@contextmanager
def _resumable(command: str, console: Console) -> Iterator[None]:
    """If waiting fails or is interrupted, print how to resume it; not if the model failed."""
    try:
        yield
    except StdoutClosedError:
        raise
    except SmrtError as exc:
        if exc.code != async_results.FAILED:
            exc.resume = command
        raise
    except BaseException:
        console.note(f"to resume waiting: {command}")
        raise
