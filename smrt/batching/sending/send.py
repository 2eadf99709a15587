"""Sends records through an engine of this process, until all are sent or the run stops."""

from collections.abc import Callable
from typing import NamedTuple

from smrt.batching.batch_options import BatchOptions
from smrt.batching.batch_report import RequestCounts
from smrt.batching.interruptions import Interruptions, handling
from smrt.engine.engine import Engine
from smrt.errors import SmrtError

from .batch_engine import make_engine
from .error_limit import Judge, error_judge
from .monitor import Controls, Monitor, Progress
from .processor_use import PERIOD, ProcessorUse
from .request_factory import RequestFactory
from .sender import Sender
from .tally import Tally
from .target import Target
from .work import Work

SYNC_SECONDS = 1.0
STOPPING = "stopping: waiting for the requests in flight; interrupt again to end at once"


class Sent(NamedTuple):
    """The end of sending; `failure` is why it ended early."""

    requests: RequestCounts = RequestCounts()
    failure: SmrtError | None = None
    is_interrupted: bool = False


def send_records(
    work: Work, target: Target, options: BatchOptions, content_type: str, monitor: Monitor
) -> Sent:
    """Send all records of `work`. Raises UsageError for invalid parameters, before a request."""
    engine, tally = make_engine(target, options, monitor.note, work.fence), Tally()
    try:
        requests = RequestFactory(target, content_type, engine.proxy_headers)
    except SmrtError:
        engine.close()
        raise
    sender = _sender_class(work)(work, requests, tally, engine, _judge(options, monitor))
    _watch(engine, sender, tally, monitor)
    if options.workers == 1 and options.job_path is not None:
        _watch_processor(engine, monitor)
    interruptions = Interruptions(lambda: _stop(sender, monitor), engine.abort)
    with handling(interruptions):
        failure = _run(engine, sender, monitor)
    return Sent(_counts(engine, tally), sender.failure or failure, interruptions.count > 0)


def _sender_class(work: Work) -> type[Sender]:
    if work.queue is not None:
        from smrt.batching.queued.async_sender import AsyncSender

        return AsyncSender
    if not work.reads_ahead:
        return Sender
    from smrt.batching.storage.ahead_sender import AheadSender

    return AheadSender


def _judge(options: BatchOptions, monitor: Monitor) -> Judge:
    """The function that decides whether too many records of the job have failed."""
    judge, job_tally = error_judge(options.max_errors), monitor.job_tally
    return judge if job_tally is None else lambda tally: judge(job_tally(tally))


def _run(engine: Engine, sender: Sender, monitor: Monitor) -> SmrtError | None:
    """Make the calls; return the error that the engine ended with, if any."""
    try:
        engine.run(sender.calls(), sender.completed)
        sender.withdraw()
        monitor.sync()
    except SmrtError as exc:
        return exc
    return None


def _stop(sender: Sender, monitor: Monitor) -> None:
    monitor.note(STOPPING)
    sender.stop()


def _watch(engine: Engine, sender: Sender, tally: Tally, monitor: Monitor) -> None:
    """Sync and show while the engine runs."""
    show = monitor.show

    def sync() -> None:
        try:
            monitor.sync()
        except SmrtError as exc:
            sender.stop(exc)

    def progress() -> Progress:
        return _progress(engine, sender, tally)

    monitor.attach(Controls(engine.loop, sender.stop, engine.abort, engine.rate.change, progress))
    _every(engine, SYNC_SECONDS, sync)
    if show is not None:
        shown = show
        _every(engine, monitor.show_seconds, lambda: shown(progress()))


def _watch_processor(engine: Engine, monitor: Monitor) -> None:
    """Print a hint if one process is not enough."""
    use = ProcessorUse()

    def check() -> None:
        hint = use.hint()
        if hint:
            monitor.note(hint)

    _every(engine, PERIOD, check)


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


def _counts(engine: Engine, tally: Tally) -> RequestCounts:
    outcomes = engine.calls.outcomes
    return RequestCounts(
        tally.requests, outcomes.retries, outcomes.throttles, outcomes.timeouts, tally.halved
    )
