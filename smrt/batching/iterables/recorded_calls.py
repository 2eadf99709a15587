"""Calls from Python whose results are stored in a job folder, so that they are made once."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from smrt.batching.job.job_description import JobDescription
from smrt.batching.job.job_folder import JobFolder
from smrt.batching.job.job_opening import open_job
from smrt.batching.job.job_status import JobStatus
from smrt.batching.job.job_store import JobStore, PartitionPlan
from smrt.batching.job.outcomes import InDoubt, Outcome
from smrt.batching.job.partition_round import PartitionRound
from smrt.batching.job.stored_results import StoredResult, logged_results
from smrt.batching.records.packing import Pack
from smrt.batching.records.record import Partition
from smrt.batching.sending.sender import IN_DOUBT_CODE, IN_DOUBT_MESSAGE
from smrt.batching.sending.target import Target
from smrt.errors import SmrtError, UsageError
from smrt.protocol.messages import masked_repr

EVERYTHING = Partition(0, 0, 1 << 63)
"""The only partition: nobody knows how many records an iterable has."""
_PLAN = PartitionPlan(lambda: (EVERYTHING,), lambda _: 0)
KIND = {"Kind": "iterable"}
"""What the description of a job says about an input from Python."""


class RecordedResult(NamedTuple):
    """The result of a call, as it is stored."""

    body: bytes
    metadata: Mapping[str, Any]
    error: SmrtError | None = None
    is_in_doubt: bool = False

    def __repr__(self) -> str:
        return masked_repr(self, "body", "metadata")


class RecordedCalls:
    """The job in the folder `path`, by the numbers of the records.

    A record that succeeded is not sent again, and one in doubt only with `resend`; others are.
    """

    def __init__(self, path: str, target: Target, in_doubt: InDoubt) -> None:
        folder = open_job(path, _description(target, in_doubt), resume=True)
        self._store = JobStore(folder, _PLAN, in_doubt)
        logs = PartitionRound(folder.paths, EVERYTHING, folder.round, in_doubt).logs()
        attempt = self._store.claim(EVERYTHING)
        assert attempt is not None  # the folder is locked, and its partition is never done
        self._attempt, self._in_doubt = attempt, in_doubt
        self._earlier = logged_results(logs)
        self._next = next(self._earlier, None)

    def known(self, number: int, digest: str) -> RecordedResult | None:
        """The result of a record that is not sent again; called for ascending numbers.

        Raises UsageError if it was another record when it was sent.
        """
        while self._next is not None and self._next.offset < number:
            self._next = next(self._earlier, None)
        if self._next is not None and self._next.offset == number:
            return self._stored(self._next, digest)
        is_skipped = self._in_doubt is InDoubt.SKIP and number in self._attempt.earlier().in_doubt
        return _doubtful(SmrtError(IN_DOUBT_MESSAGE, code=IN_DOUBT_CODE)) if is_skipped else None

    def sent(self, number: int) -> None:
        """A record is about to be sent."""
        self._attempt.sent([number])

    def unsent(self, number: int) -> None:
        """A call did not run."""
        self._attempt.unsent([number])

    def store(self, number: int, digest: str, result: RecordedResult) -> None:
        """Store the result of a record."""
        error = result.error and {"code": result.error.code, "message": result.error.message}
        head = json.dumps({"digest": digest, "metadata": result.metadata, "error": error})
        line = head.encode() + b"\n" + result.body
        doubt = result.is_in_doubt and self._in_doubt is InDoubt.SKIP
        self._attempt.response(number, line, ok=result.error is None, in_doubt=doubt)

    def sync(self) -> None:
        """Make what is stored survive a power cut."""
        self._store.sync()

    def close(self) -> None:
        """Let another process go on with the job."""
        self._store.close()

    def _stored(self, result: StoredResult, digest: str) -> RecordedResult | None:
        head, _, body = result.line.partition(b"\n")
        values = json.loads(head)
        if values["digest"] != digest:
            raise UsageError(
                f"record {result.offset} is not the one that the job has sent before",
                "use the same records in the same order, or another job folder",
            )
        if result.outcome is Outcome.SUCCEEDED:
            return RecordedResult(body, values["metadata"])
        if result.outcome is Outcome.IN_DOUBT:
            error = values["error"]
            return _doubtful(SmrtError(error["message"], code=error["code"]))
        return None


def record_digest(pack: Pack) -> str:
    """What identifies the request for a record."""
    own = json.dumps(pack.parameters, sort_keys=True, default=str)
    return sha256(own.encode() + b"\n" + pack.body).hexdigest()[:32]


def iterable_status(folder: JobFolder) -> JobStatus:
    """The state of the records of an iterable that have been read."""
    policy = InDoubt(folder.job.description.settings["in_doubt"])
    status = JobStore(folder, _PLAN, policy).status()
    states = (status.succeeded, status.failed, status.in_doubt, status.in_flight)
    return status._replace(total=sum(states))


def _doubtful(error: SmrtError) -> RecordedResult:
    return RecordedResult(b"", {}, error, is_in_doubt=True)


def _description(target: Target, in_doubt: InDoubt) -> JobDescription:
    return JobDescription(
        input=KIND,
        endpoint={"Url": target.endpoint_url, "Region": target.settings.region},
        parameters={name: value for name, value in target.parameters.items() if name != "Body"},
        settings={"in_doubt": in_doubt.value},
    )
