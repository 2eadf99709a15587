"""NAME=FOLDER and NAME=URL -> endpoints."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from smrt.errors import UsageError

from .container import SCHEMES, container
from .endpoint import Endpoint, echo
from .hosting.cold_start import after_cold_start
from .hosting.combination import Loaded, combined, no_stream
from .hosting.hosted_name import HostedName, hosted_name
from .hosting.single_model import single_model
from .media import JSON
from .model import SCRIPT, Model, has_script, load_model
from .streams.stream_endpoint import echo_stream

if TYPE_CHECKING:
    from .daily.reloading import ReloadingModel

ECHO = "echo"
"""The endpoint without a model."""
Loader = Callable[[str, Path, Callable[[], Model]], "Model | ReloadingModel"]
"""Loads the model of the endpoint with this name, in this folder, with this function."""


def _once(_: str, __: Path, load: Callable[[], Model]) -> Model:
    return load()


class Hosting(NamedTuple):
    """How models are loaded, and how many seconds after its first call each is ready."""

    loader: Loader = _once
    cold_start: float = 0.0


def load_endpoints(
    arguments: Iterable[str],
    environ: Mapping[str, str],
    hosting: Hosting = Hosting(),  # noqa: B008 - immutable
) -> dict[str, Loaded]:
    """The endpoint of each NAME=FOLDER and NAME=URL, and `echo` by its name, or without any.

    Raises UsageError and ConfigurationError.
    """
    targets: dict[HostedName, str] = {}
    for argument in list(arguments) or [ECHO]:
        name, target = name_and_target(argument)
        if str(name) in map(str, targets):
            raise UsageError(
                f"two endpoints have the name {name}",
                "use another name; one endpoint has variants as NAME:VARIANT=FOLDER",
            )
        targets[name] = target
    models: dict[str, dict[HostedName, Loaded]] = {}
    for name, target in targets.items():
        models.setdefault(name.endpoint, {})[name] = _loaded(name, target, environ, hosting)
    return {name: combined(each) for name, each in models.items()}


def endpoints(arguments: Iterable[str], environ: Mapping[str, str]) -> dict[str, Endpoint]:
    """The endpoints that `load_endpoints` returns, without their streams."""
    return {name: each.endpoint for name, each in load_endpoints(arguments, environ).items()}


def _loaded(name: HostedName, target: str, environ: Mapping[str, str], hosting: Hosting) -> Loaded:
    if not target:
        return Loaded(single_model(name.endpoint, echo), echo_stream)
    if target.startswith(SCHEMES):
        running = container(target)
        return Loaded(after_cold_start(running.invoke, hosting.cold_start), running.stream)
    accept = environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or JSON
    program = environ.get("SAGEMAKER_PROGRAM") or SCRIPT
    folder = Path(target).expanduser()

    def load(path: Path) -> Model:
        return load_model(path, accept=accept, program=program)

    if folder.is_dir() and not has_script(folder, program):
        from .hosting.multi_model import MultiModel, archive_names

        if archive_names(folder):
            return Loaded(MultiModel(folder, load, hosting.cold_start).invoke, no_stream)
    model = hosting.loader(str(name), folder, lambda: load(folder))
    ready = after_cold_start(model.predict, hosting.cold_start)
    return Loaded(single_model(name.endpoint, ready), model.stream)


def name_and_target(argument: str) -> tuple[HostedName, str]:
    """Name and target of an argument; that of `echo` is empty. Raises UsageError."""
    if argument == ECHO:
        return HostedName(ECHO), ""
    name, equals, target = argument.partition("=")
    if not equals or not target:
        example = f"{name}=FOLDER" if equals else f"{Path(argument).name}={argument}"
        raise UsageError(
            f"expected NAME=FOLDER or NAME=URL, received: {argument}", f"for example: {example}"
        )
    return hosted_name(name), target
