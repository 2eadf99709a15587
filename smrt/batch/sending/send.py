"""Sends records through an engine of this process, until all are sent or the run stops."""

from collections.abc import Callable
from typing import NamedTuple

from smrt.batch.batch_options import BatchOptions, ErrorLimit
from smrt.batch.batch_report import MaxErrorsError, RequestCounts
from smrt.batch.interruptions import Interruptions, handling
from smrt.batch.job.outcomes import InDoubt
from smrt.engine.concurrency_limit import CEILING, ConcurrencyLimit
from smrt.engine.engine import Engine, EngineOptions
from smrt.engine.event_loop import EventLoop
from smrt.engine.request_rate import RequestRate
from smrt.engine.retry_rules import RetryRules
from smrt.errors import SmrtError
from smrt.protocol.retry import Policy
from smrt.protocol.urls import parse_url

from .request_factory import RequestFactory
from .sender import Sender
from .tally import Tally
from .target import Target
from .work import Work

SYNC_SECONDS = 1.0
PERCENTAGE_FROM = 100
"""Records from which a percentage of errors is judged."""
STOPPING = "stopping: waiting for the requests in flight; interrupt again to end at once"


class Progress(NamedTuple):
    """What is shown while records are sent."""

    tally: Tally
    in_flight: int
    limit: int
    throttles: int


class Controls(NamedTuple):
    """How a run is stopped from outside, and the loop that it runs in."""

    loop: EventLoop
    stop: Callable[[], None]
    abort: Callable[[], None]


class Monitor(NamedTuple):
    """What happens beside the calls: `sync` every second, `show` every `show_seconds`.

    `attach` receives the controls before the first call.
    """

    note: Callable[[str], None]
    sync: Callable[[], None] = lambda: None
    show: Callable[[Progress], None] | None = None
    show_seconds: float = 10.0
    attach: Callable[[Controls], None] = lambda _: None


class Sent(NamedTuple):
    """The end of sending; `failure` is why it ended early."""

    requests: RequestCounts = RequestCounts()
    failure: SmrtError | None = None
    is_interrupted: bool = False


def send_records(
    work: Work, target: Target, options: BatchOptions, content_type: str, monitor: Monitor
) -> Sent:
    """Send all records of `work`. Raises UsageError for invalid parameters, before a request."""
    engine = _engine(target, options, monitor.note)
    tally = Tally()
    requests = RequestFactory(target, content_type, engine.proxy_headers)
    sender = Sender(work, requests, tally, engine, error_judge(options.max_errors))

    def stop() -> None:
        monitor.note(STOPPING)
        sender.stop()

    def sync() -> None:
        try:
            monitor.sync()
        except SmrtError as exc:
            sender.stop(exc)

    monitor.attach(Controls(engine.loop, sender.stop, engine.abort))
    _every(engine, SYNC_SECONDS, sync)
    show = monitor.show
    if show is not None:
        shown = show
        _every(engine, monitor.show_seconds, lambda: shown(_progress(engine, sender, tally)))
    interruptions = Interruptions(stop, engine.abort)
    failure: SmrtError | None = None
    with handling(interruptions):
        try:
            engine.run(sender.calls(), sender.completed)
            sender.withdraw()
            monitor.sync()
        except SmrtError as exc:
            failure = exc
    outcomes = engine.calls.outcomes
    counts = RequestCounts(
        tally.requests, outcomes.retries, outcomes.throttles, outcomes.timeouts, tally.halved
    )
    return Sent(counts, sender.failure or failure, interruptions.count > 0)


def _engine(target: Target, options: BatchOptions, note: Callable[[str], None]) -> Engine:
    settings = target.settings
    rules = RetryRules(
        target.operation,
        Policy(settings.max_attempts, retry_timeouts=settings.retry_timeouts),
        resend_in_doubt=options.in_doubt is InDoubt.RESEND,
    )
    limit = ConcurrencyLimit(options.concurrency or CEILING)
    rate = RequestRate(options.request_rate) if options.request_rate else None
    return Engine(
        parse_url(target.endpoint_url),
        settings,
        target.load_credentials,
        EngineOptions(rules, limit, rate),
        notify=note,
    )


def error_judge(limit: ErrorLimit | None) -> Callable[[Tally], SmrtError | None]:
    """Decides whether too many records have failed."""

    def judge(tally: Tally) -> SmrtError | None:
        if limit is None or not tally.failed:
            return None
        maximum = limit.maximum
        if limit.is_percentage:
            if tally.results < PERCENTAGE_FROM:
                return None
            maximum = limit.maximum / 100 * tally.results
        if tally.failed <= maximum:
            return None
        unit = "%" if limit.is_percentage else ""
        return MaxErrorsError(
            f"{tally.failed} records failed: more than --max-errors {limit.maximum:g}{unit}"
        )

    return judge


def _every(engine: Engine, seconds: float, function: Callable[[], None]) -> None:
    """Call `function` while the engine runs."""

    def run() -> None:
        function()
        engine.loop.call_at(engine.loop.now() + seconds, run)

    engine.loop.call_at(engine.loop.now() + seconds, run)


def _progress(engine: Engine, sender: Sender, tally: Tally) -> Progress:
    return Progress(
        tally, sender.in_flight, engine.limit.current(), engine.calls.outcomes.throttles
    )
