"""Workers on a Ray cluster: core tasks, which Ray starts again when their process or node dies.

Ray is imported here alone. Its runtime environment gets nothing: it logs variables as plain text.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from smrt import __version__
from smrt.batching.shared.supervised_run import WorkerEnd
from smrt.config.installation import RAY, install_command
from smrt.errors import SmrtError, UsageError

from .joining_task import join_job_as_worker

LOCAL = "local"
DIED = ("WorkerCrashedError", "NodeDiedError", "OutOfMemoryError")
"""Ray's names for the end of a process."""


class RayCrew:
    """Workers on the cluster at `address`; `local` starts one on this machine."""

    def __init__(self, address: str, workers: int) -> None:
        self._ray = _imported()
        self._stdout = redirect_stdout(sys.stderr)  # Ray prints messages there
        self._stdout.__enter__()
        cpus = {"num_cpus": workers, "include_dashboard": False} if address == LOCAL else {}
        with _translated():
            self._ray.init(address=address, log_to_driver=False, **cpus)
        self._task = self._ray.remote(max_retries=-1, num_cpus=1)(join_job_as_worker)
        self._running: list[Any] = []

    def start(self, job: str) -> None:
        """Start one more worker that joins the job."""
        with _translated():
            self._running.append(self._task.remote(job, __version__))

    def ended(self, seconds: float) -> list[WorkerEnd]:
        """The workers that have ended since the last call; waits for the first so long."""
        with _translated():
            done, self._running = self._ray.wait(self._running, timeout=seconds)
        return [self._end(task) for task in done]

    def close(self) -> None:
        """End all workers, and leave the cluster."""
        self._ray.shutdown()
        self._stdout.__exit__(None, None, None)

    def _end(self, task: Any) -> WorkerEnd:
        try:
            with _translated():
                return WorkerEnd(**self._ray.get(task))
        except SmrtError as exc:
            if exc.code in DIED:
                return WorkerEnd(None)
            return WorkerEnd(int(exc.exit_code), 0, exc.code, exc.message, exc.hints)


def _imported() -> ModuleType:
    if find_spec("ray") is None:
        raise UsageError("--engine ray needs the package ray", install_command(RAY))
    import ray

    module: ModuleType = ray
    return module


@contextmanager
def _translated() -> Iterator[None]:
    """Raise errors of Ray as SmrtErrors."""
    from ray.exceptions import RayError

    try:
        yield
    except (RayError, ConnectionError, ValueError, RuntimeError) as exc:
        text = str(exc).strip()
        if "No module named 'smrt" in text:
            raise SmrtError(
                "a worker of the cluster has no smrt",
                f"install smrt {__version__} on all nodes",
                code="WrongVersion",
            ) from exc
        raise SmrtError(
            text.splitlines()[-1] if text else type(exc).__name__, code=type(exc).__name__
        ) from exc
