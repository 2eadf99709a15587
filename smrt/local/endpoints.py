"""NAME=FOLDER -> the endpoints that are served."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from smrt.errors import UsageError

from .endpoint import Endpoint, echo
from .media import JSON
from .model import load

_NAME = re.compile(r"(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*")
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html"""


def endpoints(arguments: Iterable[str], environ: Mapping[str, str]) -> dict[str, Endpoint]:
    """The endpoint of each NAME=FOLDER, or `echo` where there are none.

    Raises UsageError and ConfigurationError, before anything is served.
    """
    folders: dict[str, Path] = {}
    for argument in arguments:
        name, folder = _split(argument)
        if name in folders:
            raise UsageError(f"two endpoints are called {name}")
        folders[name] = folder
    accept = environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or JSON
    found: dict[str, Endpoint] = {
        name: load(folder, accept=accept).answer for name, folder in folders.items()
    }
    return found or {"echo": echo}


def _split(argument: str) -> tuple[str, Path]:
    name, equals, folder = argument.partition("=")
    if not equals or not folder:
        suggestion = Path(argument.rstrip("=/")).name
        raise UsageError(
            f"expected NAME=FOLDER, received: {argument}", f"for instance {suggestion}={argument}"
        )
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"no endpoint can be called {name!r}",
            "a name has 1 to 63 letters, digits, and hyphens between them",
        )
    return name, Path(folder).expanduser()
