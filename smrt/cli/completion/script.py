"""The completion script of a shell: its engine with the tables of all commands inserted."""

import os
from collections.abc import Callable, Iterable

from . import CompletionData, bash, fish, zsh

_TABLES: dict[str, Callable[[CompletionData], Iterable[str]]] = {
    "bash": bash.tables,
    "zsh": zsh.tables,
    "fish": fish.tables,
}


def script(shell: str, data: CompletionData) -> str:
    """The completion script for `shell`, bash, zsh or fish."""
    tables = "".join(f"{line}\n" for line in _TABLES[shell](data))
    return _engine(shell).replace("@TABLES@\n", tables)


def _engine(shell: str) -> str:
    path = os.path.join(os.path.dirname(__file__), f"engine.{shell}")
    with open(path, encoding="utf-8") as file:
        return file.read()
