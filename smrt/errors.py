"""smrt's errors and their exit statuses.

    SmrtError               255  any other error
    ├── UsageError          252  the command line, or a value in it
    ├── ConfigurationError  253  configuration, credentials, region
    ├── ServiceError        254  the service returned an error
    ├── TransportError      255  the connection failed or broke
    ├── StdoutClosedError   141  broken pipe on standard output; nothing is printed
    ├── CommandError        126  the user's command cannot be executed
    └── MissingCommandError 127  the user's command does not exist

Statuses 252 and 253 promise that no request has reached the runtime; see `after_sending`.
The statuses from 252 on are those of AWS CLI v2: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-returncodes.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, ClassVar


class ExitCode(IntEnum):
    """The exit status of a run."""

    OK = 0
    FAILED = 1
    THRESHOLD_MISSED = 99
    NOT_EXECUTABLE = 126
    NOT_FOUND = 127
    INTERRUPTED = 130
    PIPE = 141
    USAGE = 252
    CONFIGURATION = 253
    SERVICE = 254
    GENERAL = 255


ERROR_FORMATS = ("legacy", "json", "yaml", "text", "table", "enhanced")
DEFAULT_ERROR_FORMAT = "enhanced"
"""The formats of error messages, and the default."""
MASK = "****"
USER_MASK = "***@"
_SECRETS = (
    (r"""(?<=://)(?!\[?USER:PASSWORD@)[^/?#\s"'<>]+@""", USER_MASK),
    (
        r"(?i)((?:[?&]X-Amz-Credential|X-Amz-Security-Token|Signature)=)[^&\s\"'#,]*",
        rf"\1{MASK}",
    ),
    (r"(?i)(X-Amz-Security-Token:\s*)[^\s\"']+", rf"\1{MASK}"),
    (r"""(Invalid header value )b['"].*""", rf"\1{MASK}"),
)
"""The user in a URL (except in smrt's hints), a URL's signature, a token that a service echoes, and
a header that http.client rejects, such as a token with a newline.
Compiled only when an error is raised, as a successful call does not need them."""


def redacted(text: str) -> str:
    """`text` without the users, passwords, signatures and tokens of the URLs in it."""
    for pattern, mask in _SECRETS:
        text = re.sub(pattern, mask, text)
    return text


class SmrtError(Exception):
    """An error with a message of one line, and hints (one line each) on how to fix it.

    Secrets in URLs are masked in both. `code` is the error code for scripts, as in "An error
    occurred (CODE): message"; `resume` the command line that resumes an interrupted wait, if any;
    `metadata` that of the response that had arrived.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.GENERAL
    default_code: ClassVar[str] = "General"

    def __init__(self, message: str, *hints: str, code: str | None = None) -> None:
        self.message = redacted(str(message))
        super().__init__(self.message)
        self.hints: tuple[str, ...] = ()
        self.add_hints(*hints)
        self.code = code or self.default_code
        self.resume = ""
        self.metadata: Mapping[str, Any] = {}
        self.help = ""

    def add_hints(self, *hints: str) -> None:
        """Append hints; secrets in URLs are masked."""
        self.hints += tuple(map(redacted, hints))

    @property
    def sentence(self) -> str:
        """The error as a sentence in AWS's format."""
        return f"An error occurred ({self.code}): {self.message}"

    @property
    def details(self) -> Mapping[str, Any]:
        """Fields beyond code and message."""
        return {}


class UsageError(SmrtError):
    """The command line, or a value in it, is wrong; the endpoint was not called."""

    exit_code = ExitCode.USAGE
    default_code = "ParamValidation"


class ConfigurationError(SmrtError):
    """Configuration, credentials or region are missing or wrong; the endpoint was not called."""

    exit_code = ExitCode.CONFIGURATION
    default_code = "Configuration"


class TransportError(SmrtError):
    """The connection failed or broke. `code` is botocore's name for the kind of general.

    `status` is that of a response with truncated headers, None if no response arrived.
    """

    default_code = "ConnectionError"
    status: int | None = None


class ServiceError(SmrtError):
    """The service returned an error.

    `response` has boto3's shape: {"Error": {"Code", "Message"}, "ResponseMetadata": {...}} and,
    at the top level, the members that the service models for this error, Message among them.
    """

    exit_code = ExitCode.SERVICE
    modeled: ClassVar[dict[str, type["ServiceError"]]] = {}
    """The imported subclasses, by the error code that each is named after."""

    def __init_subclass__(cls) -> None:
        ServiceError.modeled[cls.__name__] = cls

    def __new__(  # noqa: PYI034 - it may be another class
        cls, response: Mapping[str, Any], *_: object
    ) -> "ServiceError":
        """An error of the subclass for its code, as OSError chooses one for its errno."""
        return super().__new__(cls.modeled.get(response["Error"]["Code"], cls))

    def __init__(self, response: Mapping[str, Any], operation_name: str, *hints: str) -> None:
        error = response["Error"]
        super().__init__(error["Message"], *hints, code=error["Code"])
        self.response = response
        self.operation_name = operation_name
        self.is_last_allowed = False
        """Whether no attempt remains."""

    @classmethod
    def from_client_error(cls, error: Any, *hints: str) -> "ServiceError":
        """Botocore's ClientError; its response may have neither a code nor a message."""
        parsed = {"Code": "Unknown", "Message": "", **error.response.get("Error", {})}
        response = {"ResponseMetadata": {}, **error.response, "Error": parsed}
        return ServiceError(response, error.operation_name, *hints)

    def __reduce__(self) -> tuple[Any, ...]:
        """Support pickle and copy, so that a worker process can send the error to its parent."""
        return ServiceError, (self.response, self.operation_name), self.__dict__

    @property
    def sentence(self) -> str:
        """The error as a sentence in the format of botocore's ClientError."""
        retried = ""
        if self.is_last_allowed:
            retries = self.response["ResponseMetadata"]["RetryAttempts"]
            retried = f" (reached max retries: {retries})"
        return (
            f"An error occurred ({self.code}) when calling the {self.operation_name} "
            f"operation{retried}: {self.message}"
        )

    def __str__(self) -> str:
        return self.sentence

    @property
    def members(self) -> Mapping[str, Any]:
        """The members that the service models for this error, in order."""
        return {
            name: value
            for name, value in self.response.items()
            if name not in ("Error", "ResponseMetadata", "Message")
        }

    @property
    def details(self) -> Mapping[str, Any]:
        """The members, and the id of the request."""
        request_id = self.response["ResponseMetadata"].get("RequestId")
        return {**self.members, **({} if request_id is None else {"RequestId": request_id})}


class StdoutClosedError(SmrtError):
    """Broken pipe: the reader of standard output stopped reading."""

    exit_code = ExitCode.PIPE


class CommandError(SmrtError):
    """The user's command cannot be executed; the status is that of POSIX shells."""

    exit_code = ExitCode.NOT_EXECUTABLE
    default_code = "CommandNotExecutable"


class MissingCommandError(SmrtError):
    """The user's command does not exist; the status is that of POSIX shells."""

    exit_code = ExitCode.NOT_FOUND
    default_code = "CommandNotFound"


@contextmanager
def after_sending(
    metadata: Mapping[str, Any] | None = None, *, was_sent: Callable[[], bool] = lambda: True
) -> Iterator[None]:
    """If a request was sent, raise usage and configuration errors in this block as SmrtError.

    `metadata` is that of the response; it is added to the error.
    """
    try:
        yield
    except SmrtError as exc:
        exc.metadata = exc.metadata or metadata or {}
        if not was_sent() or not isinstance(exc, UsageError | ConfigurationError):
            raise
        raise _general(exc) from exc


def _general(error: SmrtError) -> SmrtError:
    """The same error, with the exit status of one after a request."""
    code = None if error.code == error.default_code else error.code
    general = SmrtError(error.message, *error.hints, code=code)
    general.resume, general.metadata = error.resume, error.metadata
    return general
