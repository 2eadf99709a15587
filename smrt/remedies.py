"""What may help when the service says no."""

from collections.abc import Callable, Mapping
from typing import Any

from .errors import ServiceError
from .operations import Operation

Case = tuple[str, Callable[[ServiceError, Mapping[str, Any]], bool], str]


def _untyped(error: ServiceError, parameters: Mapping[str, Any]) -> bool:  # noqa: ARG001
    return "ContentType" not in parameters


CASES: tuple[Case, ...] = (
    (
        "ModelError",
        _untyped,
        "no content type was sent: name the input's, as in --content-type text/csv",
    ),
    (
        "ExpiredTokenException",
        lambda error, parameters: True,  # noqa: ARG005 - the signature of a case
        'the session has ended: log in again ("aws sso login"), or get new keys',
    ),
)


def remedies(
    error: ServiceError,
    operation: Operation,  # noqa: ARG001 - the signature that is asked for
    parameters: Mapping[str, Any],
) -> tuple[str, ...]:
    """A hint for each known case that `error` is."""
    return tuple(
        hint for code, applies, hint in CASES if error.code == code and applies(error, parameters)
    )
