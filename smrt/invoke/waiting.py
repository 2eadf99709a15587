"""A wait as a user sees it: the answer fetched and told, or the line that goes on waiting."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from shlex import quote
from typing import Any, NamedTuple

from smrt.errors import SmrtError, StdoutClosedError, UsageError
from smrt.output import outfile
from smrt.output.body import STDOUT, deliver
from smrt.output.console import App, Console
from smrt.output.outfile import Plan
from smrt.output.progress import progress
from smrt.protocol.operations import kebab
from smrt.protocol.urls import without_userinfo
from smrt.s3 import async_results
from smrt.s3.async_results import FOLLOWED, Places
from smrt.s3.objects import S3

from .invocation import Call
from .metadata import Report, report
from .option_table import METADATA, SHARED, WAIT_TIMEOUT

_LOCATIONS = ("OutputLocation", "FailureLocation")


class Wait(NamedTuple):
    """A wait that is ready: where the answer comes from, and where it goes.

    `options` are those of `smrt wait` that were given, and `timeout` is in seconds.
    """

    app: App
    storage: Callable[[], S3]
    report: Report
    plan: Plan | None
    timeout: float
    options: Sequence[str]

    def connect(self) -> None:
        """Connect to S3 ahead of the call, to find configuration errors. Raises SmrtError."""
        self.storage()

    def bring(self, metadata: Mapping[str, Any], begun: float | None = None) -> None:
        """Follow the reply that has this metadata; deliver the answer, and tell of it.

        `begun` is when the call was sent, by time.monotonic. Raises what `async_results.follow`
        raises, with a hint that says how to go on.
        """
        begun = time.monotonic() if begun is None else begun
        where, console = _locations(metadata), self.app.console
        with _resumable(self._line(metadata), console), closing(self.storage()) as store:
            with progress(console, f"waiting for {where.output}") as note:
                answer = async_results.follow(
                    store, where, timeout=self.timeout, note=note, begun=begun
                )
            with answer.body as body:
                name = str(metadata.get("InferenceId", ""))
                deliver(body.pieces(), console, plan=self.plan, request_id=name)
            self.report.tell({**metadata, **answer.metadata})

    def _line(self, metadata: Mapping[str, Any]) -> str:
        found = {f"--{kebab(name)}": metadata.get(name) for name in _LOCATIONS}
        named = [f"{flag}={value}" for flag, value in found.items() if value]
        return " ".join(map(quote, ("smrt", "wait", *named, *self.options)))


def _locations(metadata: Mapping[str, Any]) -> Places:
    if "OutputLocation" not in metadata:
        raise SmrtError(
            "the response has no OutputLocation: there is nothing to wait for",
            "the request was accepted: its result may still come",
            code="NoOutputLocation",
        )
    return async_results.places(metadata)


def wait(
    app: App,
    call: Call,
    given: Mapping[str, Any],
    storage: Callable[[], S3],
    *,
    patience: float,
    stdout_is_free: bool = False,
) -> Wait:
    """The wait that the options `given` ask for, as far as it can be known before the call.

    `patience` is in seconds, for where no timeout is given; `stdout_is_free`: no answer will come.
    Raises UsageError for an option or outfile that cannot be.
    """
    path = call.outfile
    limit = _seconds(given[WAIT_TIMEOUT.dest], patience)
    plan = None if path is None or path == STDOUT else outfile.plan(path)
    told = report(
        app,
        call._replace(operation=FOLLOWED),
        given,
        stdout_is_free=stdout_is_free or plan is not None,
        answer=plan,
    )
    return Wait(app, storage, told, plan, limit, list(_options(given, path)))


def _seconds(text: str | None, default: float) -> float:
    if text is None:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < float("inf"):
        raise UsageError(
            f"{WAIT_TIMEOUT.flag} takes a number of seconds, received: {text}", "0 looks once"
        )
    return seconds


def _options(given: Mapping[str, Any], path: str | None) -> Iterator[str]:
    """The words that say to `smrt wait` what was said here."""
    for row in (WAIT_TIMEOUT, METADATA, *SHARED):
        value = given[row.dest]
        if value not in (None, False):
            yield f"{row.flag}={without_userinfo(str(value))}" if row.takes_value else row.flag
    if path is not None:
        yield from (["--"] if path.startswith("--") else [])
        yield path


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
        console.note(f"take the wait up again: {line}")
        raise
