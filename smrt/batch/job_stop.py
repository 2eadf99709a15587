"""Stops a job from any terminal: --stop."""

import os
import signal

from smrt.errors import UsageError

from .job.disk.file_lock import acquire_lock, lock_owner
from .job.job_opening import attach_job

GRACEFUL = "its processes finish what is in flight"
AT_ONCE = "its processes end at once"


def stop_job(path: str) -> str:
    """Stop the processes of the job in the folder `path`; return what was done. Raises UsageError.

    They finish what is in flight; asked a second time, they end at once.
    """
    folder = attach_job(path)
    from .shared.joined_folder_job import is_shared

    if is_shared(folder.job):
        from .shared.joined_state import stop_shared

        return AT_ONCE if stop_shared(path) else GRACEFUL
    owner = lock_owner(folder.paths.lock)
    lock = acquire_lock(folder.files, folder.paths.lock)
    if lock is not None:
        lock.release()
        owner = None
    if owner is None:
        raise UsageError(f"no process runs the job in {path}")
    os.kill(owner, signal.SIGTERM)
    return f"process {owner} finishes what is in flight"
