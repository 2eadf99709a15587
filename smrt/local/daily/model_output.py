"""What models print, with the endpoint's name before each line."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from contextvars import ContextVar
from io import TextIOBase
from threading import local

from smrt.local.endpoint import Endpoint, Invocation, Prediction

_endpoint: ContextVar[str] = ContextVar("endpoint", default="model")
"""The endpoint that the current thread serves."""


class _ModelOutput(TextIOBase):
    """A text stream that prints complete lines, those of each thread together."""

    def __init__(self, print_line: Callable[[str], None]) -> None:
        super().__init__()
        self._print_line = print_line
        self._of_thread = local()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, rest = f"{getattr(self._of_thread, 'unfinished', '')}{text}".split("\n")
        for line in lines:
            self._print_line(f"{_endpoint.get()} | {line}\n")
        self._of_thread.unfinished = rest
        return len(text)

    def end_line(self) -> None:
        """Print what this thread has written since the last line."""
        if getattr(self._of_thread, "unfinished", ""):
            self.write("\n")


@contextmanager
def labelled_output(print_line: Callable[[str], None]) -> Iterator[None]:
    """Print what Python code in this process prints, each line with the name of its endpoint."""
    output = _ModelOutput(print_line)
    with redirect_stdout(output), redirect_stderr(output):
        yield


def name_output(name: str) -> None:
    """Label what this thread prints from now on."""
    _endpoint.set(name)


def labelled(name: str, endpoint: Endpoint) -> Endpoint:
    """`endpoint`, whose threads label what they print."""

    def named(call: Invocation) -> Prediction:
        name_output(name)
        try:
            return endpoint(call)
        finally:
            if isinstance(sys.stdout, _ModelOutput):
                sys.stdout.end_line()

    return named
