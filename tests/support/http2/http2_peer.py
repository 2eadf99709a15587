"""The server's end of an HTTP/2 connection, which moves only when the test calls it."""

import socket
import struct
from contextlib import suppress

import h2.config
import h2.connection
import h2.errors
import h2.events

from smrt.protocol.bidirectional.parts import Part, decode_part
from smrt.protocol.eventstream import Decoder
from tests.support.polling import until

STREAM = 1


class Http2Peer:
    """The server's end `sock`; `events` and `data` are what has arrived."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self.connection = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        )
        self.connection.initiate_connection()
        self.events: list[h2.events.Event] = []
        self.data = b""
        self.is_closed = False

    @property
    def parts(self) -> list[Part]:
        """The unsigned messages that have arrived."""
        parts = map(decode_part, Decoder().feed(self.data))
        return [part for part in parts if part is not None]

    @property
    def window(self) -> int:
        """How many bytes the client would still take."""
        return self.connection.local_flow_control_window(STREAM)

    def has(self, kind: type[h2.events.Event]) -> bool:
        """Whether an event of this kind has arrived."""
        return any(isinstance(event, kind) for event in self.events)

    def advance(self, *, acknowledges: bool = True) -> None:
        """Receive what has arrived, and send what is due; grant window if it `acknowledges`."""
        try:
            while data := self._socket.recv(1 << 16):
                for event in self.connection.receive_data(data):
                    self._handle(event, acknowledges=acknowledges)
            self.is_closed = True
        except BlockingIOError:
            pass
        except ConnectionResetError:
            self.is_closed = True
        with suppress(BrokenPipeError):
            self.flush()

    def flush(self) -> None:
        """Send what is due."""
        self._socket.setblocking(True)
        self._socket.sendall(self.connection.data_to_send())
        self._socket.setblocking(False)

    def respond(self, status: int = 200, *headers: tuple[str, str]) -> None:
        """Send the head of the response."""
        self.connection.send_headers(STREAM, [(":status", str(status)), *headers])
        self.flush()

    def send(self, data: bytes, *, ends: bool = False) -> None:
        """Send some of the body, as one frame if it fits."""
        size = self.connection.max_outbound_frame_size
        for start in range(0, max(len(data), 1), size):
            self.connection.send_data(STREAM, data[start : start + size])
        if ends:
            self.connection.end_stream(STREAM)
        self.flush()

    def send_frame(self) -> int:
        """Send a frame of as many bytes as the client takes; return the number."""
        size = min(self.window, self.connection.max_outbound_frame_size)
        self.send(bytes(size))
        return size

    def reset(self, code: h2.errors.ErrorCodes) -> None:
        """Reset the stream."""
        self.connection.reset_stream(STREAM, code)
        self.flush()

    def shut_down(self, last_stream: int) -> None:
        """Send GOAWAY, after which h2 itself would not go on."""
        frame = struct.pack("!HBBBIII", 0, 8, 7, 0, 0, last_stream, 0)
        self._socket.sendall(frame)

    def end_connection(self) -> None:
        """Send no more, and wait until the client closes the connection.

        Closing it at once would reset it, and the client could lose what it has not read yet.
        """
        self._socket.shutdown(socket.SHUT_WR)
        self.until(lambda: self.is_closed)

    def exchange_ping(self) -> None:
        """Send a ping, and wait for its acknowledgement: all that was due before has arrived."""
        self.events = [e for e in self.events if not isinstance(e, h2.events.PingAckReceived)]
        self.connection.ping(b"testping")
        self.until(lambda: self.has(h2.events.PingAckReceived))

    def until(self, condition: object) -> None:
        """Advance until `condition` is true."""
        assert callable(condition)

        def is_met() -> object:
            self.advance()
            return condition()

        until(is_met)

    def _handle(self, event: h2.events.Event, *, acknowledges: bool) -> None:
        self.events.append(event)
        if isinstance(event, h2.events.DataReceived):
            self.data += event.data or b""
            if acknowledges:
                size = event.flow_controlled_length or 0
                self.connection.acknowledge_received_data(size, STREAM)
