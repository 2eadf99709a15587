"""The state of a job, from its folder alone: --status."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from smrt.config.configuration import Config
from smrt.config.connection_options import ConnectionOptions
from smrt.errors import UsageError
from smrt.protocol.operations import OPERATIONS

from .batch_options import STANDARD_STREAM, is_s3
from .iterables.recorded_calls import KIND, iterable_status
from .job.job_description import JobDescription
from .job.job_folder import JobFolder
from .job.job_opening import attach_job
from .job.job_status import JobStatus
from .job.job_store import JobStore, PartitionPlan
from .job.outcomes import InDoubt
from .records.data_options import DataOptions
from .records.source import Source, open_files, open_lines, sends_files
from .shared.job_home import JobHome, job_home
from .shared.joined_job import is_shared, recorded_job
from .shared.joined_state import shared_status
from .shared.shared_folder import SharedFolder


class JobObserver:
    """Looks at jobs, in S3 with the credentials and connection options of its arguments."""

    def __init__(self, config: Config, connection: ConnectionOptions) -> None:
        self._config, self._connection = config, connection

    def status(self, path: str) -> JobStatus:
        """The counts of the job at `path`. Raises UsageError if there is none."""
        with closing(self.home(path)) as home:
            job = recorded_job(home.control)
            if job is None and is_s3(path):
                raise UsageError(f"{path} is not a job", "name the S3 URI that --job named")
            is_local = job is None or not is_shared(job)
            folder = attach_job(path) if is_local or job is None else home.folder(job)
            manifest = folder.manifest()
            if manifest is not None and manifest.is_final:
                return JobStatus(manifest.counts.total, *manifest.counts, is_finished=True)
            if folder.job.description.input == KIND:
                return iterable_status(folder)
            plan = self._plan(folder)
            if isinstance(folder, SharedFolder):
                return shared_status(home, folder, plan).records
            settings = folder.job.description.settings
            return JobStore(folder, plan, InDoubt(settings["in_doubt"])).status()

    def home(self, path: str) -> JobHome:
        """The place of a job."""
        return job_home(path, self._config, self._connection)

    def _plan(self, folder: JobFolder) -> PartitionPlan:
        settings = folder.job.description.settings
        source = self._source(folder.job.description, folder.input_path)
        layout = source.layout(settings["partitions_for_workers"], settings["partition_size"])
        return PartitionPlan(layout.all_partitions, source.count)

    def _source(self, description: JobDescription, stored: str) -> Source:
        """The records of the job, which are counted."""
        data = _data_options(description.settings, description.limit)
        path, parameters = description.input["Path"], description.parameters
        name = description.endpoint["Operation"]
        operation = next(each for each in OPERATIONS if each.name == name)
        if is_s3(path):
            from .storage.connecting import configured_store
            from .storage.s3_source import open_objects, open_s3_lines

            store = configured_store(self._config, self._connection)
            if "ETag" in description.input:
                return open_s3_lines(store, path, data, operation, parameters)
            return open_objects(store, stored, data, path)
        if path != STANDARD_STREAM and sends_files(path, data):
            return open_files(stored, path, data)
        lines = stored if path == STANDARD_STREAM else path
        return open_lines(lines, data, operation, parameters)


def _data_options(settings: Mapping[str, Any], limit: int | None) -> DataOptions:
    values = {name: settings[name] for name in DataOptions._fields if name in settings}
    return DataOptions(**values, limit=limit)
