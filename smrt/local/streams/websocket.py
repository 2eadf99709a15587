"""A container's WebSocket as a stream: one part is one frame, in both directions.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from threading import Lock, Thread

from smrt.config.installation import LOCAL, install_command
from smrt.local.endpoint import ModelFailure
from smrt.protocol.bidirectional.parts import BINARY, UTF8, Part
from smrt.protocol.messages import Url

from .stream_endpoint import StreamCall, StreamRefused

CONNECT_TIMEOUT = 10.0
PING_EVERY = 60.0
MAX_MISSED_PINGS = 5
_PATH = "invocations-bidirectional-stream"
_BLOCK = 1 << 16
_ABNORMAL = 1006


def websocket_parts(base_url: Url, call: StreamCall) -> Iterator[Part]:
    """The parts that the container at `base_url` sends, after it has accepted its WebSocket.

    Raises StreamRefused if it does not, and ModelFailure when it closes the WebSocket.
    """
    if find_spec("websockets") is None:
        raise StreamRefused(f"streams to containers need websockets: {install_command(LOCAL)}")
    link = ContainerLink(base_url, _target(call))
    try:
        link.open()
    except BaseException:
        link.close()
        raise
    Thread(target=link.forward, args=(call.parts,), daemon=True).start()
    return link.parts()


def _target(call: StreamCall) -> str:
    path = call.parameters.get("ModelInvocationPath", _PATH)
    query = call.parameters.get("ModelQueryString", "")
    return f"/{path}?{query}" if query else f"/{path}"


class ContainerLink:
    """The WebSocket at `target` of a container; one thread sends, another receives.

    After `ping_every` seconds of silence, the container gets a ping.
    """

    def __init__(self, base_url: Url, target: str, *, ping_every: float = PING_EVERY) -> None:
        from websockets.client import ClientProtocol
        from websockets.uri import parse_uri

        self._address = (base_url.host, base_url.port)
        self._url = f"ws://{base_url.authority}{target}"
        self._protocol = ClientProtocol(parse_uri(self._url), max_size=None)
        self._ping_every = ping_every
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self._is_ending = False
        self._error: Exception | None = None
        self._early: list[object] = []
        self._data_type = BINARY

    def open(self) -> None:
        """Connect, and perform the handshake. Raises StreamRefused."""
        try:
            self._socket = socket.create_connection(self._address, CONNECT_TIMEOUT)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._protocol.send_request(self._protocol.connect())
            self._flush()
            events: list[object] = []
            while not events and self._protocol.handshake_exc is None and self._receive():
                events = list(self._protocol.events_received())
        except OSError as exc:
            raise StreamRefused(f"no WebSocket at {self._url}: {exc}") from exc
        if self._protocol.handshake_exc is not None or not events:
            reason = self._protocol.handshake_exc or "the container closed the connection"
            raise StreamRefused(f"no WebSocket at {self._url}: {reason}")
        self._socket.settimeout(self._ping_every)
        self._early = events[1:]

    def forward(self, parts: Iterator[Part]) -> None:
        """Send each of `parts` as a frame, and close the WebSocket at their end."""
        is_continued = False
        try:
            for part in parts:
                self._send(part, is_continued=is_continued)
                is_continued = not part.is_complete
            self._end()
        except OSError:  # either side is gone
            self.close()
        except Exception as exc:  # noqa: BLE001 - `parts` raises whatever is wrong with the input
            self._error = exc
            self.close()

    def parts(self) -> Iterator[Part]:
        """Yield the frames of the container. Raises ModelFailure when it closes the WebSocket."""
        missed = 0
        try:
            yield from self._decoded(self._early)
            while True:
                try:
                    is_open = self._receive()
                    missed = 0
                except TimeoutError:
                    if missed == MAX_MISSED_PINGS:
                        break
                    missed += 1
                    self._ping()
                    continue
                yield from self._decoded(self._protocol.events_received())
                if not is_open:
                    break
            self._raise_failure()
        finally:
            self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()

    def _decoded(self, events: Iterable[object]) -> Iterator[Part]:
        """The parts in data frames; a continuation has the type of the first frame."""
        from websockets.frames import Frame, Opcode

        types = {Opcode.TEXT: UTF8, Opcode.BINARY: BINARY}
        for event in events:
            if isinstance(event, Frame) and event.opcode in {*types, Opcode.CONT}:
                self._data_type = types.get(event.opcode, self._data_type)
                yield Part(bytes(event.data), self._data_type, event.fin)

    def _receive(self) -> bool:
        """Process the next bytes; return False at the end. Raises TimeoutError."""
        assert self._socket is not None
        try:
            data = self._socket.recv(_BLOCK)
        except TimeoutError:
            raise
        except OSError:
            data = b""
        with self._lock:
            if data:
                self._protocol.receive_data(data)
            else:
                self._protocol.receive_eof()
        with suppress(OSError):
            self._flush()
        return bool(data)

    def _send(self, part: Part, *, is_continued: bool) -> None:
        with self._lock:
            if is_continued:
                self._protocol.send_continuation(part.data, part.is_complete)
            elif part.data_type == UTF8:
                self._protocol.send_text(part.data, part.is_complete)
            else:
                self._protocol.send_binary(part.data, part.is_complete)
        self._flush()

    def _end(self) -> None:
        self._is_ending = True
        with self._lock:
            self._protocol.send_close(1000)
        self._flush()

    def _ping(self) -> None:
        with self._lock:
            self._protocol.send_ping(b"smrt")
        self._flush()

    def _flush(self) -> None:
        assert self._socket is not None
        with self._lock:
            for data in self._protocol.data_to_send():
                if data:
                    self._socket.sendall(data)

    def _raise_failure(self) -> None:
        """Raise what ended the stream, unless the client did."""
        if self._error is not None:
            raise self._error
        if self._is_ending:
            return
        code = self._protocol.close_code or _ABNORMAL
        reason = self._protocol.close_reason or f"the container closed its WebSocket ({code})"
        raise ModelFailure(0, reason, stream_code=str(code))
