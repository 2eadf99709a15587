"""The job of a batch: its description, and its parts in the job folder."""

import os
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, NamedTuple

from smrt.output.console import Console

from .batch_input import InputKind
from .batch_options import STANDARD_STREAM, BatchOptions, is_s3
from .batch_session import Session
from .job.disk.job_files import Files
from .job.job_description import JobDescription
from .job.job_opening import attach_job
from .job.job_paths import JobPaths
from .job.outcomes import Outcome
from .job.result_output import ResultFile, ResultFolder, ResultOutput
from .job.stored_results import StoredResult
from .records.file_listing import read_listed
from .records.rendering import result_file
from .sending.target import Target

Names = Callable[[int], tuple[str, str]]
"""From an offset in the list of the input to the names of its result and its error."""
ERROR_SUFFIX = ".error"
"""What is appended to the name of a file whose record failed."""


def describe(
    options: BatchOptions, target: Target, identity: Mapping[str, Any], workers: int
) -> JobDescription:
    """The description of a job; `workers` is the number that its partitions are planned for."""
    output = options.output
    if not options.prints_results and not is_s3(output):
        output = os.path.abspath(output)
    data = options.data._asdict()
    limit = data.pop("limit")
    return JobDescription(
        input=identity,
        endpoint={
            "Url": target.endpoint_url,
            "Region": target.settings.region,
            "Operation": target.operation.name,
        },
        parameters=target.parameters,
        settings={
            **data,
            "output": output,
            "details": options.details,
            "stream_format": options.stream_format._asdict(),
            "in_doubt": options.in_doubt.value,
            "partition_size": options.partition_size,
            "partitions_for_workers": workers,
        },
        limit=limit,
    )


def planned_workers(path: str, options: BatchOptions) -> int:
    """The number of workers for which a job was planned; that of the options for a new one."""
    if not has_begun(path):
        return options.workers
    settings = attach_job(path).job.description.settings
    return int(settings.get("partitions_for_workers", options.workers))


def has_begun(path: str) -> bool:
    """Whether there is a job in the folder."""
    paths = JobPaths(path)
    return os.path.exists(paths.job) or os.path.exists(paths.manifest)


class HeadedFile(NamedTuple):
    """A file of lines with a header."""

    path: str
    header: bytes

    def exists(self) -> bool:
        """Whether the file exists."""
        return os.path.exists(self.path)

    def write(self, files: Files, results: Iterable[StoredResult], job_id: str) -> None:
        """Write the header and the results."""
        head = StoredResult(-1, Outcome.SUCCEEDED, self.header)
        ResultFile(self.path).write(files, chain((head,), results), job_id)


class PrintedResult(NamedTuple):
    """Standard output, for the result of a job that is complete."""

    console: Console
    header: bytes
    path: str = STANDARD_STREAM

    def exists(self) -> bool:
        """Never: what was printed is gone."""
        return False

    def write(self, files: Files, results: Iterable[StoredResult], job_id: str) -> None:
        """Print the results."""
        del files, job_id
        self.console.write(self.header)
        for result in results:
            self.console.write(result.line)


def _output_in_s3(session: Session, kind: InputKind, names: Names, header: bytes) -> ResultOutput:
    from .storage.connecting import target_store
    from .storage.s3_output import S3Object, S3Objects

    store, uri = target_store(session.target), session.options.output
    if kind is InputKind.FILES:
        return S3Objects(store, uri, names)
    if uri.endswith("/"):
        uri += result_file(os.path.basename(session.options.input))
    return S3Object(store, uri, header)


def output_exists(session: Session, kind: InputKind) -> bool:
    """Whether the result of a job is there."""
    return result_output(session, kind, "", b"").exists()


def _file_name(line: bytes) -> str:
    return read_listed(line).name


def _input_name(line: bytes) -> str:
    from .storage.s3_source import read_input_line

    return read_input_line(line).name


def listed_names(path: str, read_name: Callable[[bytes], str] = _file_name) -> Names:
    """The function that reads names from the list of the input at `path`."""

    def names(offset: int) -> tuple[str, str]:
        with open(path, "rb") as file:
            file.seek(offset)
            name = read_name(file.readline())
        return result_file(name), name + ERROR_SUFFIX

    return names


def result_output(session: Session, kind: InputKind, stored: str, header: bytes) -> ResultOutput:
    """Where the result of a job is written."""
    options = session.options
    if options.prints_results:
        return PrintedResult(session.console, header)
    names = listed_names(stored, _input_name if is_s3(options.input) else _file_name)
    if is_s3(options.output):
        return _output_in_s3(session, kind, names, header)
    if kind is InputKind.FILES:
        return ResultFolder(options.output, names)
    return HeadedFile(options.output, header) if header else ResultFile(options.output)
