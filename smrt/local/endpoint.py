"""What answers a call: a function from a Call to an Answer, run in a thread of its own."""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Call(NamedTuple):
    """A client's call: `parameters` holds what it gave besides the body, by AWS's member names."""

    body: bytes
    parameters: Mapping[str, str]


class Answer(NamedTuple):
    """A model's answer."""

    body: bytes
    content_type: str
    custom_attributes: str | None = None


Endpoint = Callable[[Call], Answer]
"""Raises ModelFailure where the model fails."""


class ModelFailure(Exception):  # noqa: N818 - it tells of a model's failure, not of an error here
    """The model answered with an error: `status` is its HTTP status, `message` its text."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def echo(call: Call) -> Answer:
    """The body that came, under its own content type."""
    return Answer(
        call.body,
        call.parameters.get("ContentType", "application/octet-stream"),
        call.parameters.get("CustomAttributes"),
    )
