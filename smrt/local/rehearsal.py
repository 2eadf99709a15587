"""Makes a local endpoint as slow and unreliable as a real one may be, to rehearse load tests."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from threading import Lock
from time import monotonic, sleep
from typing import NamedTuple

from . import api_errors
from .endpoint import Endpoint, Invocation, ModelFailure, Prediction

_WORD = re.compile(rb"\s*\S+(?:\s+\Z)?|\s+\Z")
"""A token of a body that is not generated in chunks: a word, with the space before it."""


class RehearsalOptions(NamedTuple):
    """How the endpoints behave; times are in seconds.

    A response takes `latency`, and at random up to `jitter` more; `error_rate` is the share that
    fails. Further requests are throttled while `throttle_above` are in flight.
    """

    latency: float = 0.0
    jitter: float = 0.0
    error_rate: float = 0.0
    throttle_above: int | None = None
    tokens_per_second: float | None = None


class Rehearsal:
    """The behavior of one endpoint."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        options: RehearsalOptions,
        *,
        random: Callable[[], float] = random.random,
        sleep: Callable[[float], None] = sleep,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._name, self._endpoint, self._options = name, endpoint, options
        self._random, self._sleep, self._clock = random, sleep, clock
        self._lock = Lock()
        self._in_flight = 0

    def __call__(self, call: Invocation) -> Prediction:
        """The prediction of the endpoint, later, or a failure instead of it."""
        self._enter()
        try:
            prediction = self._delayed(call)
        except BaseException:
            self._leave()
            raise
        if isinstance(prediction.body, bytes) and self._options.tokens_per_second is None:
            self._leave()
            return prediction
        return prediction._replace(body=self._generated(prediction))

    def _delayed(self, call: Invocation) -> Prediction:
        options = self._options
        self._sleep(options.latency + options.jitter * self._random())
        if self._random() < options.error_rate:
            raise ModelFailure(HTTPStatus.INTERNAL_SERVER_ERROR, "an error of --error-rate")
        return self._endpoint(call)

    def _generated(self, prediction: Prediction) -> Iterator[bytes]:
        """The body in tokens, each at its time."""
        rate, started_at = self._options.tokens_per_second, self._clock()
        try:
            for number, token in enumerate(_tokens(prediction)):
                if rate is not None:
                    self._sleep(max(0.0, started_at + number / rate - self._clock()))
                yield token
        finally:
            self._leave()

    def _enter(self) -> None:
        limit = self._options.throttle_above
        with self._lock:
            if limit is not None and self._in_flight >= limit:
                raise api_errors.throttled(self._name)
            self._in_flight += 1

    def _leave(self) -> None:
        with self._lock:
            self._in_flight -= 1


def rehearsed(endpoints: Mapping[str, Endpoint], options: RehearsalOptions) -> dict[str, Endpoint]:
    """The endpoints with the behavior of `options`; as they are without any."""
    if options == RehearsalOptions():
        return dict(endpoints)
    return {name: Rehearsal(name, each, options) for name, each in endpoints.items()}


def _tokens(prediction: Prediction) -> Iterator[bytes]:
    if isinstance(prediction.body, bytes):
        return (match[0] for match in _WORD.finditer(prediction.body))
    return prediction.chunks()
