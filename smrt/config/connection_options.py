"""How to reach a service, as options: checked before anything is read that is configured."""

from smrt.errors import ConfigurationError, SmrtError, UsageError
from smrt.named_tuple import NamedTuple
from smrt.protocol.messages import DEFAULT_TIMEOUT, masked_repr
from smrt.protocol.urls import masked_url, parse_url

LONGEST_TIMEOUT = 9_000_000_000
"""Seconds; sockets support 2**63 nanoseconds."""


class ConnectionOptions(NamedTuple):
    """The options that become settings; None where the configuration decides.

    Timeouts are in seconds, 0 is none; `wait_ready` is how long a model may take to load.
    """

    region: str | None = None
    endpoint_url: str | None = None
    sign: bool = True
    verify: bool = True
    ca_bundle: str | None = None
    read_timeout: float = DEFAULT_TIMEOUT
    connect_timeout: float = DEFAULT_TIMEOUT
    retry_timeouts: bool = False
    wait_ready: float = 0.0

    def __repr__(self) -> str:
        return masked_repr(self, "endpoint_url")


def endpoint_url_option(url: str | None) -> str | None:
    """`url`, if it can be called; UsageError for an --endpoint-url that cannot."""
    if url is None:
        return None
    if "://" not in url:
        raise UsageError(
            f'Bad value for --endpoint-url "{masked_url(url)}": scheme is missing.  Must be of the '
            "form http://<hostname>/ or https://<hostname>/"
        )
    try:
        parse_url(url)
    except ConfigurationError as exc:
        raise UsageError(exc.message, *exc.hints) from exc
    return url


def timeout(kind: str, value: str | float | None, default: float = DEFAULT_TIMEOUT) -> float:
    """Seconds from the option for a `connect` or `read` timeout; 0 is none.

    Raises UsageError for what is not a number, not a whole one as text, or below zero; for what
    sockets do not support, the error of the AWS CLI.
    """
    if value is None:
        return default
    try:
        seconds = float(int(value) if isinstance(value, str) else value)
    except (ValueError, OverflowError) as exc:
        raise UsageError(
            str(exc), f"--cli-{kind}-timeout takes whole seconds; 0 disables it"
        ) from exc
    if not 0 <= seconds < float("inf"):
        raise UsageError(
            f"Attempted to set {kind} timeout to {value}, but the timeout cannot be set to a "
            "value less than or equal to 0.",
            f"--cli-{kind}-timeout 0 disables the timeout",
        )
    if seconds > LONGEST_TIMEOUT:
        raise SmrtError(
            "An HTTP Client raised an unhandled exception: timestamp out of range for platform "
            "time_t",
            f"--cli-{kind}-timeout 0 waits without end",
            code="HTTPClientError",
        )
    return seconds


def wait_ready_seconds(value: str | None) -> float:
    """Seconds from --wait-ready; UsageError for what is no number from 0 upwards."""
    try:
        seconds = float(value or 0)
    except ValueError as exc:
        raise UsageError(f"--wait-ready: {exc}", "specify seconds, as in --wait-ready 600") from exc
    if not 0 <= seconds < float("inf"):
        raise UsageError(f"--wait-ready cannot be {value}", "specify 0 or more seconds")
    return seconds
