"""Opens the folder of a job: starts it, goes on with it, or refuses it."""

import os

from smrt.errors import UsageError

from .disk.file_lock import FileLock, acquire_lock, lock_owner
from .disk.filesystems import NETWORK
from .disk.job_files import Files, storing, sync_folder
from .disk.whole_files import NEW, create_whole, json_chunks, read_json
from .job_description import Job, JobDescription, check_same_job, job_value, new_job, parse_job
from .job_folder import JobFolder
from .job_paths import JobPaths, is_job_file
from .manifest import read_manifest


def open_job(
    path: str, description: JobDescription, *, resume: bool, files: Files | None = None
) -> JobFolder:
    """Start the job `description` in the folder `path`, or with `resume` go on with it.

    `resume` starts a job that does not exist. UsageError if the folder is of another job, is in
    use by another process, is on a network file system, or if the job exists without `resume`.
    """
    files = files or Files()
    _check_file_system(files, path)
    _make_folder(files, path)
    with storing(path):
        lock = _lock(files, JobPaths(path))
    try:
        return JobFolder(path, _started(files, path, description, resume=resume), files, lock)
    except BaseException:
        lock.release()
        raise


def attach_job(path: str, files: Files | None = None) -> JobFolder:
    """The job in a folder, for a worker or an observer: it is neither started nor locked."""
    job = _recorded(JobPaths(path))
    if job is None:
        raise UsageError(f"{path} is not the folder of a job", "name the folder that --job named")
    return JobFolder(path, job, files or Files())


def _check_file_system(files: Files, path: str) -> None:
    existing = path if os.path.isdir(path) else os.path.dirname(path) or "."
    try:
        kind = files.filesystem(existing)
    except OSError as exc:
        raise _unusable(path, exc) from exc
    if kind in NETWORK:
        raise UsageError(
            f"{path} is on a network file system ({kind}), where file locks are not reliable",
            "name a folder on a local disk with --job",
        )


def _make_folder(files: Files, path: str) -> None:
    """Make the folder; UsageError if it exists with files that are not a job's."""
    try:
        if os.path.isdir(path):
            foreign = sorted(name for name in files.listdir(path) if not is_job_file(name))
        else:
            files.mkdir(path)
            sync_folder(files, os.path.dirname(path))
            foreign = []
    except OSError as exc:
        raise _unusable(path, exc) from exc
    if foreign:
        raise UsageError(
            f"{path} is not the folder of a job: it contains {foreign[0]}",
            "name another folder with --job",
        )


def _unusable(path: str, exc: OSError) -> UsageError:
    return UsageError(f"the job folder {path} cannot be used: {exc.strerror or exc}")


def _lock(files: Files, paths: JobPaths) -> FileLock:
    lock = acquire_lock(files, paths.lock)
    if lock is not None:
        return lock
    owner = lock_owner(paths.lock)
    process = "another process" if owner is None else f"process {owner}"
    raise UsageError(
        f"{paths.folder} is in use by {process}", "wait until it ends, or stop it, and resume"
    )


def _started(files: Files, path: str, description: JobDescription, *, resume: bool) -> Job:
    """The job in the folder, which is started if there is none."""
    paths = JobPaths(path)
    recorded = _recorded(paths)
    if recorded is None:
        _check_empty(files, path)
        job = new_job(description)
        with storing(paths.job):
            create_whole(files, paths.job, json_chunks(job_value(job)))
        return job
    if not resume:
        raise UsageError(
            f"{path} exists: the job has started before",
            "add --resume to go on with it, or remove the folder to start again",
        )
    check_same_job(path, recorded.description, description)
    return recorded


def _check_empty(files: Files, path: str) -> None:
    """UsageError if the folder has records of a job whose description is lost."""
    with storing(path):
        left = {os.path.join(path, name) for name in files.listdir(path)}
        if left - {JobPaths(path).lock, JobPaths(path).job + NEW}:
            raise UsageError(
                f"{path} is a job without job.json", "remove the folder to start again"
            )


def _recorded(paths: JobPaths) -> Job | None:
    """The job in the folder; its manifest is the last file that is removed."""
    value = read_json(paths.job)
    if value is not None:
        return parse_job(value, paths.job)
    manifest = read_manifest(paths.manifest)
    return None if manifest is None else manifest.job
