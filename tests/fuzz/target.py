"""What a target is: it makes cases from random numbers, and runs one of them."""

import re
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple, Protocol

_COMMON_LENGTH = 60


class Finding(NamedTuple):
    """What a case shows that smrt must not do; `kind` is a noun, such as `hang`."""

    kind: str
    detail: str = ""

    @property
    def signature(self) -> str:
        """What findings with the same cause share: how the text begins, but for what it quotes."""
        plain = re.sub(r"""\d+|'[^']*'|"[^"]*"|\(.*?\)""", "", self.detail)
        return f"{self.kind}: {plain[:_COMMON_LENGTH]}"

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else self.kind


class Target(Protocol):
    """A module of `tests.fuzz.targets`.

    A case is a NamedTuple, and depends on nothing but its fields. The elements of its tuples can be
    dropped one by one, to make the case smaller.
    """

    def cases(self, random: Random) -> Iterator[Any]:
        """Yield cases without end; the same ones for the same random numbers."""
        ...

    def run(self, case: Any) -> Finding | None:
        """Run a case by itself, and return what is wrong."""
        ...
