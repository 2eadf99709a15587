"""The check of the WebSocket for bidirectional streams. Needs websockets (extra `local`)."""

from importlib.util import find_spec

from smrt.config.installation import LOCAL, install_command
from smrt.local.streams.stream_endpoint import StreamRefused
from smrt.local.streams.websocket import ContainerLink

from . import contract
from .check_result import CheckResult, passed, skipped
from .http_checks import ContainerTarget


def check_websocket(target: ContainerTarget) -> CheckResult:
    """The container accepts a WebSocket; one that does not can serve everything else."""
    if find_spec("websockets") is None:
        return skipped(contract.WEBSOCKET, f"it needs websockets: {install_command(LOCAL)}")
    link = ContainerLink(target.base_url, contract.WEBSOCKET_PATH)
    try:
        link.open()
    except StreamRefused as exc:
        return skipped(contract.WEBSOCKET, f"{exc.cause} (only bidirectional streams need one)")
    finally:
        link.close()
    return passed(contract.WEBSOCKET, "the WebSocket was accepted")
