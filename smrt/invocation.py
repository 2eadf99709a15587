"""From what stood on the command line to a call that is ready to be made."""

from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

from . import config, credentials, files, parameters
from .client import Client
from .config import Config
from .errors import UsageError
from .message import DEFAULT_TIMEOUT, Settings
from .operations import Kind, Member, Operation
from .options import App
from .payloads import BLOCK, spool
from .settings import settings
from .world import World

STDIN = "-"


class Call(NamedTuple):
    """A call that is ready: what to call, with what, and what is configured."""

    operation: Operation
    parameters: dict[str, Any]
    config: Config
    settings: Settings
    world: World = World()

    def client(self) -> Client:
        """The client that makes this call."""
        keys = credentials.source(self.config, self.settings)
        return Client(settings=self.settings, keys=keys, world=self.world)


def prepare(
    app: App,
    operation: Operation,
    given: Mapping[str, Any],
    read_timeout: float = DEFAULT_TIMEOUT,
) -> Call:
    """The call that the options `given` ask for; `read_timeout` where they name none.

    Raises UsageError and ConfigurationError in the order in which AWS CLI finds such things.
    """
    require(operation, given)
    values = {
        member.name: _read(app, member, given[member.name])
        for member in operation.members
        if given[member.name] is not None
    }
    found = config.load(app.environ, given["profile"])
    resolved = settings(
        found,
        region=given["region"],
        endpoint_url=given["endpoint_url"],
        sign=not given["no_sign_request"],
        verify=not given["no_verify_ssl"],
        ca_bundle=given["ca_bundle"],
        connect_timeout=given["cli_connect_timeout"],
        read_timeout=given["cli_read_timeout"] or read_timeout,
    )
    binary_format = config.binary_format(found, given["cli_binary_format"])
    for member in operation.members:
        if member.kind is Kind.BLOB and member.name in values:
            values[member.name] = _blob(app, member, values[member.name], binary_format)
    world = World(warn=lambda text: app.console.note(f"smrt: warning: {text}"))
    return Call(operation, values, found, resolved, world)


def require(operation: Operation, given: Mapping[str, Any]) -> None:
    """Raise UsageError that names every required option which was not given."""
    missing = [m.flag for m in operation.members if m.required and given[m.name] is None]
    if missing:
        raise UsageError(
            f"the following arguments are required: {', '.join(missing)}",
            f"see smrt {operation.command} --help",
        )


def _read(app: App, member: Member, value: str) -> Any:
    """The value of an option, from the file that it points at; a blob waits until its time."""
    if member.kind is Kind.BLOB:
        return value
    text: str | bytes = value
    if files.is_reference(value):
        text = files.read(value, member.flag, app.environ)
    return parameters.integer(text, member.flag) if member.kind is Kind.INTEGER else text


def _blob(app: App, member: Member, value: str, binary_format: str) -> bytes | BinaryIO:
    if value == STDIN:
        return spool(iter(lambda: app.console.stdin.read(BLOCK), b""))
    if value.startswith(files.BYTES):
        return files.open_bytes(value, member.flag)
    pieces = [value]
    if value.startswith(files.TEXT):
        return spool(
            parameters.encode(
                files.text_pieces(value, member.flag, app.environ), binary_format, member.flag
            )
        )
    return spool(parameters.encode(pieces, binary_format, member.flag))
