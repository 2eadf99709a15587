"""Waits for the result of an asynchronous invocation in S3: its output, or its failure.

The service writes one of two objects, and has no operation that reports which, or when:
https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from smrt.errors import ServiceError, SmrtError, TransportError
from smrt.protocol.operations import INVOKE_ENDPOINT_ASYNC, Field, HttpLocation
from smrt.transport.streaming_body import StreamingBody

from . import objects
from .objects import Location, Object
from .s3_translation import BROKEN_RESPONSES

SHORTEST, LONGEST, GROWTH = 0.05, 5.0, 1.5
"""Seconds between two polls: the shortest and longest pause, and the growth factor."""
LONGEST_TTL = 21600
LONGEST_INVOCATION = 3600
DEFAULT_INVOCATION = 900
"""Seconds: the service's limits for the queue and for the model, and the model's default."""
MARGIN = 60
"""Seconds that the service can need in addition."""
DEFAULT_MAX_WAIT_SECONDS = float(LONGEST_TTL + LONGEST_INVOCATION + MARGIN)
"""Seconds after which no request can still have a result."""
MAX_FAILURE = 1 << 20
FAILED = "AsyncInvocationFailed"
"""The code of a failure that the service recorded."""
ELAPSED = "ElapsedSeconds"
_READ, _LIST = "s3:GetObject", "s3:ListBucket"

WAITED_OPERATION = INVOKE_ENDPOINT_ASYNC._replace(
    fields=(
        *INVOKE_ENDPOINT_ASYNC.fields,
        Field("ContentType", HttpLocation.HEADER, "Content-Type", "MIME type of the response."),
        Field(ELAPSED, HttpLocation.JSON, ELAPSED, "Seconds until the result was available."),
    )
)
"""The operation, with the response fields that are known after waiting."""


class Store(Protocol):
    """The part of S3 that a wait needs."""

    def get(self, location: Location) -> Object | None:
        """The object at `location`, None if there is none."""
        ...

    def may_list(self, location: Location) -> bool:
        """Whether S3 would distinguish a missing key from a forbidden one."""
        ...


class Timing(NamedTuple):
    """A wait's clock, sleep, and random numbers from 0 to 1."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] | None = None


class ResultLocations(NamedTuple):
    """The locations of the output, and of the failure if the endpoint records failures."""

    output: Location
    failure: Location | None = None


class AsyncResult(NamedTuple):
    """The model's output; it was available after `seconds`."""

    content_type: str | None
    body: StreamingBody
    seconds: float

    @property
    def metadata(self) -> dict[str, Any]:
        """The response fields that are known after waiting."""
        typed = {} if self.content_type is None else {"ContentType": self.content_type}
        return {**typed, ELAPSED: round(self.seconds, 3)}


def result_locations(response: Mapping[str, Any]) -> ResultLocations:
    """The locations of the result of `response`; UsageError if they are not S3 URIs."""
    failure = response.get("FailureLocation")
    return ResultLocations(
        objects.location(str(response.get("OutputLocation", "")), "OutputLocation"),
        objects.location(str(failure), "FailureLocation") if failure else None,
    )


def max_wait_seconds(parameters: Mapping[str, Any]) -> float:
    """Seconds after which a call with these parameters cannot have a result any more.

    The service rejects longer times than its limits.
    """
    queue = min(parameters.get("RequestTTLSeconds", LONGEST_TTL), LONGEST_TTL)
    model = min(parameters.get("InvocationTimeoutSeconds", DEFAULT_INVOCATION), LONGEST_INVOCATION)
    return float(queue + model + MARGIN)


def pauses(random: Callable[[], float]) -> Iterator[float]:
    """Seconds to wait before each further poll: short at first, then longer, with jitter."""
    base = SHORTEST
    while True:
        yield base * (0.5 + random() / 2)
        base = min(base * GROWTH, LONGEST)


def follow(
    store: Store,
    locations: ResultLocations,
    *,
    timeout: float,
    note: Callable[[str], None] = lambda _: None,
    started_at: float | None = None,
    timing: Timing = Timing(),  # noqa: B008 - a value
) -> AsyncResult:
    """Wait until the result is available, `timeout` seconds at most; 0 polls once.

    `started_at` is when the call was sent, by the clock of `timing`; `note` reports missing
    permissions. Raises ServiceError for a failure that the service recorded, and with code
    AccessDenied if the result may not be read; SmrtError with code WaitTimeout after `timeout`
    seconds. A response that cannot be read is followed by the next poll.
    """
    wait_started_at = timing.clock()
    started_at = wait_started_at if started_at is None else started_at
    poller = _Poller(store, locations, note)
    intervals = pauses(timing.random or _random())
    while True:
        output = poller.poll()
        now = timing.clock()
        if output is not None:
            return AsyncResult(output.content_type, output.body, now - started_at)
        remaining = timeout - (now - wait_started_at)
        if remaining <= 0:
            raise poller.expired(timeout)
        timing.sleep(min(next(intervals), remaining))


class _Poller:
    """Polls both locations, and remembers where S3 returned 403."""

    def __init__(
        self, store: Store, locations: ResultLocations, note: Callable[[str], None]
    ) -> None:
        self._store = store
        self._output = locations.output
        self._failure = locations.failure
        self._note = note
        self._denials: dict[Location, str] = {}
        self._broken: TransportError | None = None

    def poll(self) -> Object | None:
        """The output, if it is available. Raises ServiceError for a failure."""
        last, self._broken = self._broken, None
        try:
            return self._poll()
        except TransportError as exc:
            if exc.code not in BROKEN_RESPONSES:
                raise
            self._broken = exc
            if last is None or last.message != exc.message:
                self._note(f"polling again: {exc.message}")
            return None

    def _poll(self) -> Object | None:
        output = self._get(self._output)
        if output is not None or self._failure is None:
            return output
        try:
            failure = self._get(self._failure)
        except ServiceError as exc:
            if not objects.is_denied(exc):
                raise
            self._note(f"cannot check for a failure, only for the output: {exc.message}")
            self._failure = None
            return None
        if failure is not None:
            raise _failure(failure, self._failure)
        return None

    def expired(self, timeout: float) -> SmrtError:
        """The error to raise after the timeout: that of the last response, if it was broken."""
        if self._broken is not None:
            return self._broken
        hints = list(self._denials.values())
        if self._failure is None:
            hints.append(
                "there is no failure location, so smrt cannot report a failure of the model"
            )
        message = f"no result within {timeout:g} s: {self._output} does not exist"
        return SmrtError(message, *hints, code="WaitTimeout")

    def _get(self, location: Location) -> Object | None:
        """The object, if it exists. Without s3:ListBucket, S3 returns 403 for a missing one too.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Permissions)
        """
        try:
            return self._store.get(location)
        except ServiceError as exc:
            if not objects.is_denied(exc):
                raise
            if location not in self._denials:
                self._record_denial(location, exc)
            return None

    def _record_denial(self, location: Location, denied: ServiceError) -> None:
        """Continue if the object can still be missing; otherwise raise the 403."""
        if _READ in denied.message or (
            _LIST not in denied.message and self._store.may_list(location)
        ):
            denied.hints = (f"you need {_READ} on {location}",)
            raise denied
        self._denials[location] = (
            f"S3 returned 403 for {location}: it does not exist yet, or you need {_READ}; "
            f"with {_LIST} on {location.bucket}, S3 returns 404 while it does not exist"
        )
        self._note(self._denials[location])


def _failure(record: Object, location: Location) -> ServiceError:
    with record.body as body:
        text = body.read(MAX_FAILURE).decode("utf-8", "replace").strip()
    response = {
        "Error": {"Code": FAILED, "Message": text},
        "ResponseMetadata": {},
        "FailureLocation": str(location),
    }
    return ServiceError(response, INVOKE_ENDPOINT_ASYNC.name)


def _random() -> Callable[[], float]:
    from random import random

    return random
