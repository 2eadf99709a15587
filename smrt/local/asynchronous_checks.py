"""Validation of an asynchronous call, with the service's messages."""

import re

from smrt.errors import UsageError
from smrt.protocol.operations import INVOKE_ENDPOINT_ASYNC
from smrt.s3 import objects
from smrt.s3.async_results import LONGEST_INVOCATION, LONGEST_TTL
from smrt.s3.objects import Location

from .api_errors import validation_error
from .endpoint import Invocation

_PATTERNS = {
    "InferenceId": (64, r"\S.*"),
    "InputLocation": (1024, r"(https|s3)://([^/]+)/?(.*)"),
    "S3OutputPathExtension": (512, r"(?!s3:|https:)[a-zA-Z0-9!_.*'()/-]+"),
    "Filename": (32, r"(?!.*\..*\.)[a-zA-Z0-9][a-zA-Z0-9_.-]*"),
}
"""Maximum length, and pattern, of a member."""
_BOUNDS = {
    "RequestTTLSeconds": (60, LONGEST_TTL),
    "InvocationTimeoutSeconds": (1, LONGEST_INVOCATION),
}


def input_source(call: Invocation) -> Location | None:
    """The location of the input; None if it is the body. Raises ApiError."""
    for name, value in call.parameters.items():
        constraint = _violated_constraint(name, value)
        if constraint:
            member = name[0].lower() + name[1:]
            raise validation_error(
                f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
                f"Member must {constraint}"
            )
    _check_body(call)
    location = call.parameters.get("InputLocation")
    if location is None:
        return None
    try:
        return objects.location(location, "InputLocation")
    except UsageError as exc:
        raise validation_error(exc.message) from exc


def _violated_constraint(name: str, value: str) -> str:
    if name in _PATTERNS:
        longest, pattern = _PATTERNS[name]
        if len(value) > longest:
            return f"have length less than or equal to {longest}"
        if not re.fullmatch(pattern, value):
            return f"satisfy regular expression pattern: {pattern}"
    elif name in _BOUNDS:
        return _violated_bound(value, *_BOUNDS[name])
    return ""


def _violated_bound(value: str, minimum: int, maximum: int) -> str:
    if not re.fullmatch("-?[0-9]{1,18}", value):
        return "be a whole number"
    if int(value) < minimum:
        return f"have value greater than or equal to {minimum}"
    return f"have value less than or equal to {maximum}" if int(value) > maximum else ""


def _check_body(call: Invocation) -> None:
    has_location = "InputLocation" in call.parameters
    if has_location == bool(call.body):
        raise validation_error("Provide exactly one of Body and InputLocation.")
    maximum = INVOKE_ENDPOINT_ASYNC.member("Body").maximum
    if maximum is not None and len(call.body) > maximum:
        raise validation_error(
            "1 validation error detected: Value at 'body' failed to satisfy constraint: "
            f"Member must have length less than or equal to {maximum}"
        )
