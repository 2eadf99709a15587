"""What a worker of a cluster does: it joins a job, as `smrt batch --join JOB` does."""

import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from io import BytesIO
from typing import Any

from smrt import __version__
from smrt.errors import ExitCode, SmrtError
from smrt.output.console import App, Console

WORDS = ("--progress", "none", "--output", "json", "--query", "@", "--color", "off")


def join_job_as_worker(
    job: str, version: str, environ: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Join the job; return how that ended, in plain values. Credentials are those of the worker.

    `version` is that of the smrt that started the job.
    """
    if version != __version__:
        message = f"a worker has smrt {__version__}, not {version}"
        return _end(ExitCode.USAGE, "WrongVersion", message, ("install the same version",))
    from smrt.cli.main import run_line

    out = BytesIO()
    console = Console(BytesIO(), out, BytesIO())
    app = App(console, os.environ if environ is None else environ, ExitStack())
    try:
        run_line(["batch", "--join", job, *WORDS], app)
    except KeyboardInterrupt:
        return {**_end(ExitCode.INTERRUPTED), **_requests(out.getvalue())}
    except SmrtError as exc:
        end = _end(exc.exit_code, exc.code, exc.message, exc.hints)
        return {**end, **_requests(out.getvalue())}
    return {**_end(ExitCode.OK), **_requests(out.getvalue())}


def _requests(summary: bytes) -> dict[str, int]:
    """The requests in the summary that the run has printed, if it has."""
    return {"requests": json.loads(summary)["requestCount"]} if summary else {}


def _end(
    code: int, error_code: str = "", message: str = "", hints: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {"code": int(code), "error_code": error_code, "message": message, "hints": hints}
