"""What the service refuses of an asynchronous call, in its words."""

import re

from smrt.errors import UsageError
from smrt.protocol.operations import INVOKE_ENDPOINT_ASYNC
from smrt.s3 import objects
from smrt.s3.async_results import LONGEST_INVOCATION, LONGEST_TTL
from smrt.s3.objects import Location

from .endpoint import Invocation
from .refusal import invalid

_PATTERNS = {
    "InferenceId": (64, r"\S.*"),
    "InputLocation": (1024, r"(https|s3)://([^/]+)/?(.*)"),
    "S3OutputPathExtension": (512, r"(?!s3:|https:)[a-zA-Z0-9!_.*'()/-]+"),
    "Filename": (32, r"(?!.*\..*\.)[a-zA-Z0-9][a-zA-Z0-9_.-]*"),
}
"""Most characters, and the pattern, of each member that has one."""
_BOUNDS = {
    "RequestTTLSeconds": (60, LONGEST_TTL),
    "InvocationTimeoutSeconds": (1, LONGEST_INVOCATION),
}


def input_source(call: Invocation) -> Location | None:
    """Where the input is, None where it came with the call. Raises Refusal."""
    for name, value in call.parameters.items():
        flaw = _flaw(name, value)
        if flaw:
            member = name[0].lower() + name[1:]
            raise invalid(
                f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
                f"Member must {flaw}"
            )
    _check_body(call)
    given = call.parameters.get("InputLocation")
    if given is None:
        return None
    try:
        return objects.location(given, "InputLocation")
    except UsageError as exc:
        raise invalid(exc.message) from exc


def _flaw(name: str, value: str) -> str:
    if name in _PATTERNS:
        longest, pattern = _PATTERNS[name]
        if len(value) > longest:
            return f"have length less than or equal to {longest}"
        if not re.fullmatch(pattern, value):
            return f"satisfy regular expression pattern: {pattern}"
    elif name in _BOUNDS:
        return _number_flaw(value, *_BOUNDS[name])
    return ""


def _number_flaw(value: str, least: int, most: int) -> str:
    if not re.fullmatch("-?[0-9]{1,18}", value):
        return "be a whole number"
    if int(value) < least:
        return f"have value greater than or equal to {least}"
    return f"have value less than or equal to {most}" if int(value) > most else ""


def _check_body(call: Invocation) -> None:
    located = "InputLocation" in call.parameters
    if located == bool(call.body):
        raise invalid("Provide exactly one of Body and InputLocation.")
    most = INVOKE_ENDPOINT_ASYNC.member("Body").maximum
    if most is not None and len(call.body) > most:
        raise invalid(
            "1 validation error detected: Value at 'body' failed to satisfy constraint: "
            f"Member must have length less than or equal to {most}"
        )
