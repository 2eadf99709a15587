"""A container that smrt starts, and how it ends."""

from collections.abc import Callable, Mapping, Sequence
from subprocess import Popen, TimeoutExpired
from time import monotonic

from . import contract
from .check_result import CheckResult, failed, passed
from .http_checks import ContainerTarget
from .timed_exchange import ExchangeError

_INTERVAL = 0.1
_OK = 200
_STDERR = 2
"""The results alone go to standard output."""


class CheckedProcess:
    """The process of COMMAND, which serves the container in the foreground.

    Raises OSError if it cannot be started.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        sleep: Callable[[float], None],
    ) -> None:
        self._process = Popen(arguments, env=environ, stdout=_STDERR)  # noqa: S603 - the user's own
        self._sleep = sleep

    def check_start(self, target: ContainerTarget) -> CheckResult:
        """Wait until the container is healthy."""
        started_at = monotonic()
        while (elapsed := monotonic() - started_at) <= target.limits.start:
            status = self._process.poll()
            if status is not None:
                return failed(contract.START, f"the command exited with {status}")
            if _is_healthy(target):
                return passed(contract.START, f"{elapsed:.1f} s")
            self._sleep(_INTERVAL)
        return failed(contract.START, f"not healthy after {target.limits.start:g} s")

    def check_stop(self, target: ContainerTarget) -> CheckResult:
        """Send SIGTERM, and wait until the process ends; kill it if it does not."""
        started_at = monotonic()
        self._process.terminate()
        try:
            status = self._process.wait(target.limits.stop)
        except TimeoutExpired:
            return failed(contract.SIGTERM, f"still running after {target.limits.stop:g} s")
        finally:
            self.kill()
        elapsed = monotonic() - started_at
        return passed(contract.SIGTERM, f"exited with {status} after {elapsed:.1f} s")

    def kill(self) -> None:
        """End the process, if it has not ended."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


def _is_healthy(target: ContainerTarget) -> bool:
    try:
        return target.ping().status == _OK
    except ExchangeError:
        return False
