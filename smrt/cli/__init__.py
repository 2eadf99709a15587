"""The command line: parsing, commands, help, prompt, completion.

Imports click, but not `inspect`, which click imports for help: that would be a tenth of a call.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class _Deferred(ModuleType):
    """Stands for a module, which is imported when one of its attributes is first used."""

    def __getattr__(self, name: str) -> Any:
        _remove(self)
        return getattr(import_module(self.__name__), name)


def _remove(module: ModuleType) -> None:
    """Let later imports find the real module."""
    if sys.modules.get(module.__name__) is module:
        del sys.modules[module.__name__]


@contextmanager
def _deferred(name: str) -> Iterator[None]:
    """Defer the import of the module called `name` by the modules that the block imports."""
    if name in sys.modules:
        yield
        return
    module = sys.modules[name] = _Deferred(name)
    try:
        yield
    finally:
        _remove(module)


with _deferred("inspect"):
    import click as click
