"""Stops a job from any terminal: --stop."""

import os
import signal
from contextlib import closing

from smrt.errors import UsageError

from .job.disk.file_lock import acquire_lock, lock_owner
from .job.job_opening import attach_job
from .job_state import JobObserver
from .shared.joined_job import is_shared, recorded_job
from .shared.joined_state import stop_shared

GRACEFUL = "its processes finish what is in flight"
AT_ONCE = "its processes end at once"


def stop_job(observer: JobObserver, path: str) -> str:
    """Stop the processes of the job at `path`; return what was done. Raises UsageError.

    They finish what is in flight; asked a second time, they end at once.
    """
    with closing(observer.home(path)) as home:
        job = recorded_job(home.control)
        if job is not None and is_shared(job):
            return AT_ONCE if stop_shared(home) else GRACEFUL
    return _stop_process(path)


def _stop_process(path: str) -> str:
    """Stop the process that owns the job in a folder."""
    folder = attach_job(path)
    owner = lock_owner(folder.paths.lock)
    lock = acquire_lock(folder.files, folder.paths.lock)
    if lock is not None:
        lock.release()
        owner = None
    if owner is None:
        raise UsageError(f"no process runs the job in {path}")
    os.kill(owner, signal.SIGTERM)
    return f"process {owner} finishes what is in flight"
