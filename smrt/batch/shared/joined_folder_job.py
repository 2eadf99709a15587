"""Starts the job in a shared folder, or joins the one that is there."""

import os
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from smrt.batch.job.disk.job_files import Files
from smrt.batch.job.disk.whole_files import read_json
from smrt.batch.job.job_description import (
    Job,
    JobDescription,
    check_same_job,
    job_value,
    new_job,
    parse_job,
)
from smrt.batch.job.job_paths import JobPaths
from smrt.errors import UsageError

from .control_files import ControlFiles
from .shared_folder import SharedFolder, job_chunk, make_shared_folder

LEASE = "lease"
"""The setting that a job of several machines has, and no other."""


class StartingCommand(NamedTuple):
    """The command line that started a job: what processes that join it take from it."""

    arguments: tuple[str, ...]
    directory: str


def starting_command(path: str) -> tuple[StartingCommand, Job] | None:
    """The command line that started the job in the folder `path`; None if there is no such job."""
    value = read_json(JobPaths(path).job)
    if value is None or "Arguments" not in value:
        return None
    command = StartingCommand(tuple(value["Arguments"]), value["Directory"])
    return command, parse_job(value, path)


def is_shared(job: Job) -> bool:
    """Whether several machines may work on a job."""
    return LEASE in job.description.settings


class JobStart(NamedTuple):
    """What starts a job: its description, its command line, and the list of its input, if any."""

    description: JobDescription
    arguments: tuple[str, ...]
    lines: Callable[[], Iterable[bytes]] | None


def join_folder(path: str, control: ControlFiles, worker: str, start: JobStart) -> SharedFolder:
    """The folder of the job, which is started if there is none. UsageError for another job."""
    files, name = Files(), os.path.basename(JobPaths(path).job)
    make_shared_folder(path, files)
    value = read_json(JobPaths(path).job)
    job = new_job(start.description)
    if value is None:
        folder = SharedFolder(path, job, files, control, worker)
        if start.lines is not None:
            folder.store_list(start.lines)
        if control.create(name, job_chunk(_value(job, start))):
            return folder
        value = read_json(JobPaths(path).job)
    recorded = parse_job(value, path)
    if not is_shared(recorded):
        raise UsageError(f"{path} is the job of one machine", "resume it without --join")
    check_same_job(path, recorded.description, start.description)
    return SharedFolder(path, recorded, files, control, worker)


def _value(job: Job, start: JobStart) -> dict[str, Any]:
    """The content of job.json."""
    command = {"Arguments": list(start.arguments), "Directory": os.getcwd()}
    return {**job_value(job), **command}
