"""An open bidirectional stream: parts of messages in, parts of messages out, without waiting."""

from collections.abc import Iterator

from smrt.protocol.bidirectional.parts import Part, decode_part, encode_part, response_error
from smrt.protocol.eventstream import Decoder
from smrt.transport.translation import READING, translated

from .stream_opening import OpenedStream


class PartStream:
    """Signs and sends parts, and decodes those of the response; `stream` moves the bytes.

    `received_bytes` counts those of the response.
    """

    def __init__(self, opened: OpenedStream) -> None:
        self.stream = opened.stream
        self._chain, self._clock = opened.chain, opened.clock
        self._response_metadata = opened.response_metadata
        self._decoder = Decoder()
        self.received_bytes = 0

    def send(self, part: Part) -> None:
        """Queue `part`; `stream.unsent` counts the bytes that wait."""
        self._write(encode_part(part))

    def end(self) -> None:
        """End the input: with an empty message if messages are signed."""
        if self._chain is not None:
            self._write(b"")
        self.stream.end()

    def received(self) -> Iterator[Part]:
        """Yield the parts in the next chunk of the response, if there is one.

        Raises ServiceError for an error in the stream, TransportError if it is broken.
        """
        with translated(READING, ""):
            data = self.stream.read()
        self.received_bytes += len(data)
        for message in self._decoder.feed(data):
            error = response_error(message, self._response_metadata)
            if error is not None:
                raise error
            part = decode_part(message)
            if part is not None:
                yield part
        if self.stream.is_complete:
            self._decoder.end()

    def _write(self, payload: bytes) -> None:
        if self._chain is not None:
            payload = self._chain.signed(payload, int(self._clock() * 1000))
        self.stream.write(payload)
