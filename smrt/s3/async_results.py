"""Follows an asynchronous invocation to what it left in S3: its output, or its failure.

The service writes one of two objects, and has no call that tells which, or when:
https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from smrt.errors import ServiceError, SmrtError
from smrt.protocol.operations import INVOKE_ENDPOINT_ASYNC, Field, HttpLocation
from smrt.transport.streaming_body import StreamingBody

from . import objects
from .objects import Location, Object

SHORTEST, LONGEST, GROWTH = 0.05, 5.0, 1.5
"""Seconds between two looks, and how they grow from one to the next."""
LONGEST_TTL = 21600
LONGEST_INVOCATION = 3600
DEFAULT_INVOCATION = 900
"""Seconds: the bounds that the service sets for the queue and for the model."""
MARGIN = 60
"""Seconds that the service may take beside both."""
DEFAULT_MAX_WAIT_SECONDS = float(LONGEST_TTL + LONGEST_INVOCATION + MARGIN)
"""Seconds after which no answer to any call can come."""
MAX_FAILURE = 1 << 20
FAILED = "AsyncInvocationFailed"
"""The code of a failure that the service wrote down."""
ELAPSED = "ElapsedSeconds"
_READ, _LIST = "s3:GetObject", "s3:ListBucket"

FOLLOWED = INVOKE_ENDPOINT_ASYNC._replace(
    fields=(
        *INVOKE_ENDPOINT_ASYNC.fields,
        Field("ContentType", HttpLocation.HEADER, "Content-Type", "MIME type of the response."),
        Field(ELAPSED, HttpLocation.JSON, ELAPSED, "Seconds until the result was available."),
    )
)
"""The operation, with what is known when its answer has been waited for."""


class Store(Protocol):
    """What is asked of S3."""

    def get(self, place: Location) -> Object | None:
        """The object at `place`, if there is one."""
        ...

    def may_list(self, place: Location) -> bool:
        """Whether a missing key would be told from one that may not be read."""
        ...


class Timing(NamedTuple):
    """What a wait needs of its surroundings: seconds that pass, and a number from 0 to 1."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] | None = None


class Places(NamedTuple):
    """Where the answer will be, and where the failure, if the endpoint keeps those."""

    output: Location
    failure: Location | None = None


class AsyncResult(NamedTuple):
    """What the model answered; `seconds` passed until it was there."""

    content_type: str | None
    body: StreamingBody
    seconds: float

    @property
    def metadata(self) -> dict[str, Any]:
        """What is told of it."""
        typed = {} if self.content_type is None else {"ContentType": self.content_type}
        return {**typed, ELAPSED: round(self.seconds, 3)}


def places(reply: Mapping[str, Any]) -> Places:
    """Where the answer to `reply` will be; UsageError where it names no place in S3."""
    failure = reply.get("FailureLocation")
    return Places(
        objects.location(str(reply.get("OutputLocation", "")), "OutputLocation"),
        objects.location(str(failure), "FailureLocation") if failure else None,
    )


def max_wait_seconds(parameters: Mapping[str, Any]) -> float:
    """Seconds after which no answer to a call with these parameters can come any more."""
    queue = parameters.get("RequestTTLSeconds", LONGEST_TTL)
    model = parameters.get("InvocationTimeoutSeconds", DEFAULT_INVOCATION)
    return float(queue + model + MARGIN)


def pauses(draw: Callable[[], float]) -> Iterator[float]:
    """Seconds to wait before each further look: often at first, then less, never in step."""
    base = SHORTEST
    while True:
        yield base * (0.5 + draw() / 2)
        base = min(base * GROWTH, LONGEST)


def follow(
    store: Store,
    where: Places,
    *,
    timeout: float,
    note: Callable[[str], None] = lambda _: None,
    begun: float | None = None,
    world: Timing = Timing(),  # noqa: B008 - a value
) -> AsyncResult:
    """Wait until the answer is there, `timeout` seconds at most; 0 looks once.

    `begun` is when the call was sent, by the world's clock; `note` is told what is in the way.
    Raises ServiceError for a failure that the service wrote down, and with code AccessDenied
    where the answer may not be read; SmrtError with code WaitTimeout when time is up.
    """
    since = world.clock()
    begun = since if begun is None else begun
    watch = _Watch(store, where, note)
    steps = pauses(world.draw or _draw())
    while True:
        found = watch.look()
        now = world.clock()
        if found is not None:
            return AsyncResult(found.content_type, found.body, now - begun)
        left = timeout - (now - since)
        if left <= 0:
            raise watch.expired(timeout)
        world.sleep(min(next(steps), left))


class _Watch:
    """Both places, and what S3 has said of them so far."""

    def __init__(self, store: Store, where: Places, note: Callable[[str], None]) -> None:
        self._store = store
        self._output = where.output
        self._failure = where.failure
        self._note = note
        self._doubts: dict[Location, str] = {}

    def look(self) -> Object | None:
        """The answer, if it is there. Raises ServiceError for a failure."""
        found = self._get(self._output)
        if found is not None or self._failure is None:
            return found
        try:
            failed = self._get(self._failure)
        except ServiceError as exc:
            if not objects.is_denied(exc):
                raise
            self._note(f"failures cannot be seen, only the answer: {exc.message}")
            self._failure = None
            return None
        if failed is not None:
            raise _failure(failed, self._failure)
        return None

    def expired(self, timeout: float) -> SmrtError:
        """What is raised when time is up."""
        hints = list(self._doubts.values())
        if self._failure is None:
            hints.append("no failure location is watched: should the model fail, it is not seen")
        message = f"no answer within {timeout:g} s: {self._output} is not there"
        return SmrtError(message, *hints, code="WaitTimeout")

    def _get(self, place: Location) -> Object | None:
        """The object, if it is there: S3 says 403 too for a missing one in a bucket not listed.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Permissions)
        """
        try:
            return self._store.get(place)
        except ServiceError as exc:
            if not objects.is_denied(exc):
                raise
            if place not in self._doubts:
                self._doubt(place, exc)
            return None

    def _doubt(self, place: Location, denied: ServiceError) -> None:
        """Keep looking where the object may just not be there yet; else raise what S3 said."""
        if _READ in denied.message or (_LIST not in denied.message and self._store.may_list(place)):
            denied.hints = (f"you need {_READ} on {place}",)
            raise denied
        self._doubts[place] = (
            f"S3 says 403 for {place}: it is not there yet, or you may not read it ({_READ}); "
            f"with {_LIST} on {place.bucket} S3 would tell which"
        )
        self._note(self._doubts[place])


def _failure(found: Object, place: Location) -> ServiceError:
    with found.body as body:
        text = body.read(MAX_FAILURE).decode("utf-8", "replace").strip()
    response = {
        "Error": {"Code": FAILED, "Message": text},
        "ResponseMetadata": {},
        "FailureLocation": str(place),
    }
    return ServiceError(response, INVOKE_ENDPOINT_ASYNC.name)


def _draw() -> Callable[[], float]:
    from random import random

    return random
