"""Runs a conversation: reads input, sends and receives parts, writes output; all on one thread."""

import selectors
import sys
from collections.abc import Callable
from math import inf
from time import monotonic

from smrt.client.part_stream import PartStream
from smrt.errors import ServiceError, SmrtError, StdoutClosedError, UsageError
from smrt.protocol.bidirectional.parts import Part, text
from smrt.transport.connection import SLICE
from smrt.transport.http2.client_stream import MAX_UNSENT

from .conversation_options import InputOptions
from .input_source import InputSource
from .part_output import Formatter, PartOutput
from .schedule import ConversationSchedule

NORMAL_CLOSES = ("1000", "1005")
"""WebSocket codes with which a model ends a conversation normally."""


class Conversation:
    """A conversation over `parts`; `note` prints a line, `clock` returns seconds."""

    def __init__(
        self,
        parts: PartStream,
        source: InputSource,
        output: PartOutput,
        formatter: Formatter,
        options: InputOptions,
        *,
        note: Callable[[str], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._parts, self._stream = parts, parts.stream
        self._source, self._output, self._format = source, output, formatter
        self._options, self._note, self._clock = options, note, clock
        self._schedule = ConversationSchedule(options, clock())
        self._is_input_open = True
        self._is_over = False

    def run(self) -> None:
        """Talk until the stream ends. Raises SmrtError; an error cancels the stream."""
        try:
            for content in self._options.first:
                self._send(text(content))
            while not self._is_over:
                self._step()
        except StdoutClosedError:
            raise
        except SmrtError as exc:
            self._output.flush()
            if not (isinstance(exc, ServiceError) and self._is_normal_end(exc)):
                raise
        finally:
            self._stream.close()

    def _step(self) -> None:
        self._stream.advance()
        self._receive()
        self._send_input()
        self._act_on_time()
        self._stream.advance()
        if self._stream.is_complete and not self._output.pending:
            self._end()
        elif not self._is_over:
            self._wait()

    def _receive(self) -> None:
        """Take what has arrived, unless much output is pending: then the server has to wait."""
        while self._stream.has_data and not self._output.is_full:
            for part in self._parts.received():
                self._schedule.received(self._clock())
                self._output.add(self._format(part))
            if self._output.pending and self._output.fileno() < 0:
                self._output.flush()

    def _send_input(self) -> None:
        while self._is_input_open and self._stream.unsent < MAX_UNSENT:
            part = self._source.peek()
            if part is None:
                if self._source.is_ended:
                    self._end_input()
                return
            if not self._schedule.may_send(self._clock()):
                return
            self._source.take()
            self._send(part)
            self._schedule.sent_input(self._clock())

    def _send(self, part: Part) -> None:
        self._parts.send(part)
        self._schedule.sent(part, self._clock())

    def _end_input(self) -> None:
        if self._schedule.is_in_message:
            raise UsageError(
                "the input ends within a message",
                "the last chunk of a message needs CompletionState COMPLETE",
            )
        self._is_input_open = False
        if self._options.at_end is not None:
            self._send(text(self._options.at_end))
        self._schedule.input_ended(self._clock())

    def _act_on_time(self) -> None:
        now, schedule = self._clock(), self._schedule
        if now >= schedule.keep_alive_at and self._options.keep_alive is not None:
            self._send(text(self._options.keep_alive))
        if now >= schedule.half_close_at and not self._stream.unsent:
            self._half_close(now)
        if now >= schedule.over_at:
            self._note("the server did not end the stream: closing it")
            self._is_over = True
        if now >= schedule.warning_at:
            schedule.warning_at = inf
            self._note("warning: the service ends a stream after 30 minutes: 2 minutes remain")

    def _half_close(self, now: float) -> None:
        if self._options.linger and not self._stream.is_complete:
            self._note(
                f"no response for {self._options.linger:g} s after the end of the input: ending "
                "the stream (--linger sets the time)"
            )
        self._parts.end()
        self._schedule.body_ended(now)

    def _end(self) -> None:
        """The server has ended the stream."""
        self._is_over = True
        if self._has_unsent_input():
            self._note("the server ended the stream before all input was sent")

    def _has_unsent_input(self) -> bool:
        return bool(self._stream.unsent) or (
            self._is_input_open and (self._source.peek() is not None or self._is_ready_to_read())
        )

    def _is_ready_to_read(self) -> bool:
        """Whether there is input that was not read; at its end, there is none."""
        if not self._source.wants_read:
            return False
        with _selector() as selector:
            selector.register(self._source, selectors.EVENT_READ)
            if selector.select(0):
                self._source.read()
        return self._source.peek() is not None

    def _is_normal_end(self, error: ServiceError) -> bool:
        """Whether the model has ended the conversation as it should, after all input."""
        is_normal = str(error.response.get("ErrorCode")) in NORMAL_CLOSES
        return is_normal and not self._has_unsent_input()

    def _wait(self) -> None:
        """Wait for a descriptor that is ready, or for the next time of the schedule."""
        waits_for_window = self._stream.unsent >= MAX_UNSENT
        is_paced = self._is_input_open and self._source.peek() is not None and not waits_for_window
        timeout = min(SLICE, self._schedule.timeout(self._clock(), is_paced=is_paced))
        writes = selectors.EVENT_WRITE if self._stream.wants_write else 0
        with _selector() as selector:
            selector.register(self._stream, selectors.EVENT_READ | writes)
            if self._output.pending:
                selector.register(self._output, selectors.EVENT_WRITE)
            if self._is_input_open and self._source.wants_read and not waits_for_window:
                selector.register(self._source, selectors.EVENT_READ)
            ready: list[object] = [key.fileobj for key, _ in selector.select(timeout)]
        if self._output in ready:
            self._output.write()
        if self._source in ready:
            self._source.read()


def _selector() -> selectors.BaseSelector:
    """One that supports files, as epoll does not, and terminals, as poll of macOS does not."""
    name = "PollSelector" if sys.platform == "linux" else "SelectSelector"
    selector: selectors.BaseSelector = getattr(selectors, name)()
    return selector
