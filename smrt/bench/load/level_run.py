"""Sends the load of one level, and takes a sample of each measured request."""

import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf, nan
from types import FrameType
from typing import NamedTuple

from smrt.bench.measures.response_reading import (
    Reading,
    TimedChunks,
    read_document,
    read_stream,
)
from smrt.bench.measures.samples import OK, Sample, Samples
from smrt.engine.call import Completion, EngineCall
from smrt.engine.concurrency_limit import FixedLimit
from smrt.engine.dispatcher import STOPPED
from smrt.engine.engine import Engine, EngineOptions
from smrt.engine.retry_rules import RetryRules
from smrt.errors import SmrtError
from smrt.protocol.responses import response_metadata
from smrt.protocol.retry import Policy
from smrt.protocol.throttling import is_overload

from .call_sequence import Sending, call_sequence
from .caller_limit import UNLIMITED, RampLimit, wake_for_ramp
from .level_result import LevelResult
from .load_options import Level, LoadOptions
from .load_target import LoadTarget, inputs_in_turn

UNFINISHED = "GracePeriodExceeded"
"""The code of a request that had not ended when the grace period had."""
TICK = 1.0
"""Seconds between two reports of progress."""
RECENT = 512


class LevelProgress(NamedTuple):
    """How a level is doing: `recent` are the latencies of its last successes, in seconds."""

    level: Level
    elapsed: float
    sent: int
    succeeded: int
    errors: int
    dropped: int
    recent: "deque[float]"


Watch = Callable[[LevelProgress], None]


class LevelRun:
    """One level on an engine of its own; `watch` is called once a second."""

    def __init__(
        self, target: LoadTarget, level: Level, options: LoadOptions, watch: Watch = lambda _: None
    ) -> None:
        self._target, self._level, self._options, self._watch = target, level, options, watch
        self._limit = _limit(level, options)
        rules = RetryRules(target.operation, Policy(max_attempts=1), outwait_throttles=False)
        self._engine = Engine(
            target.url,
            target.settings,
            target.load_credentials,
            EngineOptions(rules, self._limit),
        )
        self._request = target.prepare(self._engine.proxy_headers)
        self._inputs = inputs_in_turn(target, options.seed)
        self._calls = call_sequence(self._call, level, options)
        self._samples = Samples()
        self._counts: Counter[str] = Counter()
        self._recent: deque[float] = deque(maxlen=RECENT)
        self._is_interrupted = False
        self._deadline_is_set = False
        self._cpu = self._started_at = nan

    def run(self) -> LevelResult:
        """Send the load; wait for the responses, at most for the grace period."""
        epoch_ns = time.time_ns() - time.monotonic_ns()
        loop = self._engine.loop
        if not self._level.is_open:
            wake_for_ramp(loop, self._level.concurrency, self._options.ramp_up)
        self._tick()
        with self._interruptible():
            self._engine.run(self._calls, self._completed)
        now = loop.now()
        if not self._is_interrupted:
            self._calls.close(now)
        return LevelResult(
            self._level,
            self._samples,
            tuple(self._calls.dropped),
            self._counts["unfinished"],
            time.process_time() - self._cpu,
            now - self._started_at,
            epoch_ns,
            self._is_interrupted,
            self._target.is_streaming,
        )

    def _call(self, sending: Sending) -> EngineCall:
        """The next call; the first measured one starts the clocks."""
        if sending.is_measured and self._counts["sent"] == 0:
            self._cpu, self._started_at = time.process_time(), time.monotonic()
        self._counts["sent"] += sending.is_measured
        self._set_deadline()
        body, digest, headers = next(self._inputs)
        receive = TimedChunks() if self._target.is_streaming else None
        return EngineCall(self._request, body, sending, headers, digest=digest, on_chunk=receive)

    def _completed(self, completion: Completion) -> None:
        was_full = self._engine.calls.in_flight + 1 >= self._limit.current()
        self._calls.released(self._engine.loop.now(), was_full=was_full)
        sending: Sending = completion.call.tag
        if not sending.is_measured:
            return
        error = completion.error
        if error is not None and error.code == STOPPED and self._is_interrupted:
            self._counts["unfinished"] += 1
            return
        reading = self._read(completion)
        sample = _sample(completion, reading, self._engine.loop.now())
        self._samples.add(sample, reading.gaps)
        error = completion.error or reading.error
        if error is not None and error.code == sample.code:
            self._samples.note(sample.code, str(error))
        self._counts["errors" if sample.code else "succeeded"] += 1
        if not sample.code:
            self._recent.append(sample.ended_at - sample.planned_at)

    def _read(self, completion: Completion) -> Reading:
        query, chunks = self._target.token_query, completion.call.on_chunk
        if completion.error is not None:
            return Reading(bytes=len(completion.body))
        if isinstance(chunks, TimedChunks):
            assert completion.status is not None
            metadata = response_metadata(completion.status, completion.headers, 0)
            return read_stream(chunks, query, metadata)
        return read_document(completion.body, query)

    def _tick(self) -> None:
        """Report progress."""
        loop, counts = self._engine.loop, self._counts
        now = loop.now()
        self._watch(
            LevelProgress(
                self._level,
                max(0.0, now - self._calls.measured_from),
                counts["sent"],
                counts["succeeded"],
                counts["errors"],
                len(self._calls.dropped),
                self._recent,
            )
        )
        loop.call_at(now + TICK, self._tick)

    def _set_deadline(self) -> None:
        """End the level after its grace period, once it is known when that starts."""
        ends_at = self._calls.ends_at() + self._options.grace_period
        if ends_at < inf and not self._deadline_is_set:
            self._deadline_is_set = True
            self._engine.loop.call_at(ends_at, self._engine.abort)

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Let Ctrl-C end the load, not the program: what was measured is reported."""
        previous = None
        with suppress(ValueError):  # only the main thread receives signals
            previous = signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            if previous is not None:
                signal.signal(signal.SIGINT, previous)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._is_interrupted = True
        self._engine.abort()


def _limit(level: Level, options: LoadOptions) -> FixedLimit:
    if level.is_open:
        return FixedLimit(options.max_concurrency or UNLIMITED)
    return RampLimit(level.concurrency, options.ramp_up)


def _sample(completion: Completion, reading: Reading, now: float) -> Sample:
    """The sample of a request; one that failed has ended when its failure was noticed."""
    sending: Sending = completion.call.tag
    started_at = now if completion.started_at is None else completion.started_at
    planned_at = started_at if sending.planned_at is None else sending.planned_at
    lag = sending.lag
    if sending.planned_at is not None:
        lag = max(started_at, sending.pulled_at) - planned_at
    error = completion.error or reading.error
    last_byte_at = completion.last_byte_at
    gaps = reading.gaps
    return Sample(
        planned_at,
        started_at,
        nan if completion.first_byte_at is None else completion.first_byte_at,
        reading.first_token_at,
        now if error is not None or last_byte_at is None else last_byte_at,
        lag,
        completion.connect_seconds,
        sum(gaps) / len(gaps) if gaps else nan,
        completion.status or 0,
        reading.bytes,
        -1 if reading.tokens is None else reading.tokens,
        reading.chunks,
        _code(error),
        error is not None and is_overload(error),
    )


def _code(error: SmrtError | None) -> str:
    if error is None:
        return OK
    return UNFINISHED if error.code == STOPPED else error.code
