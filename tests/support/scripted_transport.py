"""A transport without a network: what each request meets is written down in advance."""

from collections.abc import Iterable

from smrt.errors import TransportError
from smrt.protocol.messages import Request
from smrt.transport.pool import Response
from smrt.transport.streaming_body import StreamingBody


def read_timeout(status: int | None = None) -> TransportError:
    """The error of a server that falls silent, behind the status line where there is one."""
    error = TransportError("Read timeout", code="ReadTimeoutError")
    error.status = status
    return error


class ScriptedTransport:
    """Raises one error after the other; once there is none left, it responds with 200."""

    def __init__(self, errors: Iterable[TransportError]) -> None:
        self.requests: list[Request] = []
        self._errors = iter(errors)

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        for error in self._errors:
            raise error
        return Response(200, (), StreamingBody(iter([b"{}"]), lambda: None))

    def close(self) -> None:
        """There is nothing to close."""
