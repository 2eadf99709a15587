"""The options as rows; parser, help, man pages and completions are generated from them."""

from smrt.errors import DEFAULT_ERROR_FORMAT, ERROR_FORMATS
from smrt.named_tuple import NamedTuple
from smrt.output.formats import FORMATS
from smrt.protocol.operations import BINARY_FORMATS, Member


class Row(NamedTuple):
    """An option: a flag if it has neither metavar nor choices, a positional one without a `flag`.

    `group` is its section of the help, which does not list a row without one. A value whose
    `metavar` is in brackets is optional; the metavar also selects the completion: FILE completes
    paths. `default` applies if nothing is configured. A flag can have a value after an equals sign,
    one of `attached`; without a value, it has the first. `is_repeatable` collects the values of
    several occurrences.
    """

    flag: str
    dest: str
    help: str
    group: str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    short: str = ""
    attached: tuple[str, ...] = ()
    is_repeatable: bool = False

    @property
    def takes_value(self) -> bool:
        """Whether the option has a value."""
        return bool(self.metavar or self.choices)

    @property
    def label(self) -> str:
        """The option in help: --output FORMAT."""
        return " ".join(filter(None, (self.spellings, self.metavar)))

    @property
    def spellings(self) -> str:
        """The option without a value that follows: -i, --include, or --dry-run[=curl]."""
        value = f"[={self.attached[-1]}]" if len(self.attached) > 1 else ""
        return ", ".join(filter(None, (self.short, self.flag + value)))

    @property
    def terms(self) -> str:
        """The choices, and the default value."""
        parts = [f"one of {', '.join(self.choices)}"] if self.choices else []
        return "; ".join([*parts, *([f"default: {self.default}"] if self.default else [])])


CURL = "curl"
SKELETON = "--generate-cli-skeleton"
ERROR_FORMAT = Row(
    "--cli-error-format",
    "cli_error_format",
    "Format of error messages.",
    "output",
    "FORMAT",
    ERROR_FORMATS,
    DEFAULT_ERROR_FORMAT,
)
DEBUG = Row(
    "--debug", "debug", "Print debug messages to standard error; secrets are masked.", "other"
)
READ_TIMEOUT = Row(
    "--cli-read-timeout",
    "cli_read_timeout",
    "Read timeout in seconds: the longest time without a byte; 0 disables it.",
    "connection",
    "SECONDS",
    default="70; 60 for invoke-endpoint-async and wait",
)
DATA = Row(
    "--data",
    "data",
    "Input data, instead of --body: text as it is, @FILE (raw bytes; its suffix sets the content "
    "type), or @- for standard input.",
    "request",
    "DATA",
)
JSON = Row(
    "--json",
    "json",
    "Like --data, with application/json as content type and accept.",
    "request",
    "DATA",
)
DRY_RUN = Row(
    "--dry-run",
    "dry_run",
    "Print the request and the first bytes of its body, and send nothing; --dry-run=curl "
    "prints a curl command.",
    "request",
    attached=("request", CURL),
)
VERBOSE = Row(
    "--verbose",
    "verbose",
    "Print the headers of requests and responses to standard error; secrets are masked.",
    "other",
    short="-v",
)
GLOBALS = (
    Row(
        "--output", "output", "Format of the metadata.", "output", "FORMAT", tuple(FORMATS), "json"
    ),
    Row(
        "--query",
        "query",
        "JMESPath filter for the metadata (not the body).",
        "output",
        "JMESPATH",
    ),
    Row(
        "--select",
        "select",
        "Print one response field; ^Name prints a request parameter, * all fields.",
        "output",
        "NAME",
    ),
    Row("--color", "color", "When to use color.", "output", "WHEN", ("on", "off", "auto"), "auto"),
    Row("--no-cli-pager", "no_cli_pager", "Do not use a pager.", "output"),
    ERROR_FORMAT,
    Row(
        "--profile",
        "profile",
        "Profile from your AWS configuration files.",
        "connection",
        "PROFILE",
        default="default",
    ),
    Row("--region", "region", "AWS Region to use.", "connection", "REGION"),
    Row("--endpoint-url", "endpoint_url", "Override the endpoint URL.", "connection", "URL"),
    Row("--no-sign-request", "no_sign_request", "Do not sign requests.", "connection"),
    Row("--no-verify-ssl", "no_verify_ssl", "Do not verify TLS certificates.", "connection"),
    Row(
        "--ca-bundle",
        "ca_bundle",
        "Verify TLS certificates with this CA bundle.",
        "connection",
        "FILE",
    ),
    Row(
        "--cli-connect-timeout",
        "cli_connect_timeout",
        "Connect timeout in seconds; 0 disables it.",
        "connection",
        "SECONDS",
        default="60",
    ),
    READ_TIMEOUT,
    Row(
        "--retry-timeouts",
        "retry_timeouts",
        "Retry read timeouts (the model may run twice).",
        "connection",
    ),
    Row(
        "--wait-ready",
        "wait_ready",
        "Retry for up to this many seconds while the model loads or scales up from zero.",
        "connection",
        "SECONDS",
    ),
    DATA,
    JSON,
    Row(
        "--cli-binary-format",
        "cli_binary_format",
        "Encoding of --body text: base64, or plain text (raw-in-base64-out).",
        "request",
        "FORMAT",
        BINARY_FORMATS,
        BINARY_FORMATS[0],
    ),
    Row(
        "--cli-input-json",
        "cli_input_json",
        "Read parameters from this JSON string, file://PATH, or - for standard input.",
        "request",
        "JSON",
    ),
    Row(
        "--cli-input-yaml",
        "cli_input_yaml",
        "Read parameters from this YAML string, file://PATH, or - for standard input.",
        "request",
        "YAML",
    ),
    Row(
        SKELETON,
        "generate_cli_skeleton",
        "Print a template of the parameters, or sample output, without sending a request.",
        "request",
        "[KIND]",
        ("input", "yaml-input", "output"),
        "input",
    ),
    DRY_RUN,
    VERBOSE,
    DEBUG,
    Row("--no-paginate", "no_paginate", "Accepted for compatibility; has no effect.", "other"),
    Row(
        "--cli-auto-prompt",
        "cli_auto_prompt",
        "Prompt for the command and its parameters.",
        "other",
    ),
    Row("--no-cli-auto-prompt", "no_cli_auto_prompt", "Do not prompt.", "other"),
)

INCLUDE = Row(
    "--include",
    "include",
    "Write the status and headers of the response before its body.",
    "output",
    short="-i",
)
PRETTY = Row(
    "--pretty",
    "pretty",
    "When to indent the JSON of a response, and end it with a newline; auto: on a terminal.",
    "output",
    "WHEN",
    ("auto", "on", "off"),
    "auto",
)
BODY_QUERY = Row(
    "--body-query",
    "body_query",
    "JMESPath filter for the JSON of the response: a string is printed bare, other results in the "
    "format of --output.",
    "output",
    "JMESPATH",
)
METADATA = Row(
    "--metadata",
    "metadata",
    "Save the metadata to this file; - for standard error.",
    "output",
    "FILE",
)
WAIT = Row("--wait", "wait", "Wait for the result and fetch it from S3.", "request")
WAIT_TIMEOUT = Row(
    "--wait-timeout",
    "wait_timeout",
    "Seconds to wait for the result; 0 polls once. By default, wait until the request expires.",
    "request",
    "SECONDS",
)
STAGE = Row(
    "--stage",
    "stage",
    "Upload the body to S3 below s3://BUCKET/PREFIX, and send its URI as the input location.",
    "request",
    "S3_URI",
)
_OF_MODELS = ("retry_timeouts", "wait_ready", "verbose")
SHARED = tuple(row for row in GLOBALS if row.group != "request" and row.dest not in _OF_MODELS)
"""The global options of a command that calls no model."""

BODY = (PRETTY, BODY_QUERY)
STREAM = (
    METADATA,
    INCLUDE,
    Row(
        "--stream",
        "stream",
        "Split the response into raw chunks, lines, the data of server-sent events, or JSON values "
        "(one per line). Each is printed when it is complete.",
        "output",
        "FORMAT",
        ("raw", "lines", "sse", "json"),
        "raw",
    ),
    Row(
        "--text",
        "text",
        "Print only the text that this JMESPath expression selects from each event.",
        "output",
        "JMESPATH",
    ),
    Row(
        "--chat",
        "chat",
        "Print only the generated text of OpenAI-style chat or completions, TGI or DJL.",
        "output",
    ),
    Row(
        "--timings",
        "timings",
        "Add time to first byte, bytes, chunks and events per second to the metadata.",
        "output",
    ),
)

HELP = Row("--help", "help", "Show this help.", "other", short="-h")
HELP_FLAGS = (HELP.flag, HELP.short)
VERSION = Row("--version", "version", "Print the versions of smrt and Python.", "other")
EAGER = (VERSION.flag, *HELP_FLAGS)

OUTFILE = Row(
    "",
    "outfile",
    "Save the response body to this file (default: standard output). A failed call leaves the old "
    "file unchanged.",
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
    "ModelInvocationPath": "PATH",
    "ModelQueryString": "QUERY",
    "InputLocation": "S3_URI",
    "S3OutputPathExtension": "S3_PATH",
    "Filename": "NAME",
    "RequestTTLSeconds": "SECONDS",
    "InvocationTimeoutSeconds": "SECONDS",
}
"""The metavar of each member."""


DEFAULTS = {
    "EndpointName": "SMRT_ENDPOINT_NAME, or smrt_endpoint_name in the profile",
    "ContentType": "smrt_content_type in the profile",
    "Accept": "smrt_accept in the profile",
}
"""The sources of the configured defaults, by member."""


def member_row(member: Member) -> Row:
    """The option of an operation's member."""
    group = "required" if member.required else "request"
    metavar = METAVARS.get(member.name, "TEXT")
    default = DEFAULTS.get(member.name, "")
    return Row(member.flag, member.name, member.help, group, metavar, default=default)
