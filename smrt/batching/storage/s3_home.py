"""A job in S3, as one process sees it."""

from tempfile import TemporaryDirectory

from smrt.batching.job.job_description import Job
from smrt.batching.job.job_store import PartitionPlan
from smrt.batching.job.outcomes import InDoubt
from smrt.batching.shared.control_files import ControlFiles
from smrt.batching.shared.generations import Generations
from smrt.batching.shared.lease import Lease
from smrt.batching.shared.membership import worker_name
from smrt.batching.shared.shared_folder import SharedFolder, SharedStore
from smrt.config.configuration import Config
from smrt.config.connection_options import ConnectionOptions

from .connecting import configured_store
from .s3_control import S3Control
from .s3_folder import S3Folder
from .s3_job_store import S3JobStore


class S3Home:
    """Objects below an S3 URI, and a temporary folder for copies of them."""

    def __init__(self, uri: str, config: Config, connection: ConnectionOptions) -> None:
        self._uri, self.worker = uri, worker_name()
        self._store = configured_store(config, connection)
        self._control = S3Control(self._store, uri)
        self._copies = TemporaryDirectory(prefix="smrt-")

    @property
    def control(self) -> ControlFiles:
        """The control files."""
        return self._control

    def make(self) -> None:
        """Nothing: S3 has no folders."""

    def folder(self, job: Job) -> SharedFolder:
        """The objects of the job."""
        folder = S3Folder(
            self._uri, self._copies.name, job, self._store, self._control, self.worker
        )
        folder.copy_input()
        return folder

    def store(
        self, folder: SharedFolder, plan: PartitionPlan, in_doubt: InDoubt, lease: Lease
    ) -> SharedStore:
        """The state of the job."""
        assert isinstance(folder, S3Folder)
        generations = Generations(self.control, self.worker)
        return S3JobStore(folder, plan, in_doubt, generations, lease)

    def close(self) -> None:
        """Remove the copies, and close the connections."""
        self._copies.cleanup()
        self._store.close()
