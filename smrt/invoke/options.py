"""The options of a call, typed: None for an option that is not on the command line."""

from collections.abc import Mapping

from smrt.config.connection_options import ConnectionOptions
from smrt.named_tuple import NamedTuple
from smrt.protocol.messages import masked_repr


class GlobalOptions(NamedTuple):
    """The options of every command that calls a service: metadata, profile, connection."""

    output: str | None = None
    query: str | None = None
    select: str | None = None
    color: str | None = None
    metadata: str | None = None
    pretty: str | None = None
    body_query: str | None = None
    use_pager: bool = True
    profile: str | None = None
    debug: bool = False
    verbose: bool = False
    connection: ConnectionOptions = ConnectionOptions()

    def formats_body(self, *, terminal: bool) -> bool:
        """Whether the body of a response is formatted; `terminal`: it appears on a terminal."""
        is_pretty = self.pretty == "on" or (terminal and self.pretty != "off")
        return is_pretty or self.body_query is not None


class InvokeOptions(NamedTuple):
    """The options of an operation; `parameters` maps the names of its own to their text.

    `plain_body` is --data or --json, and its value; `line` is the command line, for hints.
    """

    parameters: Mapping[str, str]
    plain_body: tuple[str, str] | None = None
    outfile: str | None = None
    input_json: str | None = None
    input_yaml: str | None = None
    binary_format: str | None = None
    skeleton: str | None = None
    dry_run: str | None = None
    include: bool = False
    shared: GlobalOptions = GlobalOptions()
    line: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return masked_repr(self, "parameters", "plain_body", "input_json", "input_yaml", "line")

    @property
    def is_input_skeleton(self) -> bool:
        """Whether to print a template of the input, which needs no valid input."""
        return self.skeleton in ("input", "yaml-input")

    @property
    def is_preview(self) -> bool:
        """Whether to print the request or a sample of the output, and send nothing."""
        return self.dry_run is not None or self.skeleton is not None
