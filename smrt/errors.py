"""What can go wrong, and the exit status that each outcome has.

    SmrtError               255  anything that is none of the following
    ├── UsageError          252  the command line, or a value in it
    ├── ConfigurationError  253  configuration, credentials, region
    ├── ServiceError        254  the service answered with an error
    ├── TransportError      255  the connection failed, or broke
    ├── StdoutClosedError   141  the reader of our output has gone; nothing is said
    ├── CommandError        126  the command that we were to run cannot be
    └── MissingCommandError 127  there is no such command

Statuses 252 and 253 promise that no request has reached the runtime; see `after_sending`.
From 252 on the numbers are AWS CLI v2's own: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-returncodes.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, ClassVar


class ExitCode(IntEnum):
    """The exit status of a run."""

    OK = 0
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
"""How errors can be printed, and how they are by default."""
MASK = "****"
USER_MASK = "***@"
_SECRETS = (
    (r"""(?<=://)(?!\[?USER:PASSWORD@)[^/?#\s"'<>]+@""", USER_MASK),
    (
        r"(?i)((?:[?&]X-Amz-Credential|X-Amz-Security-Token|Signature)=)[^&\s\"'#,]*",
        rf"\1{MASK}",
    ),
    (r"(?i)(X-Amz-Security-Token:\s*)[^\s\"']+", rf"\1{MASK}"),
)
"""The user in a URL, but not in our own hints; a URL's signature; a token that a service repeats.
Compiled when an error is raised: a plain call raises none."""


def redacted(text: str) -> str:
    """`text` without the users, passwords, signatures and tokens of the URLs in it."""
    for pattern, mask in _SECRETS:
        text = re.sub(pattern, mask, text)
    return text


class SmrtError(Exception):
    """A failure that is told in one line, with hints (one line each) of what to do about it.

    No secret of a URL is in either. `code` is the word that scripts match on, as in "An error
    occurred (CODE): message"; `resume` the command line that takes up again what was cut, where
    there is one; `metadata` that of the response which had come by then.
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

    def add_hints(self, *hints: str) -> None:
        """Add hints to those that are there; no secret of a URL is in these either."""
        self.hints += tuple(map(redacted, hints))

    @property
    def sentence(self) -> str:
        """The failure in AWS's words."""
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
    """The connection failed or broke. `code` is botocore's name for the kind of failure.

    `status` is that of a response that broke off in its head, None where none had come.
    """

    default_code = "ConnectionError"
    status: int | None = None


class ServiceError(SmrtError):
    """The service answered with an error.

    `response` has boto3's shape: {"Error": {"Code", "Message"}, "ResponseMetadata": {...}} and,
    at the top level, the members that the service models for this error, Message among them.
    """

    exit_code = ExitCode.SERVICE
    modeled: ClassVar[dict[str, type["ServiceError"]]] = {}
    """The subclasses by the code that each is named after, as far as they are imported."""

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
        """Whether the last attempt that was allowed has been made."""

    def __reduce__(self) -> tuple[Any, ...]:
        """What pickle and copy need: the error of a worker process reaches its parent."""
        return ServiceError, (self.response, self.operation_name), self.__dict__

    @property
    def sentence(self) -> str:
        """The failure in the words of botocore's ClientError."""
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
        """The members that the service models for this error, in their order."""
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
    """Whoever read our standard output has stopped reading."""

    exit_code = ExitCode.PIPE


class CommandError(SmrtError):
    """A command of the user's own cannot be run; the status is that of POSIX shells."""

    exit_code = ExitCode.NOT_EXECUTABLE
    default_code = "CommandNotExecutable"


class MissingCommandError(SmrtError):
    """A command of the user's own is not there; the status is that of POSIX shells."""

    exit_code = ExitCode.NOT_FOUND
    default_code = "CommandNotFound"


@contextmanager
def after_sending(
    metadata: Mapping[str, Any] | None = None, *, was_sent: Callable[[], bool] = lambda: True
) -> Iterator[None]:
    """A failure in here is neither one of usage nor of configuration, if a request was sent.

    `metadata` is that of its response; the failure takes it along.
    """
    try:
        yield
    except SmrtError as exc:
        exc.metadata = exc.metadata or metadata or {}
        if not was_sent() or not isinstance(exc, UsageError | ConfigurationError):
            raise
        raise _sent(exc) from exc


def _sent(error: SmrtError) -> SmrtError:
    """The same failure, with the exit status of one that came after a request."""
    code = None if error.code == error.default_code else error.code
    failure = SmrtError(error.message, *error.hints, code=code)
    failure.resume, failure.metadata = error.resume, error.metadata
    return failure
