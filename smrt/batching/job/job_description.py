"""What a job is: job.json, which a resumed run must agree with."""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from smrt.errors import UsageError, redacted
from smrt.protocol.messages import masked_repr

_MAX_SHOWN = 60
FORMAT = 1
"""The version of the files in a job folder."""


class JobDescription(NamedTuple):
    """The input of a job, and what decides its results: values of JSON, without secrets."""

    input: Mapping[str, Any]
    """The identity of the input: path, size, time of modification or ETag."""
    endpoint: Mapping[str, Any]
    parameters: Mapping[str, Any]
    """The parameters of every call, by AWS's names."""
    settings: Mapping[str, Any]
    """The other options that decide the results, by their names."""
    limit: int | None = None

    def __repr__(self) -> str:
        return masked_repr(self, "parameters")


class Job(NamedTuple):
    """A job as job.json describes it."""

    job_id: str
    description: JobDescription


def new_job(description: JobDescription) -> Job:
    """A job with a new id."""
    return Job(os.urandom(8).hex(), _plain(description))


def job_value(job: Job) -> dict[str, Any]:
    """The content of job.json."""
    from smrt import __version__

    description = {_title(name): value for name, value in job.description._asdict().items()}
    return {"Format": FORMAT, "Version": __version__, "JobId": job.job_id, **description}


def parse_job(value: Mapping[str, Any], path: str) -> Job:
    """The job that job.json describes; UsageError if another version wrote it."""
    if value.get("Format") != FORMAT:
        raise UsageError(
            f"{path} is of another version of smrt: {value.get('Version')}",
            "resume the job with that version",
        )
    fields = {name: value[_title(name)] for name in JobDescription._fields}
    return Job(value["JobId"], JobDescription(**fields))


def check_same_job(path: str, recorded: JobDescription, current: JobDescription) -> None:
    """UsageError, which names what differs, unless both describe the same job."""
    differences = list(_differences(recorded, _plain(current)))
    if differences:
        raise UsageError(
            f"{path} is of a job with other values: {'; '.join(differences)}",
            "resume it with the same input and options, or name another folder with --job",
        )


def _differences(recorded: JobDescription, current: JobDescription) -> Iterator[str]:
    before, now = dict(_leaves(recorded._asdict())), dict(_leaves(current._asdict()))
    for name in {**before, **now}:
        if before.get(name) != now.get(name):
            yield f"{name} was {_shown(before.get(name))}, and is {_shown(now.get(name))}"


def _leaves(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, item in value.items():
        if isinstance(item, Mapping):
            yield from _leaves(item, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", item


def _shown(value: Any) -> str:
    """A value in an error."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def _plain(description: JobDescription) -> JobDescription:
    """The description as it is read from job.json: plain values, with secrets in URLs masked."""
    return JobDescription(**json.loads(json.dumps(_masked(description._asdict()))))


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _masked(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return redacted(value) if isinstance(value, str) else value


def _title(name: str) -> str:
    return name.capitalize()
