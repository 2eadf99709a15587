"""A request and its response as one line, for people."""

import json
import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from time import localtime, strftime
from urllib.parse import unquote

from smrt.errors import redacted
from smrt.local.server_response import ServerResponse
from smrt.protocol.messages import Request
from smrt.protocol.response_stream import CONTENT_TYPE as EVENT_STREAM
from smrt.protocol.responses import header

_TARGET = re.compile(r"/endpoints/([^/]+)/(?:(async)-)?invocations(?:-(.*))?")
_UNTYPED = "no type"
_MODEL_TYPE = "X-Amzn-SageMaker-Content-Type"


class RequestLog:
    """Prints a line for each response, at its end. `clock` returns seconds since the epoch."""

    def __init__(self, print_line: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._print_line = print_line
        self._clock = clock

    def logged(
        self, request: Request, response: ServerResponse, started_at: float
    ) -> ServerResponse:
        """`response`, with its line printed as soon as its body is complete."""
        start = f"{_time(started_at)} {_name(request)} {_status(response)}"
        sent = _sent(request)
        if isinstance(response.body, bytes):
            received = _result(response, f"{len(response.body)} bytes")
            self._print(f"{start}: {sent} -> {received}", started_at)
            return response
        return response._replace(
            body=self._counted(response, response.body, f"{start}: {sent}", started_at)
        )

    def _counted(
        self, response: ServerResponse, body: Iterator[bytes], start: str, started_at: float
    ) -> Iterator[bytes]:
        count = size = 0
        try:
            for chunk in body:
                count, size = count + 1, size + len(chunk)
                yield chunk
        finally:
            getattr(body, "close", int)()
            received = _result(response, f"{count} events, {size} bytes")
            self._print(f"{start} -> {received}", started_at)

    def _print(self, text: str, started_at: float) -> None:
        elapsed = (self._clock() - started_at) * 1000
        self._print_line(redacted(f"{text} in {elapsed:.1f} ms"))


def _time(seconds: float) -> str:
    return strftime("%H:%M:%S", localtime(seconds))


def _name(request: Request) -> str:
    """The endpoint, and how it is called; other requests by their method and target."""
    match = _TARGET.fullmatch(request.url.target)
    if match is None:
        return f"{request.method} {request.url.target}"
    kind = match[2] or match[3]
    return f"{unquote(match[1])} ({kind})" if kind else unquote(match[1])


def _status(response: ServerResponse) -> str:
    code = header(response.headers, "x-amzn-errortype")
    return f"{response.status:d} {code}" if code else f"{response.status:d}"


def _sent(request: Request) -> str:
    """The type and size of a request; those of a stream in both directions are not known yet."""
    content_type = _request_type(request)
    if content_type == EVENT_STREAM:
        return content_type
    return _described(content_type, f"{request.payload.length} bytes")


def _request_type(request: Request) -> str | None:
    return header(request.headers, "Content-Type") or header(request.headers, _MODEL_TYPE)


def _result(response: ServerResponse, size: str) -> str:
    """The type and size of a response, or the message of an error."""
    if response.status >= HTTPStatus.BAD_REQUEST and isinstance(response.body, bytes):
        return _message(response.body) or size
    types = (header(response.headers, name) for name in (_MODEL_TYPE, "Content-Type"))
    return _described(next(filter(None, types), None), size)


def _described(content_type: str | None, size: str) -> str:
    return f"{content_type or _UNTYPED}, {size}"


def _message(body: bytes) -> str:
    """The first line of the model's message, or else of the service's."""
    try:
        error = json.loads(body)
    except ValueError:
        return ""
    status, message = error.get("OriginalStatusCode"), error.get("OriginalMessage")
    text = f"{status} from the model: {message}" if status else str(error.get("Message", ""))
    return next(iter(text.splitlines()), "")
