"""What all parts of a run have in common: options, endpoint, console, and the command line."""

import shlex
from collections.abc import Sequence
from typing import NamedTuple

from smrt.errors import redacted
from smrt.output.console import Console
from smrt.protocol.messages import masked_repr

from .batch_options import BatchOptions
from .job.disk.job_files import Files
from .sending.target import Target

RESUME, RETRY_FAILED = "--resume", "--retry-failed"
OF_PROCESS = ("--job", "--join", "--engine", "--address")
"""Options whose values are those of one process of a job."""


class Session(NamedTuple):
    """A run; `arguments` are those of its command line, from which the next one is made.

    `files` are the operations on its job folder.
    """

    options: BatchOptions
    target: Target
    console: Console
    arguments: Sequence[str] = ()
    files: Files = Files()

    def __repr__(self) -> str:
        return masked_repr(self, "arguments")

    @property
    def lasting_arguments(self) -> tuple[str, ...]:
        """The arguments for all processes of the job, without those of this run, and secrets."""
        lasting: list[str] = []
        words = iter(self.arguments)
        for word in words:
            if word in OF_PROCESS:
                next(words, None)
            elif word not in (RESUME, RETRY_FAILED) and word.partition("=")[0] not in OF_PROCESS:
                lasting.append(redacted(word))
        return tuple(lasting)

    def command(self, flag: str) -> str:
        """The command line that goes on with the job, without secrets: RESUME or RETRY_FAILED."""
        rest = [word for word in self.arguments if word not in (RESUME, RETRY_FAILED)]
        return redacted(shlex.join(("smrt", "batch", *rest, flag)))
