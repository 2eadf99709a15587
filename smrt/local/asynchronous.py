"""Asynchronous calls: a queue per endpoint, and what the service leaves in S3.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
"""

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from io import BytesIO
from queue import SimpleQueue
from threading import Lock, Thread
from typing import NamedTuple
from uuid import uuid4

from smrt.errors import SmrtError
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.s3.async_results import DEFAULT_INVOCATION, LONGEST_TTL
from smrt.s3.objects import S3, Location

from . import asynchronous_checks, refusal
from .endpoint import Endpoint, Invocation, ModelFailure, NotReady, Prediction
from .s3.storage import BUCKET

CONCURRENCY = 4
"""Calls of one endpoint that run side by side."""
_MODEL_MEMBERS = frozenset(member.name for member in INVOKE_ENDPOINT.members)


class Accepted(NamedTuple):
    """What the client is told: where to look, and the id of the request."""

    output: Location
    failure: Location
    inference_id: str


class _Job(NamedTuple):
    """A call that waits: `ttl` and `patience` are in seconds, `queued` is when it came."""

    name: str
    call: Invocation
    source: Location | None
    accepted: Accepted
    queued: float
    ttl: int
    patience: int


class _FailedError(Exception):
    """There is no answer; the message is what the failure object says."""


class Queues:
    """A queue for each endpoint, worked off by daemon threads.

    `clock` gives seconds, `complain` is told of what goes wrong, with the model's traceback.
    """

    def __init__(
        self,
        storage: Callable[[], S3],
        *,
        clock: Callable[[], float],
        complain: Callable[[str], None],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._complain = complain
        self._queues: dict[str, SimpleQueue[_Job]] = {}
        self._lock = Lock()

    def accept(self, name: str, endpoint: Endpoint, call: Invocation) -> Accepted:
        """Queue `call` for the endpoint called `name`. Raises Refusal for what is not valid."""
        source = asynchronous_checks.input_source(call)
        given = call.parameters
        accepted = _accepted(name, call)
        self._queue(name, endpoint).put(
            _Job(
                name,
                _for_model(call, accepted.inference_id),
                source,
                accepted,
                self._clock(),
                int(given.get("RequestTTLSeconds", LONGEST_TTL)),
                int(given.get("InvocationTimeoutSeconds", DEFAULT_INVOCATION)),
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
                self._settle(job, endpoint)
            except SmrtError as exc:  # S3 is gone, or full
                self._complain(f"endpoint {job.name}: {exc}")

    def _settle(self, job: _Job, endpoint: Endpoint) -> None:
        """Leave the answer in S3, or why there is none."""
        storage = self._storage()
        try:
            answer = self._answer(job, endpoint, storage)
        except _FailedError as exc:
            self._complain(f"endpoint {job.name}: {job.accepted.inference_id}: {_told(exc)}")
            storage.put(job.accepted.failure, BytesIO(str(exc).encode()), "text/plain")
        else:
            storage.put(job.accepted.output, BytesIO(b"".join(answer.parts())), answer.content_type)

    def _answer(self, job: _Job, endpoint: Endpoint, storage: S3) -> Prediction:
        if self._clock() - job.queued > job.ttl:
            raise _FailedError(f"the request expired: it waited in the queue for over {job.ttl} s")
        call = job.call._replace(body=_input(job, storage))
        try:
            return _within(job.patience, lambda: endpoint(call).whole())
        except Late:
            raise _FailedError(f"the model did not answer within {job.patience} s") from None
        except ModelFailure as exc:
            raise _FailedError(refusal.model_error(job.name, exc).message) from exc
        except NotReady as exc:
            raise _FailedError(refusal.not_ready(job.name, str(exc)).message) from exc


def _told(failure: _FailedError) -> str:
    cause = failure.__cause__
    trace = cause.trace() if isinstance(cause, ModelFailure) else ""
    return f"{failure}\n{trace}".rstrip()


def _accepted(name: str, call: Invocation) -> Accepted:
    """The places: the extension is put after the endpoint's path, the name is the answer's."""
    given = call.parameters
    inference_id = given.get("InferenceId") or str(uuid4())
    extension = given.get("S3OutputPathExtension", "").strip("/")
    below = f"{extension}/" if extension else ""
    filename = given.get("Filename") or f"{inference_id}.out"
    return Accepted(
        Location(BUCKET, f"{name}/output/{below}{filename}"),
        Location(BUCKET, f"{name}/failure/{below}{inference_id}-error.out"),
        inference_id,
    )


def _for_model(call: Invocation, inference_id: str) -> Invocation:
    """The call as the model gets it: without what concerns only the queue."""
    kept = {name: value for name, value in call.parameters.items() if name in _MODEL_MEMBERS}
    return call._replace(parameters={**kept, "InferenceId": inference_id})


def _input(job: _Job, storage: S3) -> bytes:
    if job.source is None:
        return job.call.body
    try:
        found = storage.get(job.source)
    except SmrtError as exc:
        raise _FailedError(f"the input {job.source} cannot be read: {exc}") from exc
    if found is None:
        raise _FailedError(f"the input {job.source} is not there")
    with found.body as body:
        return body.read()


def _within(seconds: float, function: Callable[[], Prediction]) -> Prediction:
    """What `function` gives; Late after `seconds`, when it is left to itself."""
    future: Future[Prediction] = Future()

    def run() -> None:
        try:
            future.set_result(function())
        except (ModelFailure, NotReady) as exc:
            future.set_exception(exc)

    Thread(target=run, daemon=True).start()
    return future.result(seconds)
