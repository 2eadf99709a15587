"""Runs all checks, one after the other."""

from collections.abc import Iterator

from . import contract
from .check_result import CheckOutcome, CheckResult, skipped
from .checked_process import CheckedProcess
from .http_checks import (
    ContainerTarget,
    check_concurrency,
    check_connect,
    check_headers,
    check_invocation,
    check_large_request,
    check_ping,
    check_stream,
)
from .websocket_check import check_websocket

_CHECKS = (
    check_invocation,
    check_large_request,
    check_headers,
    check_stream,
    check_concurrency,
)


def check_running(target: ContainerTarget, *, is_folder: bool = False) -> Iterator[CheckResult]:
    """Check a container that runs already; a model folder has only a container's handlers."""
    connect, ping = check_connect(target), check_ping(target)
    yield from (connect, ping)
    if connect.outcome is ping.outcome is CheckOutcome.FAILED:
        return
    for check in _CHECKS:
        yield check(target)
    if is_folder:
        yield skipped(contract.WEBSOCKET, "a model folder has no container around it")
        yield skipped(contract.SIGTERM, "a model folder has no container around it")
        return
    yield check_websocket(target)
    yield skipped(contract.SIGTERM, "add -- COMMAND, which runs the container")


def check_started(target: ContainerTarget, process: CheckedProcess) -> Iterator[CheckResult]:
    """Check a container that smrt has started, from its start to its end."""
    try:
        start = process.check_start(target)
        yield start
        if start.outcome is CheckOutcome.FAILED:
            return
        for check in (check_connect, check_ping, *_CHECKS, check_websocket):
            yield check(target)
        yield process.check_stop(target)
    finally:
        process.kill()
