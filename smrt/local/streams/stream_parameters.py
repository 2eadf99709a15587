"""The parameters of a bidirectional stream, validated as the service does."""

import re
from collections.abc import Mapping

from smrt.local.api_errors import input_validation_error
from smrt.protocol.bidirectional.bidirectional_operation import (
    INVOKE_ENDPOINT_WITH_BIDIRECTIONAL_STREAM as OPERATION,
)
from smrt.protocol.messages import Request
from smrt.protocol.operations import HttpLocation

_NAMES = {
    member.wire.lower(): member.name
    for member in OPERATION.members
    if member.location is HttpLocation.HEADER
}
_CONSTRAINTS = {
    "TargetVariant": (63, re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")),
    "ModelInvocationPath": (100, re.compile(r"[A-Za-z0-9\-._]+(?:/[A-Za-z0-9\-._]+)*")),
    "ModelQueryString": (2048, re.compile(r"[^?&=#\s]+=[^?&#\s]*(?:&[^?&=#\s]+=[^?&#\s]*)*")),
}
"""The longest value of each parameter, and its pattern."""


def stream_parameters(head: Request) -> Mapping[str, str]:
    """The parameters in `head`, by AWS's member names. Raises ApiError for an invalid one."""
    parameters = {
        _NAMES[name.lower()]: value
        for name, value in head.headers
        if value and name.lower() in _NAMES
    }
    for name, value in parameters.items():
        longest, pattern = _CONSTRAINTS[name]
        if len(value) > longest or not pattern.fullmatch(value):
            raise input_validation_error(
                f"{name} '{value}' needs at most {longest} characters that match {pattern.pattern}"
            )
    return parameters
