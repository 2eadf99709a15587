"""The state of a job, from its folder alone: --status."""

from collections.abc import Mapping
from typing import Any

from smrt.protocol.operations import OPERATIONS

from .batch_options import STANDARD_STREAM
from .job.job_description import JobDescription
from .job.job_opening import attach_job
from .job.job_status import JobStatus
from .job.job_store import JobStore, PartitionPlan
from .job.outcomes import InDoubt
from .records.data_options import DataOptions
from .records.source import Source, open_files, open_lines, sends_files


def job_status(path: str) -> JobStatus:
    """The counts of the job in the folder `path`. Raises UsageError if there is none."""
    folder = attach_job(path)
    manifest = folder.manifest()
    if manifest is not None and manifest.is_final:
        return JobStatus(manifest.counts.total, *manifest.counts, is_finished=True)
    description = folder.job.description
    settings = description.settings
    source = _source(description, folder.input_path)
    layout = source.layout(settings["partitions_for_workers"], settings["partition_size"])
    plan = PartitionPlan(layout.all_partitions, source.count)
    from .shared.joined_folder_job import is_shared

    if is_shared(folder.job):
        from .shared.joined_state import shared_status

        return shared_status(folder, plan).records
    return JobStore(folder, plan, InDoubt(settings["in_doubt"])).status()


def _source(description: JobDescription, stored: str) -> Source:
    """The records of the job, which are counted."""
    data = _data_options(description.settings, description.limit)
    path = description.input["Path"]
    if path != STANDARD_STREAM and sends_files(path, data):
        return open_files(stored, path, data)
    name = description.endpoint["Operation"]
    operation = next(each for each in OPERATIONS if each.name == name)
    lines = stored if path == STANDARD_STREAM else path
    return open_lines(lines, data, operation, description.parameters)


def _data_options(settings: Mapping[str, Any], limit: int | None) -> DataOptions:
    values = {name: settings[name] for name in DataOptions._fields if name in settings}
    return DataOptions(**values, limit=limit)
