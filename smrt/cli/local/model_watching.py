"""What `smrt local` does with models besides calling them: load them again, log, label output."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from smrt.output.console import Console

from .number_types import number_type

if TYPE_CHECKING:
    from smrt.local.daily.reloading import ReloadingModel
    from smrt.local.endpoint import Endpoint
    from smrt.local.endpoints import Hosting
    from smrt.local.model import Model


_OPTIONS = (
    click.option(
        "--reload", is_flag=True, help="Load a model again when a file in its folder changes."
    ),
    click.option(
        "--cold-start",
        type=number_type("--cold-start"),
        metavar="SECONDS",
        help="Scale models from zero: each is ready this time after its first call.",
    ),
    click.option(
        "--verbose",
        is_flag=True,
        help="Log each request to standard error, and label what models print.",
    ),
)


class Watching(NamedTuple):
    """The options --reload, --cold-start and --verbose."""

    console: Console
    reload: bool = False
    cold_start: float = 0.0
    verbose: bool = False

    @property
    def hosting(self) -> "Hosting":
        """How models are loaded."""
        from smrt.local.endpoints import Hosting

        return Hosting(self.load, self.cold_start)

    @property
    def log(self) -> Callable[[str], None] | None:
        """Logs a request."""
        return self.console.note if self.verbose else None

    def output(self) -> AbstractContextManager[None]:
        """Let models print to standard error: standard output is for smrt and the command."""
        from smrt.local.daily.model_output import labelled_output

        return labelled_output(self.console.print_stderr) if self.verbose else _to_stderr()

    def load(
        self, name: str, folder: Path, load: "Callable[[], Model]"
    ) -> "Model | ReloadingModel":
        """Load the model of the endpoint `name`."""
        from smrt.local.daily.model_output import name_output
        from smrt.local.daily.reloading import ReloadingModel

        name_output(name)
        if not self.reload:
            return load()
        model = ReloadingModel(folder, load, lambda text: self.console.note(f"{name}: {text}"))
        model.watch()
        return model

    def labelled(self, endpoints: "Mapping[str, Endpoint]") -> "Mapping[str, Endpoint]":
        """The endpoints, which label what they print."""
        from smrt.local.daily.model_output import labelled

        return {name: labelled(name, each) for name, each in endpoints.items()}


def watching_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options to a command; they become `watching`."""

    @wraps(function)
    def with_watching(*args: Any, **kwargs: Any) -> int:
        reload, cold_start, verbose = (kwargs.pop(n) for n in ("reload", "cold_start", "verbose"))
        console = click.get_current_context().obj.console
        watching = Watching(console, reload, cold_start or 0.0, verbose)
        return function(*args, watching=watching, **kwargs)

    decorated: Callable[..., int] = with_watching
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


@contextmanager
def _to_stderr() -> Iterator[None]:
    from sys import stderr

    with redirect_stdout(stderr):
        yield
