"""Asynchronous calls: a queue per endpoint, and the results in S3.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
"""

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from io import BytesIO
from queue import SimpleQueue
from threading import Lock, Thread
from typing import NamedTuple
from uuid import uuid4

from smrt.errors import SmrtError
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.s3.async_results import DEFAULT_INVOCATION, LONGEST_TTL
from smrt.s3.objects import S3, Location

from . import api_errors, asynchronous_checks
from .api_errors import ApiError
from .endpoint import (
    Endpoint,
    Invocation,
    ModelFailure,
    NotReady,
    Prediction,
    unexpected_failure,
)
from .s3.storage import BUCKET

CONCURRENCY = 4
"""Concurrent calls of one endpoint."""
_UNTYPED = (None, "binary/octet-stream")
"""The content types of objects that were stored without one."""
_MODEL_MEMBERS = frozenset(member.name for member in INVOKE_ENDPOINT.members)


class Accepted(NamedTuple):
    """The response to an asynchronous call: the locations of its result, and its inference ID."""

    output: Location
    failure: Location
    inference_id: str


class _Job(NamedTuple):
    """A queued call: `ttl` and `timeout` are in seconds, `queued_at` is a time of the clock."""

    name: str
    call: Invocation
    source: Location | None
    accepted: Accepted
    queued_at: float
    ttl: int
    timeout: int


class _FailedError(Exception):
    """The call failed; the message is the content of the failure object."""


class Queues:
    """A queue for each endpoint, processed by daemon threads.

    `clock` returns seconds; `report_error` reports errors, with the model's traceback.
    """

    def __init__(
        self,
        storage: Callable[[], S3],
        *,
        clock: Callable[[], float],
        report_error: Callable[[str], None],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._report_error = report_error
        self._queues: dict[str, SimpleQueue[_Job]] = {}
        self._lock = Lock()

    def accept(self, name: str, endpoint: Endpoint, call: Invocation) -> Accepted:
        """Queue `call` for the endpoint called `name`. Raises ApiError if it is not valid."""
        source = asynchronous_checks.input_source(call)
        parameters = call.parameters
        accepted = _accepted(name, call)
        self._queue(name, endpoint).put(
            _Job(
                name,
                _for_model(call, accepted.inference_id),
                source,
                accepted,
                self._clock(),
                int(parameters.get("RequestTTLSeconds", LONGEST_TTL)),
                int(parameters.get("InvocationTimeoutSeconds", DEFAULT_INVOCATION)),
            )
        )
        return accepted

    def _queue(self, name: str, endpoint: Endpoint) -> "SimpleQueue[_Job]":
        with self._lock:
            if name not in self._queues:
                queue = self._queues[name] = SimpleQueue()
                for _ in range(CONCURRENCY):
                    Thread(target=self._work, args=(queue, endpoint), daemon=True).start()
            return self._queues[name]

    def _work(self, queue: "SimpleQueue[_Job]", endpoint: Endpoint) -> None:
        while True:
            job = queue.get()
            try:
                self._process(job, endpoint)
            except SmrtError as exc:  # S3 is gone, or full
                self._report_error(f"endpoint {job.name}: {exc}")

    def _process(self, job: _Job, endpoint: Endpoint) -> None:
        """Write the prediction to S3, or the error."""
        storage = self._storage()
        try:
            prediction = self._predict(job, endpoint, storage)
        except _FailedError as exc:
            self._report_error(
                f"endpoint {job.name}: {job.accepted.inference_id}: {_with_trace(exc)}"
            )
            storage.put(job.accepted.failure, BytesIO(str(exc).encode()), "text/plain")
        else:
            body = BytesIO(b"".join(prediction.chunks()))
            storage.put(job.accepted.output, body, prediction.content_type)

    def _predict(self, job: _Job, endpoint: Endpoint, storage: S3) -> Prediction:
        if self._clock() - job.queued_at > job.ttl:
            raise _FailedError(f"the request expired after more than {job.ttl} s in the queue")
        call = _with_input(job, storage)
        try:
            return _with_timeout(job.timeout, lambda: endpoint(call).buffered())
        except FutureTimeoutError:
            raise _FailedError(f"the model did not respond within {job.timeout} s") from None
        except ModelFailure as exc:
            raise _FailedError(api_errors.model_error(job.name, exc).message) from exc
        except NotReady as exc:
            raise _FailedError(api_errors.not_ready(job.name, str(exc)).message) from exc
        except ApiError as exc:
            raise _FailedError(exc.message) from exc


def _with_trace(error: _FailedError) -> str:
    cause = error.__cause__
    trace = cause.trace() if isinstance(cause, ModelFailure) else ""
    return f"{error}\n{trace}".rstrip()


def _accepted(name: str, call: Invocation) -> Accepted:
    """The locations: S3OutputPathExtension goes below the endpoint's; Filename names the output."""
    parameters = call.parameters
    inference_id = parameters.get("InferenceId") or str(uuid4())
    extension = parameters.get("S3OutputPathExtension", "").strip("/")
    folder = f"{extension}/" if extension else ""
    filename = parameters.get("Filename") or f"{inference_id}.out"
    return Accepted(
        Location(BUCKET, f"{name}/output/{folder}{filename}"),
        Location(BUCKET, f"{name}/failure/{folder}{inference_id}-error.out"),
        inference_id,
    )


def _for_model(call: Invocation, inference_id: str) -> Invocation:
    """The call as the model gets it, without the parameters of the queue."""
    parameters = {name: value for name, value in call.parameters.items() if name in _MODEL_MEMBERS}
    return call._replace(parameters={**parameters, "InferenceId": inference_id})


def _with_input(job: _Job, storage: S3) -> Invocation:
    """The call with its input, whose content type is that of the object if the call has none."""
    call = job.call
    if job.source is None:
        return call
    try:
        stored = storage.get(job.source)
    except SmrtError as exc:
        raise _FailedError(f"cannot read the input {job.source}: {exc}") from exc
    if stored is None:
        raise _FailedError(f"the input {job.source} does not exist")
    typed = {} if stored.content_type in _UNTYPED else {"ContentType": stored.content_type}
    with stored.body as body:
        return call._replace(body=body.read(), parameters={**typed, **call.parameters})


def _with_timeout(seconds: float, function: Callable[[], Prediction]) -> Prediction:
    """The result of `function`; FutureTimeoutError after `seconds`, while it runs on."""
    future: Future[Prediction] = Future()

    def run() -> None:
        try:
            future.set_result(function())
        except (ModelFailure, NotReady, ApiError) as exc:
            future.set_exception(exc)
        except BaseException as exc:  # noqa: BLE001 - an endpoint is anybody's code
            future.set_exception(unexpected_failure(exc))

    Thread(target=run, daemon=True).start()
    return future.result(seconds)
