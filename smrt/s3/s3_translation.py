"""Translates exceptions of botocore, urllib3 and http.client to smrt's errors, by table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from smrt.errors import ConfigurationError, ServiceError, SmrtError, TransportError, UsageError
from smrt.protocol.certificates import certificate_hints
from smrt.protocol.redaction import cause


class Translation(NamedTuple):
    """smrt's error for exceptions of these class names; `code` is botocore's if empty."""

    kind: type[SmrtError]
    names: tuple[str, ...]
    code: str = ""
    message: str = "{reason}"


BROKEN, _UNPARSABLE = "ResponseStreamingError", "ResponseParserError"
BROKEN_RESPONSES = frozenset({BROKEN, _UNPARSABLE, "IncompleteReadError"})
"""Codes of a response that began, and cannot be read: the next one may be complete."""

_COMMON = (
    Translation(UsageError, ("ParamValidationError", "EndpointProviderError")),
    Translation(
        TransportError,
        (
            "HTTPClientError",
            "ConnectionError",
            "IncompleteReadError",
            "ChecksumError",
            "FlexibleChecksumError",
        ),
    ),
    Translation(ConfigurationError, ("BotoCoreError", "OSError")),
)
CONNECTING = (*_COMMON, Translation(ConfigurationError, ("ValueError", "RuntimeError")))
"""An unreadable CA bundle, an invalid URL, and credentials that stay expired."""
CALLING = (
    *_COMMON,
    Translation(
        TransportError,
        ("HTTPError", "HTTPException"),
        BROKEN,
        "An error occurred while reading from response stream: {reason}",
    ),
    Translation(
        TransportError, ("Exception",), _UNPARSABLE, "the response of S3 cannot be parsed: {reason}"
    ),
)
"""Botocore reads the body of an error outside its own translation, and parses headers with int()
and others: whatever these raise is a response that cannot be read."""

_HINTS = {
    "NoSuchBucket": "create the bucket, or use an existing one",
    "AccessDenied": "your credentials need permission for this operation on this bucket",
}


@contextmanager
def s3_translated(table: tuple[Translation, ...]) -> Iterator[None]:
    """Raise the error in `table` for an exception of the libraries below."""
    from botocore.exceptions import ClientError

    try:
        yield
    except SmrtError:
        raise
    except ClientError as exc:
        failure = ServiceError.from_client_error(exc)
        failure.add_hints(*filter(None, [_HINTS.get(failure.code)]))
        raise failure from exc
    except Exception as exc:
        names = {kind.__name__ for kind in type(exc).__mro__}
        row = next((row for row in table if names.intersection(row.names)), None)
        if row is None:
            raise
        message = row.message.format(reason=exc)
        from smrt.config.installation import dependency_hints

        hints = (*certificate_hints(message), *dependency_hints(exc))
        raise row.kind(message, *hints, code=row.code or type(exc).__name__) from cause(exc)
