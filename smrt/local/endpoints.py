"""NAME=FOLDER and NAME=URL -> endpoints."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from smrt.errors import UsageError

from .container import SCHEMES, container
from .endpoint import Endpoint, echo
from .media import JSON
from .model import SCRIPT, Model, load_model
from .streams.stream_endpoint import StreamEndpoint, echo_stream

if TYPE_CHECKING:
    from .daily.reloading import ReloadingModel

_NAME = re.compile(r"(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*")
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html"""


ECHO = "echo"
"""The endpoint without a model."""
Loader = Callable[[str, Path, Callable[[], Model]], "Model | ReloadingModel"]
"""Loads the model of the endpoint with this name, in this folder, with this function."""


class Loaded(NamedTuple):
    """An endpoint, for requests with one response and for bidirectional streams."""

    endpoint: Endpoint
    stream: StreamEndpoint


def _once(_: str, __: Path, load: Callable[[], Model]) -> Model:
    return load()


def load_endpoints(
    arguments: Iterable[str], environ: Mapping[str, str], loader: Loader = _once
) -> dict[str, Loaded]:
    """The endpoint of each NAME=FOLDER and NAME=URL, and `echo` by its name, or without any.

    Raises UsageError and ConfigurationError.
    """
    targets: dict[str, str] = {}
    for argument in arguments:
        name, target = name_and_target(argument)
        if name in targets:
            raise UsageError(f"two endpoints have the name {name}")
        targets[name] = target
    loaded = {name: _loaded(name, target, environ, loader) for name, target in targets.items()}
    return loaded or {ECHO: Loaded(echo, echo_stream)}


def endpoints(arguments: Iterable[str], environ: Mapping[str, str]) -> dict[str, Endpoint]:
    """The endpoints that `load_endpoints` returns, without their streams."""
    return {name: each.endpoint for name, each in load_endpoints(arguments, environ).items()}


def _loaded(name: str, target: str, environ: Mapping[str, str], loader: Loader) -> Loaded:
    if not target:
        return Loaded(echo, echo_stream)
    if target.startswith(SCHEMES):
        running = container(target)
        return Loaded(running.invoke, running.stream)
    accept = environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or JSON
    program = environ.get("SAGEMAKER_PROGRAM") or SCRIPT
    folder = Path(target).expanduser()
    model = loader(name, folder, lambda: load_model(folder, accept=accept, program=program))
    return Loaded(model.predict, model.stream)


def name_and_target(argument: str) -> tuple[str, str]:
    """Name and target of an argument; that of `echo` is empty. Raises UsageError."""
    if argument == ECHO:
        return ECHO, ""
    name, equals, target = argument.partition("=")
    if not equals or not target:
        example = f"{name}=FOLDER" if equals else f"{Path(argument).name}={argument}"
        raise UsageError(
            f"expected NAME=FOLDER or NAME=URL, received: {argument}", f"for example: {example}"
        )
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a valid endpoint name",
            "use 1 to 63 letters, digits and hyphens; no hyphen first or last",
        )
    return name, target
