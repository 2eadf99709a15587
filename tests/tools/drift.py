"""Compares the table of operations with botocore's service model.

`python -m tests.tools.drift` prints what differs from the botocore that is installed, and ends
with 1 where anything does. It needs botocore and smrt alone.
"""

import sys
from collections.abc import Iterator, Mapping
from itertools import chain, zip_longest
from typing import Any

from smrt.protocol.operations import (
    ERROR_MEMBERS,
    OPERATIONS,
    Field,
    HttpLocation,
    Kind,
    Member,
    Operation,
)

Model = Mapping[str, Any]
TELLS_OF_ERROR = "Message"
"""The member that every error has, and that is no detail of it."""


def service_model() -> Model:
    """The model of the SageMaker runtime, as the botocore that is installed has it."""
    from botocore.loaders import Loader

    model: Model = Loader().load_service_model("sagemaker-runtime", "service-2")
    return model


def drift(model: Model) -> list[str]:
    """Every difference between `model` and the table, in words; none where they agree."""
    ours = {operation.name: operation for operation in OPERATIONS}
    theirs = model["operations"]
    found = [f"{name}: not in the table" for name in theirs if name not in ours]
    found += [f"{name}: not in the model" for name in ours if name not in theirs]
    for name in filter(theirs.__contains__, ours):
        found += chain(
            _differences(f"{name} path", ours[name].path, theirs[name]["http"]["requestUri"]),
            _differences(f"{name} method", "POST", theirs[name]["http"]["method"]),
            _rows(f"{name} input", ours[name].members, inputs(model, name)),
            _rows(f"{name} output", ours[name].fields, outputs(model, ours[name])),
        )
    return [*found, *_differences("errors", ERROR_MEMBERS, errors(model))]


def inputs(model: Model, name: str) -> list[Member]:
    """The members of an operation's input as the model has them, without help."""
    shape = _shape(model, name, "input")
    return [
        Member(
            name=member,
            kind=Kind(model["shapes"][reference["shape"]]["type"]),
            location=_place(shape, member, reference),
            wire=reference.get("locationName", member),
            help="",
            required=member in shape.get("required", ()),
            minimum=model["shapes"][reference["shape"]].get("min"),
            maximum=_maximum(model["shapes"][reference["shape"]], reference["shape"]),
        )
        for member, reference in shape["members"].items()
    ]


def outputs(model: Model, operation: Operation) -> list[Field]:
    """The metadata of an operation's output: headers first, as AWS CLI prints it, without help."""
    shape = _shape(model, operation.name, "output")
    found = [
        Field(name, _place(shape, name, reference), reference.get("locationName", name), "")
        for name, reference in shape["members"].items()
    ]
    metadata = [field for field in found if field.location is not HttpLocation.PAYLOAD]
    return sorted(metadata, key=lambda field: field.location is not HttpLocation.HEADER)


def errors(model: Model) -> dict[str, tuple[str, ...]]:
    """What each error of the model tells beside its message."""
    return {
        name: tuple(member for member in shape["members"] if member != TELLS_OF_ERROR)
        for name, shape in sorted(model["shapes"].items())
        if shape.get("exception")
    }


def _shape(model: Model, name: str, side: str) -> Model:
    shape: Model = model["shapes"][model["operations"][name][side]["shape"]]
    return shape


def _place(shape: Model, name: str, reference: Model) -> HttpLocation:
    payload = HttpLocation.PAYLOAD if shape.get("payload") == name else HttpLocation.JSON
    return HttpLocation(reference.get("location", payload.value))


def _maximum(shape: Model, name: str) -> int | None:
    """Maxima are left to the service, but for the one of the asynchronous Body."""
    return shape["max"] if name == "AsyncBodyBlob" else None


def _rows(
    where: str, ours: tuple[Member | Field, ...], theirs: list[Member] | list[Field]
) -> Iterator[str]:
    bare = [row._replace(help="") for row in ours]
    for mine, other in zip_longest(bare, theirs):
        yield from _differences(where, mine, other)


def _differences(where: str, ours: object, theirs: object) -> Iterator[str]:
    if ours != theirs:
        yield f"{where}: the table has {ours}, the model {theirs}"


def main() -> int:
    """Print every difference; 1 where there is one."""
    import botocore

    found = drift(service_model())
    for line in found:
        sys.stdout.write(f"{line}\n")
    outcome = f"{len(found)} differences from" if found else "the table agrees with"
    sys.stdout.write(f"{outcome} botocore {botocore.__version__}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
