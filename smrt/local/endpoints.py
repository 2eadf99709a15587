"""NAME=FOLDER and NAME=URL -> endpoints."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from smrt.errors import UsageError

from .container import SCHEMES, container
from .endpoint import Endpoint, echo
from .media import JSON
from .model import SCRIPT, load_model

_NAME = re.compile(r"(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*")
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html"""


def endpoints(arguments: Iterable[str], environ: Mapping[str, str]) -> dict[str, Endpoint]:
    """The endpoint of each NAME=FOLDER and NAME=URL, or `echo` if there are none.

    Raises UsageError and ConfigurationError.
    """
    targets: dict[str, str] = {}
    for argument in arguments:
        name, target = _split(argument)
        if name in targets:
            raise UsageError(f"two endpoints have the name {name}")
        targets[name] = target
    loaded = {name: _endpoint(target, environ) for name, target in targets.items()}
    return loaded or {"echo": echo}


def _endpoint(target: str, environ: Mapping[str, str]) -> Endpoint:
    if target.startswith(SCHEMES):
        return container(target).invoke
    accept = environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or JSON
    program = environ.get("SAGEMAKER_PROGRAM") or SCRIPT
    return load_model(Path(target).expanduser(), accept=accept, program=program).predict


def _split(argument: str) -> tuple[str, str]:
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
