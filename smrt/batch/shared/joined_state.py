"""The state of a job of several machines, and a request to stop it: --status and --stop."""

from contextlib import closing
from typing import NamedTuple

from smrt.batch.job.job_folder import JobFolder
from smrt.batch.job.job_status import JobStatus
from smrt.batch.job.job_store import PartitionPlan
from smrt.batch.job.outcomes import InDoubt

from .beats import Beat
from .folder_control import FolderControl
from .generations import Generations
from .joined_folder_job import LEASE
from .lease import Lease
from .membership import STOP, Membership, worker_name
from .shared_folder import GenerationOwnership, SharedFolder, SharedStore

STOP_GRACEFULLY, STOP_AT_ONCE = b"stop", b"abort"


class SharedStatus(NamedTuple):
    """The records of a job by state, and what its live processes report."""

    records: JobStatus
    processes: Beat


def shared_status(folder: JobFolder, plan: PartitionPlan) -> SharedStatus:
    """The state of the job in a shared folder."""
    settings = folder.job.description.settings
    path, worker = folder.paths.folder, worker_name()
    with closing(FolderControl(path, worker)) as control:
        lease = Lease(settings[LEASE])
        membership = Membership(control, worker, lease, folder.round)
        generations = Generations(control, worker)
        generations.is_alive = membership.is_alive
        shared = SharedFolder(path, folder.job, folder.files, control, worker)
        ownership = GenerationOwnership(control, lease)
        in_doubt = InDoubt(settings["in_doubt"])
        store = SharedStore(shared, plan, in_doubt, generations, ownership)
        return SharedStatus(store.status(), membership.observed())


def stop_shared(path: str) -> bool:
    """Request that all processes stop; at once, if that was requested before. Returns that."""
    worker = worker_name()
    with closing(FolderControl(path, worker)) as control:
        is_first = control.create(STOP, STOP_GRACEFULLY)
        if not is_first:
            control.replace(STOP, STOP_AT_ONCE)
        return not is_first
