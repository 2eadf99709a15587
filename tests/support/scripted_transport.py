"""A transport without a network: the outcome of each request is scripted."""

from collections.abc import Iterable

from smrt.errors import TransportError
from smrt.protocol.messages import Request
from smrt.transport.http2.client_stream import ClientStream
from smrt.transport.pool import Response
from smrt.transport.streaming_body import StreamingBody


def read_timeout(status: int | None = None) -> TransportError:
    """A read timeout, after the status line if `status` is set."""
    error = TransportError("Read timeout", code="ReadTimeoutError")
    error.status = status
    return error


class ScriptedTransport:
    """Raises the errors in order, then responds with 200."""

    def __init__(self, errors: Iterable[TransportError]) -> None:
        self.requests: list[Request] = []
        self._errors = iter(errors)

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        for error in self._errors:
            raise error
        return Response(200, (), StreamingBody(iter([b"{}"]), lambda: None))

    def open_stream(self, request: Request) -> ClientStream:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing to close."""
