"""When a conversation does what no byte triggers: pace, keep-alive, linger, the end, a warning."""

from math import inf

from smrt.protocol.bidirectional.parts import Part

from .conversation_options import InputOptions

AFTER_END = 10.0
"""Seconds for the server to end the stream after the input has ended."""
WARNING = 28 * 60.0
"""Seconds; the service ends a stream after 30 minutes."""


class ConversationSchedule:
    """The times of a conversation that started at `now`; all times are in seconds."""

    def __init__(self, options: InputOptions, now: float) -> None:
        self._options = options
        self._interval = options.chunk / options.pace if options.pace else 0.0
        self._next_chunk_at = self._last_input_at = self._last_response_at = now
        self._input_ended_at = self._body_ended_at = inf
        self._is_in_message = False
        self.warning_at = now + WARNING

    @property
    def is_in_message(self) -> bool:
        """Whether the last part that was sent does not complete its message."""
        return self._is_in_message

    def may_send(self, now: float) -> bool:
        """Whether the pace allows the next part."""
        return now >= self._next_chunk_at

    def sent(self, part: Part, now: float) -> None:
        """Note that `part` was sent."""
        self._last_input_at = now
        self._is_in_message = not part.is_complete

    def sent_input(self, now: float) -> None:
        """Note that a chunk of the input was sent. What is late is not caught up beyond one."""
        self._next_chunk_at = max(self._next_chunk_at, now - self._interval) + self._interval

    def received(self, now: float) -> None:
        """Note a response."""
        self._last_response_at = now

    def input_ended(self, now: float) -> None:
        """Note the end of the input."""
        self._input_ended_at = now

    def body_ended(self, now: float) -> None:
        """Note the half-close."""
        self._body_ended_at = now

    @property
    def keep_alive_at(self) -> float:
        """When to send the keep-alive message next."""
        if self._options.keep_alive is None or self._is_in_message or self._input_ended_at < inf:
            return inf
        return self._last_input_at + self._options.keep_alive_every

    @property
    def half_close_at(self) -> float:
        """When to end the body, after the end of the input."""
        if self._input_ended_at == inf or self._body_ended_at < inf:
            return inf
        if not self._options.linger:
            return self._input_ended_at
        return max(self._input_ended_at, self._last_response_at) + self._options.linger

    @property
    def over_at(self) -> float:
        """When to stop waiting for the end of the stream."""
        if self._body_ended_at == inf:
            return inf
        return max(self._body_ended_at, self._last_response_at) + AFTER_END

    def timeout(self, now: float, *, is_paced: bool) -> float:
        """Seconds until the next of these times; `is_paced`: a part waits for its time."""
        times = [self.keep_alive_at, self.half_close_at, self.over_at, self.warning_at]
        if is_paced:
            times.append(self._next_chunk_at)
        return max(min(times) - now, 0.0)
