"""Conversations on a clock of their own, with a server that moves only when the test does."""

import os
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Thread

import h2.events

from smrt.client.part_stream import PartStream
from smrt.client.stream_opening import OpenedStream
from smrt.invoke.conversation.conversation import Conversation
from smrt.invoke.conversation.conversation_options import InputOptions
from smrt.invoke.conversation.input_parts import splitter
from smrt.invoke.conversation.input_source import InputSource
from smrt.invoke.conversation.part_output import ConsoleOutput, FileOutput, PartOutput, formatter
from smrt.output.console import Console
from smrt.protocol.bidirectional.parts import encode_part, text
from smrt.transport.http2.client_stream import MAX_UNSENT, WINDOW, ClientStream
from tests.support.http2.http2_peer import Http2Peer
from tests.support.polling import until
from tests.transport.http2.test_client_stream import DEFAULT_WINDOW, REQUEST, Clock


class Talk:
    """A conversation in a thread: `stdin` is the end of its input to write to."""

    def __init__(self, options: InputOptions, output: PartOutput | None = None) -> None:
        self.clock, self.notes, self.saved = Clock(), list[str](), BytesIO()
        self.ends = socket.socketpair()
        reader, self.stdin = os.pipe()
        self.input = os.fdopen(reader, "rb", buffering=0)
        self.stream = ClientStream(self.ends[0], REQUEST)
        self.peer = Http2Peer(self.ends[1])
        self.source = InputSource(self.input, splitter(options))
        self._open()
        self._conversation = Conversation(
            PartStream(OpenedStream(self.stream, {}, {}, None, self.clock)),
            self.source,
            output or FileOutput(self.saved),
            formatter("messages", None, is_terminal=False),
            options,
            note=self.notes.append,
            clock=self.clock,
        )
        self.thread = Thread(target=self._conversation.run)

    def _open(self) -> None:
        self.stream.advance()
        self.peer.advance()
        self.peer.respond()
        self.stream.open(None)

    @property
    def sent(self) -> list[str]:
        """The messages that the server has received, after all that is due now."""
        self.settle()
        return [part.data.decode() for part in self.peer.parts]

    def settle(self) -> None:
        """Wait until the conversation has done what is due at this time of its clock.

        It may acknowledge two pings in the step in which it does that; the third comes later.
        """
        for _ in range(3):
            self.peer.exchange_ping()

    def write(self, data: bytes) -> None:
        """Write to the input of the conversation."""
        os.write(self.stdin, data)

    def close_input(self) -> None:
        """End the input."""
        os.close(self.stdin)
        self.stdin = -1

    def finish(self) -> None:
        """End the response, and wait for the end of the conversation."""
        self.peer.connection.end_stream(1)
        self.peer.flush()
        self.thread.join(60)
        assert not self.thread.is_alive()


@contextmanager
def talking(output: PartOutput | None = None, **options: object) -> Iterator[Talk]:
    talk = Talk(InputOptions(**options), output)  # type: ignore[arg-type]
    talk.thread.start()
    try:
        yield talk
    finally:
        for end in talk.ends:
            end.close()
        talk.thread.join(60)
        talk.source.close()
        talk.input.close()
        if talk.stdin >= 0:
            os.close(talk.stdin)


def test_binary_input_leaves_at_its_pace() -> None:
    with talking(format="binary", chunk=4, pace=4.0, first=("start",)) as talk:
        talk.write(b"1111222233334444")
        talk.peer.until(lambda: len(talk.peer.parts) == 2)
        assert talk.sent == ["start", "1111"]
        talk.clock.now += 1
        assert talk.sent == ["start", "1111", "2222"]
        talk.clock.now += 0.5
        assert talk.sent == ["start", "1111", "2222"]
        talk.clock.now += 0.5
        assert talk.sent == ["start", "1111", "2222", "3333"]
        talk.finish()
        assert talk.notes == ["the server ended the stream before all input was sent"]


def test_keep_alive_fills_pauses_of_the_input_until_its_end() -> None:
    with talking(keep_alive="alive", keep_alive_every=5.0, at_end="bye") as talk:
        assert talk.sent == []
        talk.clock.now += 5
        assert talk.sent == ["alive"]
        talk.write(b"hello\n")
        talk.peer.until(lambda: len(talk.peer.parts) == 2)
        talk.clock.now += 4
        assert talk.sent == ["alive", "hello"]
        talk.clock.now += 1
        assert talk.sent == ["alive", "hello", "alive"]
        talk.close_input()
        talk.peer.until(lambda: len(talk.peer.parts) == 4)
        talk.clock.now += 20
        assert talk.sent == ["alive", "hello", "alive", "bye"]
        talk.finish()


def test_keep_alive_does_not_join_a_message() -> None:
    with talking(format="json", keep_alive="alive", keep_alive_every=5.0) as talk:
        talk.write(b'{"Text": "he", "CompletionState": "PARTIAL"}\n')
        talk.peer.until(lambda: talk.peer.parts)
        talk.clock.now += 60
        assert talk.sent == ["he"]
        talk.write(b'{"Text": "llo"}\n')
        talk.peer.until(lambda: len(talk.peer.parts) == 2)
        talk.clock.now += 5
        assert talk.sent == ["he", "llo", "alive"]
        talk.finish()


def test_the_stream_ends_some_time_after_the_last_response() -> None:
    with talking(linger=30.0) as talk:
        talk.close_input()
        talk.settle()
        talk.clock.now += 29
        talk.peer.send(encode_part(text("late")))
        talk.settle()
        talk.clock.now += 29
        talk.settle()
        assert not talk.peer.has(h2.events.StreamEnded)
        talk.clock.now += 1
        talk.settle()
        assert talk.peer.has(h2.events.StreamEnded)
        assert "no response for 30 s after the end of the input" in talk.notes[0]
        talk.clock.now += 10
        talk.peer.send(b"")  # wakes it
        talk.thread.join(60)
        assert talk.notes[1:] == ["the server did not end the stream: closing it"]
        assert talk.saved.getvalue() == b"late\n"


def test_a_warning_precedes_the_end_after_30_minutes() -> None:
    with talking() as talk:
        talk.clock.now += 28 * 60 - 1
        assert (talk.sent, talk.notes) == ([], [])
        talk.clock.now += 1
        assert talk.sent == []
        talk.clock.now += 60
        assert talk.sent == []
        assert talk.notes == [
            "warning: the service ends a stream after 30 minutes: 2 minutes remain"
        ]
        talk.finish()


def test_input_waits_while_much_of_it_is_unsent() -> None:
    """The pipe is full for good once the server takes nothing: more would be in memory."""
    with talking(format="binary", chunk=3200) as talk:
        os.set_blocking(talk.stdin, False)
        written = 0
        block = bytes(1 << 16)
        limit = DEFAULT_WINDOW + MAX_UNSENT + (1 << 20)

        def is_stopped() -> bool:
            nonlocal written
            try:
                while written < limit:
                    written += os.write(talk.stdin, block)
            except BlockingIOError:
                return talk.stream.unsent >= MAX_UNSENT
            return True

        until(is_stopped)
        assert written < limit
        talk.close_input()
        talk.peer.until(lambda: sum(len(p.data) for p in talk.peer.parts) == written)
        talk.finish()


def test_responses_wait_while_the_output_is_full() -> None:
    reader, writer = os.pipe()
    with open(reader, "rb") as read, open(writer, "wb", buffering=0) as write:
        console = Console(BytesIO(), write, BytesIO())
        output = ConsoleOutput(console)
        with talking(output) as talk:
            message = encode_part(text("x" * 10_000))
            sent = 20
            talk.peer.send(message * sent)
            until(lambda: output.pending and not select.select([], [write], [], 0)[1])
            while talk.peer.window > len(message) and sent < WINDOW * 2 // len(message):
                talk.peer.send(message)
                sent += 1
                talk.peer.advance()
            talk.settle()
            assert talk.peer.window < len(message)
            talk.peer.connection.end_stream(1)
            talk.peer.flush()
            received = b"".join(read.readline() for _ in range(sent))
        assert len(received) == sent * 10_001
