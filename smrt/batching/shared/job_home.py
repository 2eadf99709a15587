"""Where a job of several machines lives: a folder that they share, or S3."""

from typing import Protocol

from smrt.batching.batch_options import is_s3
from smrt.batching.job.disk.job_files import Files
from smrt.batching.job.job_description import Job
from smrt.batching.job.job_store import PartitionPlan
from smrt.batching.job.outcomes import InDoubt
from smrt.config.configuration import Config
from smrt.config.connection_options import ConnectionOptions

from .control_files import ControlFiles
from .folder_control import FolderControl
from .generations import Generations
from .lease import Lease
from .membership import worker_name
from .shared_folder import GenerationOwnership, SharedFolder, SharedStore, make_shared_folder


class JobHome(Protocol):
    """The place of a job, as this process sees it."""

    @property
    def worker(self) -> str:
        """The name of this process."""

    @property
    def control(self) -> ControlFiles:
        """Its control files."""

    def make(self) -> None:
        """Make the place, if need be."""

    def folder(self, job: Job) -> SharedFolder:
        """The files of the job."""

    def store(
        self, folder: SharedFolder, plan: PartitionPlan, in_doubt: InDoubt, lease: Lease
    ) -> SharedStore:
        """The state of the job."""

    def close(self) -> None:
        """Remove what only this process needs."""


class FolderHome:
    """A folder on a file system that machines share."""

    def __init__(self, path: str) -> None:
        self._path, self.worker = path, worker_name()
        self._control = FolderControl(path, self.worker)

    @property
    def control(self) -> ControlFiles:
        """The files in the folder."""
        return self._control

    def make(self) -> None:
        """Make the folder."""
        make_shared_folder(self._path, Files())

    def folder(self, job: Job) -> SharedFolder:
        """The files of the job."""
        return SharedFolder(self._path, job, Files(), self.control, self.worker)

    def store(
        self, folder: SharedFolder, plan: PartitionPlan, in_doubt: InDoubt, lease: Lease
    ) -> SharedStore:
        """The state of the job."""
        ownership = GenerationOwnership(self.control, lease)
        generations = Generations(self.control, self.worker)
        return SharedStore(folder, plan, in_doubt, generations, ownership)

    def close(self) -> None:
        """Remove the file that tells the time."""
        self._control.close()


def job_home(path: str, config: Config, connection: ConnectionOptions) -> JobHome:
    """The place `path`: a folder, or an S3 URI, for which the other arguments are."""
    if not is_s3(path):
        return FolderHome(path)
    from smrt.batching.storage.s3_home import S3Home

    return S3Home(path, config, connection)
