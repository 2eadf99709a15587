"""The curl command of --dry-run=curl; credentials are variables."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from smrt.client.caller import SERVICE, Caller
from smrt.protocol.messages import Headers, Payload, Settings
from smrt.protocol.operations import Operation
from smrt.protocol.responses import header

LONGEST_ARGUMENT = 100_000
"""Bytes; Linux limits an argument to 128 KiB."""
_TOKEN = "X-Amz-Security-Token"  # noqa: S105 - the name of a header


def curl_command(caller: Caller, operation: Operation, values: Mapping[str, Any]) -> str:
    """A shell command that sends the same request, signed by curl 7.75 or newer."""
    request = caller.request(operation, values)
    has_token = header(caller.first_attempt(operation, values).headers, _TOKEN) is not None
    options = [
        f"curl {quote(str(request.url))}",
        *(_verification(caller.settings) if request.url.scheme == "https" else ()),
        *(_signature(caller.settings.region, has_token=has_token) if caller.settings.sign else ()),
        *_headers(request.headers),
        f"--data-binary {_data(request.payload)}",
    ]
    return _input(request.payload) + " \\\n  ".join(options) + "\n"


def _verification(settings: Settings) -> Iterator[str]:
    if not settings.verify:
        yield "--insecure"
    elif settings.ca_bundle:
        yield f"--cacert {quote(settings.ca_bundle)}"


def _signature(region: str, *, has_token: bool) -> Iterator[str]:
    yield f"--aws-sigv4 {quote(f'aws:amz:{region}:{SERVICE}')}"
    yield '--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"'
    if has_token:
        yield f'--header "{_TOKEN}: $AWS_SESSION_TOKEN"'


def _headers(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        # curl drops a header with an empty value, unless it ends with a semicolon
        yield f"--header {quote(f'{name}: {value}' if value else f'{name};')}"
    if header(headers, "Content-Type") is None:
        yield "--header Content-Type:"  # otherwise curl sends that of a form


def _data(payload: Payload) -> str:
    """The body: its file, its text, or standard input."""
    name = getattr(payload.content, "name", None)
    if isinstance(name, str):
        return quote(f"@{name}")
    text = _text(payload)
    return "@-" if text is None else quote(text)


def _text(payload: Payload) -> str | None:
    """The body as an argument of curl; None if it cannot be one."""
    if not isinstance(payload.content, bytes) or payload.length > LONGEST_ARGUMENT:
        return None
    if payload.content.startswith(b"@") or b"\0" in payload.content:
        return None
    try:
        return payload.content.decode()
    except UnicodeDecodeError:
        return None


def _input(payload: Payload) -> str:
    """The command that writes a body for curl's standard input, if it needs one."""
    content = payload.content
    if not isinstance(content, bytes) or _text(payload) is not None:
        return ""
    if payload.length > LONGEST_ARGUMENT:
        return ""
    return f"echo {b64encode(content).decode()} | base64 -d |\n"
