"""The state of a job of several machines, and a request to stop it: --status and --stop."""

from typing import NamedTuple

from smrt.batching.job.job_status import JobStatus
from smrt.batching.job.job_store import PartitionPlan
from smrt.batching.job.outcomes import InDoubt

from .beats import Beat
from .job_home import JobHome
from .joined_job import LEASE
from .lease import Lease
from .membership import STOP, Membership
from .shared_folder import SharedFolder

STOP_GRACEFULLY, STOP_AT_ONCE = b"stop", b"abort"


class SharedStatus(NamedTuple):
    """The records of a job by state, and what its live processes report."""

    records: JobStatus
    processes: Beat


def shared_status(home: JobHome, folder: SharedFolder, plan: PartitionPlan) -> SharedStatus:
    """The state of the job whose files are in `folder`."""
    settings = folder.job.description.settings
    lease = Lease(settings[LEASE])
    membership = Membership(home.control, home.worker, lease, folder.round)
    store = home.store(folder, plan, InDoubt(settings["in_doubt"]), lease)
    store.generations.is_alive = membership.is_alive
    return SharedStatus(store.status(), membership.observed())


def stop_shared(home: JobHome) -> bool:
    """Request that all processes stop; at once, if that was requested before. Returns that."""
    is_second = home.control.read(STOP) is not None
    home.control.replace(STOP, STOP_AT_ONCE if is_second else STOP_GRACEFULLY)
    return is_second
