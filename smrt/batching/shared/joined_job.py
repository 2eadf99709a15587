"""Starts a job of several machines, or joins the one that is there."""

import json
import os
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from smrt.batching.job.job_description import (
    Job,
    JobDescription,
    check_same_job,
    job_value,
    new_job,
    parse_job,
)
from smrt.errors import UsageError

from .control_files import ControlFiles
from .job_home import JobHome
from .shared_folder import SharedFolder, job_chunk

LEASE = "lease"
"""The setting that a job of several machines has, and no other."""
JOB_FILE = "job.json"


class StartingCommand(NamedTuple):
    """The command line that started a job: what processes that join it take from it."""

    arguments: tuple[str, ...]
    directory: str


def starting_command(control: ControlFiles) -> tuple[StartingCommand, Job] | None:
    """The command line that started a job; None if there is no such job."""
    value = _recorded(control)
    if value is None or "Arguments" not in value:
        return None
    command = StartingCommand(tuple(value["Arguments"]), value["Directory"])
    return command, parse_job(value, control.location)


def recorded_job(control: ControlFiles) -> Job | None:
    """The job that was started; None if none was."""
    value = _recorded(control)
    return None if value is None else parse_job(value, control.location)


def is_shared(job: Job) -> bool:
    """Whether several machines may work on a job."""
    return LEASE in job.description.settings


class JobStart(NamedTuple):
    """What starts a job: its description, its command line, and the list of its input, if any."""

    description: JobDescription
    arguments: tuple[str, ...]
    lines: Callable[[], Iterable[bytes]] | None


def join_job(home: JobHome, start: JobStart) -> SharedFolder:
    """The files of the job, which is started if there is none. UsageError for another job."""
    control = home.control
    recorded = recorded_job(control)
    if recorded is None:
        job = new_job(start.description)
        folder = home.folder(job)
        if start.lines is not None:
            folder.store_list(start.lines)
        if control.create(JOB_FILE, job_chunk(_value(job, start))):
            return folder
        recorded = recorded_job(control)
        assert recorded is not None
    if not is_shared(recorded):
        raise UsageError(
            f"{control.location} is the job of one machine", "resume it without --join"
        )
    check_same_job(control.location, recorded.description, start.description)
    return home.folder(recorded)


def _recorded(control: ControlFiles) -> Any:
    content = control.read(JOB_FILE)
    return None if content is None else json.loads(content)


def _value(job: Job, start: JobStart) -> dict[str, Any]:
    """The content of job.json."""
    command = {"Arguments": list(start.arguments), "Directory": os.getcwd()}
    return {**job_value(job), **command}
