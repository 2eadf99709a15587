"""The options as rows, which the parser, help, man pages and completions are made from."""

from typing import NamedTuple

from smrt.errors import DEFAULT_ERROR_FORMAT, ERROR_FORMATS
from smrt.output.formats import FORMATS
from smrt.protocol.operations import BINARY_FORMATS, Member


class Row(NamedTuple):
    """An option: a flag where it has neither metavar nor choices, a plain word without a `flag`.

    `group` is its place in the help. A `metavar` in brackets may be left out; it also says what
    completes a value: FILE is a file. `default` is what holds where nothing is configured.
    """

    flag: str
    dest: str
    help: str
    group: str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    short: str = ""

    @property
    def takes_value(self) -> bool:
        """Whether it is more than a flag."""
        return bool(self.metavar or self.choices)

    @property
    def label(self) -> str:
        """How it is written: --output FORMAT."""
        names = ", ".join(filter(None, (self.short, self.flag)))
        return " ".join(filter(None, (names, self.metavar)))

    @property
    def terms(self) -> str:
        """The values that it can have, and which it has by default."""
        parts = [f"one of {', '.join(self.choices)}"] if self.choices else []
        return "; ".join([*parts, *([f"default: {self.default}"] if self.default else [])])


SKELETON = "--generate-cli-skeleton"
ERROR_FORMAT = Row(
    "--cli-error-format",
    "cli_error_format",
    "How failures are told.",
    "output",
    "FORMAT",
    ERROR_FORMATS,
    DEFAULT_ERROR_FORMAT,
)
DEBUG = Row("--debug", "debug", "Say what happens, on standard error.", "other")
GLOBALS = (
    Row(
        "--output", "output", "How metadata is printed.", "output", "FORMAT", tuple(FORMATS), "json"
    ),
    Row("--query", "query", "What of the metadata is printed.", "output", "JMESPATH"),
    Row(
        "--select",
        "select",
        "Print one member's value alone; ^Name is a parameter of the call, * is everything.",
        "output",
        "NAME",
    ),
    Row("--color", "color", "Colours.", "output", "WHEN", ("on", "off", "auto"), "auto"),
    Row("--no-cli-pager", "no_cli_pager", "Page nothing.", "output"),
    ERROR_FORMAT,
    Row(
        "--profile",
        "profile",
        "The profile to take settings and keys from.",
        "connection",
        "PROFILE",
        default="default",
    ),
    Row("--region", "region", "The region to call.", "connection", "REGION"),
    Row("--endpoint-url", "endpoint_url", "Call this address instead.", "connection", "URL"),
    Row("--no-sign-request", "no_sign_request", "Send no signature.", "connection"),
    Row("--no-verify-ssl", "no_verify_ssl", "Trust any certificate.", "connection"),
    Row("--ca-bundle", "ca_bundle", "Trust the certificates in this file.", "connection", "FILE"),
    Row(
        "--cli-connect-timeout",
        "cli_connect_timeout",
        "Seconds to wait for a connection; 0 for ever.",
        "connection",
        "SECONDS",
        default="60",
    ),
    Row(
        "--cli-read-timeout",
        "cli_read_timeout",
        "Seconds to wait for an answer; 0 for ever.",
        "connection",
        "SECONDS",
        default="60",
    ),
    Row(
        "--retry-timeouts",
        "retry_timeouts",
        "Send the request again when no answer came in time, though the model may be at work.",
        "connection",
    ),
    Row(
        "--wait-ready",
        "wait_ready",
        "Seconds to keep trying while the model is loading or scaling from zero.",
        "connection",
        "SECONDS",
    ),
    Row(
        "--cli-binary-format",
        "cli_binary_format",
        "How --body is written.",
        "request",
        "FORMAT",
        BINARY_FORMATS,
        BINARY_FORMATS[0],
    ),
    Row(
        "--cli-input-json",
        "cli_input_json",
        "Take parameters from this JSON object, file://PATH or - (standard input).",
        "request",
        "JSON",
    ),
    Row(
        "--cli-input-yaml",
        "cli_input_yaml",
        "Take parameters from this YAML mapping, file://PATH or - (standard input).",
        "request",
        "YAML",
    ),
    Row(
        SKELETON,
        "generate_cli_skeleton",
        "Print a template of the input, or a sample of the output; send nothing.",
        "request",
        "[KIND]",
        ("input", "yaml-input", "output"),
        "input",
    ),
    Row("--dry-run", "dry_run", "Print the request, and send nothing.", "request"),
    DEBUG,
    Row("--no-paginate", "no_paginate", "Accepted; nothing here has pages.", "other"),
    Row(
        "--cli-auto-prompt", "cli_auto_prompt", "Ask for what is missing, on the terminal.", "other"
    ),
    Row("--no-cli-auto-prompt", "no_cli_auto_prompt", "Do not ask.", "other"),
)

METADATA = Row(
    "--metadata",
    "metadata",
    "Write the metadata to FILE; - is standard error.",
    "output",
    "FILE",
)
WAIT = Row("--wait", "wait", "Wait for the answer, and fetch it.", "request")
WAIT_TIMEOUT = Row(
    "--wait-timeout",
    "wait_timeout",
    "Seconds to wait for the answer; 0 looks once. By default as long as one can come.",
    "request",
    "SECONDS",
)
STAGE = Row(
    "--stage",
    "stage",
    "Put the body into S3, below s3://BUCKET/PREFIX, and send its address.",
    "request",
    "S3_URI",
)
_OF_MODELS = ("retry_timeouts", "wait_ready")
SHARED = tuple(row for row in GLOBALS if row.group != "request" and row.dest not in _OF_MODELS)
"""The global options of a command that calls no model."""

STREAM = (
    METADATA,
    Row(
        "--stream",
        "stream",
        "How the answer is written: as it comes, by lines, the data of server-sent events, or "
        "JSON values, one per line; each when it is whole.",
        "output",
        "WAY",
        ("raw", "lines", "sse", "json"),
        "raw",
    ),
    Row(
        "--text",
        "text",
        "Write the text that this expression finds in each event, and nothing between.",
        "output",
        "JMESPATH",
    ),
    Row(
        "--chat",
        "chat",
        "Write the text in the events of OpenAI-style chat or completions, or of TGI.",
        "output",
    ),
    Row(
        "--timings",
        "timings",
        "Add the time to the first byte, bytes, parts and events per second to the metadata.",
        "output",
    ),
)

HELP = Row("--help", "help", "Show this help.", "other", short="-h")
HELP_FLAGS = (HELP.flag, HELP.short)
VERSION = Row("--version", "version", "Print the version, of Python too.", "other")
EAGER = (VERSION.flag, *HELP_FLAGS)

OUTFILE = Row(
    "",
    "outfile",
    "Where the answer goes; - or nothing is standard output. A file appears whole or not at all.",
    "output",
    "[OUTFILE]",
)

METAVARS = {
    "EndpointName": "ENDPOINT",
    "Body": "INPUT",
    "ContentType": "TYPE",
    "Accept": "TYPE",
    "TargetModel": "ARCHIVE",
    "TargetVariant": "VARIANT",
    "TargetContainerHostname": "HOST",
    "InferenceId": "ID",
    "EnableExplanations": "JMESPATH",
    "InferenceComponentName": "COMPONENT",
    "SessionId": "ID",
    "PrefixAwareId": "ID",
    "InputLocation": "S3_URI",
    "S3OutputPathExtension": "S3_PATH",
    "Filename": "NAME",
    "RequestTTLSeconds": "SECONDS",
    "InvocationTimeoutSeconds": "SECONDS",
}
"""What the value of each member is called in help."""


def member_row(member: Member) -> Row:
    """A member of an operation as an option."""
    group = "required" if member.required else "request"
    metavar = METAVARS.get(member.name, "TEXT")
    return Row(member.flag, member.name, member.help, group, metavar)
