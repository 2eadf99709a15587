"""What `smrt local` does with models besides calling them: load them again, log, label output."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from smrt.output.console import Console

if TYPE_CHECKING:
    from smrt.local.daily.reloading import ReloadingModel
    from smrt.local.endpoint import Endpoint
    from smrt.local.model import Model


class Watching(NamedTuple):
    """The options --reload and --verbose."""

    console: Console
    reload: bool
    verbose: bool

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


@contextmanager
def _to_stderr() -> Iterator[None]:
    from sys import stderr

    with redirect_stdout(stderr):
        yield
