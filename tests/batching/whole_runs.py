"""A run of `smrt batch` below its command line, with files that fail or crash where a plan says."""

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smrt.batching.batch_options import BatchOptions
from smrt.batching.batch_report import BatchReport
from smrt.batching.batch_session import Session
from smrt.batching.job.disk.job_files import Files
from smrt.batching.runner import run_batch
from smrt.batching.sending.target import Target
from smrt.config import configuration, credentials
from smrt.config.connection_options import ConnectionOptions
from smrt.config.settings import settings
from smrt.errors import ExitCode, SmrtError
from smrt.output.console import Console
from smrt.protocol.operations import INVOKE_ENDPOINT
from tests.batching.job.job_runs import Plan, WatchedFiles, kill

ENVIRON = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secretEXAMPLE",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class WholeRun:
    """The job in `folder`, from in.jsonl to out.jsonl, on the endpoint at `url`.

    `notes` are what the run prints for people.
    """

    def __init__(
        self, folder: Path, url: str, read_timeout: float | None = None, **options: Any
    ) -> None:
        self.input, self.output = folder / "in.jsonl", folder / "out.jsonl"
        self.job = folder / "out.jsonl.job"
        self._options = BatchOptions(str(self.input), str(self.output), progress="none")._replace(
            **options
        )
        connection = ConnectionOptions(endpoint_url=url, read_timeout=read_timeout or 60.0)
        self._target = target(connection, {**ENVIRON, "HOME": str(folder)})
        self._notes = io.BytesIO()

    @property
    def notes(self) -> str:
        return self._notes.getvalue().decode()

    def run(self, files: Files | None = None, *, resume: bool = True) -> BatchReport:
        """Run the job; raises the SmrtError of a run that has no report."""
        console = Console(io.BytesIO(), io.BytesIO(), self._notes)
        options = self._options._replace(resume=resume)
        return run_batch(Session(options, self._target, console, files=files or Files()))

    def has_succeeded(self) -> bool:
        """Whether the job is complete, so that a run would be a new job."""
        names = ("job.json", "manifest.json")
        return self.output.exists() and not any(os.path.exists(self.job / name) for name in names)


def run_to_exit(folder: str, url: str, options: Mapping[str, Any], number: int | None) -> None:
    """Run the job, and end the process; if `number` is set, kill it in that file operation."""
    plan = None if number is None else Plan(number, kill)
    try:
        report = WholeRun(Path(folder), url, **options).run(WatchedFiles(plan).files)
    except SmrtError as exc:
        raise SystemExit(exc.sentence) from exc
    raise SystemExit(ExitCode.OK if report.error is None else report.error.exit_code)


def target(connection: ConnectionOptions, environ: Mapping[str, str]) -> Target:
    """The endpoint `e` of a server."""
    config = configuration.load(environ)
    resolved = settings(config, connection)
    static = credentials.static(config)
    return Target(INVOKE_ENDPOINT, {"EndpointName": "e"}, config, resolved, static)
