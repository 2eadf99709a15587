"""NAME=FOLDER and NAME=URL -> the endpoints that are served."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from smrt.errors import UsageError

from .container import SCHEMES, container
from .endpoint import Endpoint, echo
from .media import JSON
from .model import load_model

_NAME = re.compile(r"(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*")
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html"""


def endpoints(arguments: Iterable[str], environ: Mapping[str, str]) -> dict[str, Endpoint]:
    """The endpoint of each NAME=FOLDER and NAME=URL, or `echo` where there are none.

    Raises UsageError and ConfigurationError, before anything is served.
    """
    places: dict[str, str] = {}
    for argument in arguments:
        name, place = _split(argument)
        if name in places:
            raise UsageError(f"two endpoints are called {name}")
        places[name] = place
    accept = environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or JSON
    return {name: _endpoint(place, accept) for name, place in places.items()} or {"echo": echo}


def _endpoint(place: str, accept: str) -> Endpoint:
    if place.startswith(SCHEMES):
        return container(place).answer
    return load_model(Path(place).expanduser(), accept=accept).answer


def _split(argument: str) -> tuple[str, str]:
    name, equals, place = argument.partition("=")
    if not equals or not place:
        sample = f"{name}=FOLDER" if equals else f"{Path(argument).name}={argument}"
        raise UsageError(
            f"expected NAME=FOLDER or NAME=URL, received: {argument}", f"for instance {sample}"
        )
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"no endpoint can be called {name!r}",
            "a name has 1 to 63 letters, digits, and hyphens between them",
        )
    return name, place
