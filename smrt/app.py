"""What a command is given of the world."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import NamedTuple

from .console import Console


class App(NamedTuple):
    """The streams and the environment; what is opened is `held`, and closed in the end."""

    console: Console
    environ: Mapping[str, str]
    held: ExitStack

    def __repr__(self) -> str:
        from .message import veiled  # help needs none of it

        return veiled(self, "environ")
