"""Requests to an asynchronous endpoint: their names, and bodies that are too large for them."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from itertools import chain
from typing import Any, NamedTuple

from smrt.batching.batch_options import BatchOptions
from smrt.batching.batch_session import Session
from smrt.batching.job.job_folder import JobFolder
from smrt.batching.records.packing import Pack
from smrt.batching.records.record import Record, RecordError
from smrt.batching.sending.target import Target
from smrt.batching.sending.work import LookUp, QueueOptions, Work
from smrt.batching.shared.control_files import ControlFiles
from smrt.batching.shared.folder_control import FolderControl
from smrt.batching.shared.membership import worker_name
from smrt.batching.shared.shared_folder import SharedFolder
from smrt.batching.storage.connecting import target_store
from smrt.batching.storage.s3_locations import below
from smrt.s3.async_results import max_wait_seconds
from smrt.s3.object_store import ObjectStore

from .queued_locations import KnownLocations, existing, queued_locations

LARGEST_BODY = 128_000
"""Bytes of a body in a request: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html"""


class RequestNames(NamedTuple):
    """The names of a round of a job: a request that is sent again replaces its own result."""

    job_id: str
    round: int = 0
    folder: str = ""
    """The folder of the results; by default, one of the job."""

    def name(self, offset: int) -> str:
        """The Filename and InferenceId of a record: at most 32 characters, in the same order."""
        return f"{self.job_id[:16]}-{offset:011x}.{self.round}"

    def parameters(self, record: Record) -> dict[str, Any]:
        """The parameters of a request for a record."""
        name = self.name(record.offset)
        folder = self.folder or f"smrt-{self.job_id}"
        own = {"S3OutputPathExtension": folder, "InferenceId": name}
        return {**own, **record.parameters, "Filename": name}


Prepare = Callable[[Pack], Pack | RecordError]


def preparer(
    store: ObjectStore, names: RequestNames, options: BatchOptions, target: Target
) -> Prepare:
    """The function that names a request, and uploads its body if need be. It waits for S3."""

    def prepare(pack: Pack) -> Pack | RecordError:
        [record] = pack.records
        values = names.parameters(record)
        if options.stage is None and len(pack.body) <= LARGEST_BODY:
            return pack._replace(parameters=values)
        if options.stage is None:
            message = f"the body has more than {LARGEST_BODY} bytes: add --stage s3://BUCKET/PREFIX"
            return RecordError(
                record.offset, record.record_id, "RecordTooLarge", message, record.source
            )
        location = below(options.stage, values["Filename"])
        content_type = values.get("ContentType", target.parameters.get("ContentType"))
        store.put(location, BytesIO(pack.body), content_type)
        return Pack(pack.records, b"", {**values, "InputLocation": str(location)})

    return prepare


def finder(store: ObjectStore, names: RequestNames, known: KnownLocations) -> LookUp:
    """The function that finds the results of requests whose responses were lost, in S3."""

    def look_up(records: Sequence[Record]) -> Mapping[int, bytes]:
        accepted = {record.offset: known.acceptance(names.parameters(record)) for record in records}
        contents = {offset: content for offset, content in accepted.items() if content is not None}
        wanted = {offset: queued_locations(content).both for offset, content in contents.items()}
        present = set(existing(store, chain.from_iterable(wanted.values())))
        return {
            offset: contents[offset]
            for offset, locations in wanted.items()
            if not present.isdisjoint(locations)
        }

    return look_up


def queued(work: Work, session: Session, folder: JobFolder) -> Work:
    """`work` of the job in `folder` on an asynchronous endpoint."""
    options, target = session.options, session.target
    names = RequestNames(
        folder.job.job_id, folder.round, target.parameters.get("S3OutputPathExtension", "")
    )
    store, known = target_store(target), KnownLocations(_control_files(folder))
    seconds = max_wait_seconds(target.parameters)
    return work._replace(
        queue=QueueOptions(store, known, options.max_in_queue, seconds),
        prepare=preparer(store, names, options, target),
        look_up=finder(store, names, known),
        reads_ahead=True,
    )


def _control_files(folder: JobFolder) -> ControlFiles:
    """The control files of a job, of one machine or of several."""
    if isinstance(folder, SharedFolder):
        return folder.control
    return FolderControl(folder.paths.folder, worker_name(), folder.files)
