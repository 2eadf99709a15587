"""Requests to an asynchronous endpoint: their names, and bodies that are too large for them."""

from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple

from smrt.batching.batch_options import BatchOptions
from smrt.batching.batch_session import Session
from smrt.batching.records.packing import Pack
from smrt.batching.records.record import RecordError
from smrt.batching.sending.target import Target
from smrt.batching.sending.work import QueueOptions, Work
from smrt.batching.storage.connecting import target_store
from smrt.batching.storage.s3_locations import below
from smrt.s3.async_results import max_wait_seconds
from smrt.s3.object_store import ObjectStore
from smrt.s3.objects import Location

LARGEST_BODY = 128_000
"""Bytes of a body in a request: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html"""


class RequestNames(NamedTuple):
    """The names of a round of a job: a request that is sent again replaces its own result."""

    job_id: str
    round: int = 0

    def name(self, offset: int) -> str:
        """The Filename and InferenceId of a record: at most 32 characters."""
        return f"{self.job_id[:16]}-{offset:x}.{self.round}"


Prepare = Callable[[Pack], Pack | RecordError]


def preparer(
    store: ObjectStore, names: RequestNames, options: BatchOptions, target: Target
) -> Prepare:
    """The function that names a request, and uploads its body if need be. It waits for S3."""

    def prepare(pack: Pack) -> Pack | RecordError:
        [record] = pack.records
        name = names.name(record.offset)
        folder = target.parameters.get("S3OutputPathExtension", f"smrt-{names.job_id}")
        own = {"S3OutputPathExtension": folder, "InferenceId": name}
        values = {**own, **pack.parameters, "Filename": name}
        if options.stage is None and len(pack.body) <= LARGEST_BODY:
            return pack._replace(parameters=values)
        if options.stage is None:
            message = f"the body has more than {LARGEST_BODY} bytes: add --stage s3://BUCKET/PREFIX"
            return RecordError(
                record.offset, record.record_id, "RecordTooLarge", message, record.source
            )
        location = below(options.stage, name)
        content_type = values.get("ContentType", target.parameters.get("ContentType"))
        store.put(location, BytesIO(pack.body), content_type)
        return Pack(pack.records, b"", {**values, "InputLocation": str(location)})

    return prepare


def queued(work: Work, session: Session, names: RequestNames) -> Work:
    """`work` on an asynchronous endpoint, if it is one."""
    options, target = session.options, session.target
    if not options.is_queued:
        return work
    store = target_store(target)
    return work._replace(
        queue=QueueOptions(store, options.max_in_queue, max_wait_seconds(target.parameters)),
        prepare=preparer(store, names, options, target),
        reads_ahead=True,
    )


class QueuedLocations(NamedTuple):
    """Where the result of a queued request will be, or its failure."""

    output: Location
    failure: Location | None
