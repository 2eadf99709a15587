"""A wait as a user sees it: the answer fetched and told, or the line that goes on waiting."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from shlex import quote
from typing import Any, NamedTuple

from smrt.errors import SmrtError, StdoutClosedError, UsageError
from smrt.output.body import deliver, plan_body
from smrt.output.console import App, Console
from smrt.output.outfile import Plan
from smrt.output.progress import progress
from smrt.protocol.operations import kebab
from smrt.s3 import async_results
from smrt.s3.async_results import WAITED_OPERATION, ResultLocations

from .invocation import Call, Storage
from .metadata import Report, report
from .option_table import WAIT_TIMEOUT
from .options import GlobalOptions

_LOCATIONS = ("OutputLocation", "FailureLocation")


class WaitOptions(NamedTuple):
    """How a wait goes on: `timeout` in seconds, None for as long as a result can come.

    `words` are the options of `smrt wait` as they were named, for the line that resumes it.
    """

    shared: GlobalOptions
    timeout: float | None = None
    words: Sequence[str] = ()


class Wait(NamedTuple):
    """A wait that is ready: where the answer comes from, and where it goes.

    `words` are those of `smrt wait` behind the locations, and `timeout` is in seconds.
    """

    app: App
    storage: Storage
    report: Report
    plan: Plan | None
    timeout: float
    words: Sequence[str]

    def connect(self) -> None:
        """Connect to S3 ahead of the call, to find configuration errors. Raises SmrtError."""
        self.storage()

    def bring(self, metadata: Mapping[str, Any], started_at: float | None = None) -> None:
        """Wait for the result that `metadata` locates, and write its body and its metadata.

        `started_at` is when the call was sent, by time.monotonic. Raises what
        `async_results.follow` raises, with the command that resumes the wait as a hint.
        """
        started_at = time.monotonic() if started_at is None else started_at
        where, console = _locations(metadata), self.app.console
        with _resumable(self._line(metadata), console), closing(self.storage()) as store:
            with progress(console, f"waiting for {where.output}") as note:
                answer = async_results.follow(
                    store, where, timeout=self.timeout, note=note, started_at=started_at
                )
            with answer.body as body:
                name = str(metadata.get("InferenceId", ""))
                deliver(body.chunks(), console, plan=self.plan, request_id=name)
            self.report.tell({**metadata, **answer.metadata})

    def _line(self, metadata: Mapping[str, Any]) -> str:
        found = {f"--{kebab(name)}": metadata.get(name) for name in _LOCATIONS}
        named = [f"{flag}={value}" for flag, value in found.items() if value]
        return " ".join(map(quote, ("smrt", "wait", *named, *self.words)))


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
    storage: Storage,
    *,
    max_wait_seconds: float,
    stdout_is_free: bool = False,
) -> Wait:
    """The wait that the options name, as far as it can be known before the call.

    `max_wait_seconds` holds where no timeout is named; `stdout_is_free`: no result will come.
    Raises UsageError for an option or outfile that cannot be.
    """
    plan = plan_body(call.outfile)
    metadata = report(
        app,
        call._replace(operation=WAITED_OPERATION),
        options.shared,
        stdout_is_free=stdout_is_free or plan is not None,
        answer=plan,
    )
    timeout = max_wait_seconds if options.timeout is None else options.timeout
    return Wait(app, storage, metadata, plan, timeout, [*options.words, *_outfile(call.outfile)])


def wait_timeout_seconds(text: str | None) -> float | None:
    """Seconds from --wait-timeout; UsageError for what is no number from 0 upwards."""
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


def _outfile(path: str | None) -> Sequence[str]:
    """The outfile as words of a command line."""
    if path is None:
        return ()
    return ("--", path) if path.startswith("--") else (path,)


@contextmanager
def _resumable(line: str, console: Console) -> Iterator[None]:
    """Say how to take the wait up again, whatever cuts it; a failure of the model is an answer."""
    try:
        yield
    except StdoutClosedError:
        raise
    except SmrtError as exc:
        if exc.code != async_results.FAILED:
            exc.resume = line
        raise
    except BaseException:
        console.note(f"to resume waiting: {line}")
        raise
