"""The name of a model: its endpoint, and its component or variant, if there are several."""

import re
from math import isfinite
from typing import NamedTuple

from smrt.errors import UsageError

_PART = re.compile(r"(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*")
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html"""


class HostedName(NamedTuple):
    """NAME, NAME/COMPONENT, NAME:VARIANT or NAME:VARIANT@WEIGHT."""

    endpoint: str
    component: str | None = None
    variant: str | None = None
    weight: float = 1.0

    def __str__(self) -> str:
        if self.component:
            return f"{self.endpoint}/{self.component}"
        return f"{self.endpoint}:{self.variant}" if self.variant else self.endpoint


def hosted_name(text: str) -> HostedName:
    """The name in `text`. Raises UsageError."""
    endpoint, slash, component = text.partition("/")
    if slash:
        return HostedName(_checked(endpoint, "endpoint"), _checked(component, "component"))
    endpoint, colon, variant = text.partition(":")
    if not colon:
        return HostedName(_checked(endpoint, "endpoint"))
    variant, at, weight = variant.partition("@")
    return HostedName(
        _checked(endpoint, "endpoint"),
        variant=_checked(variant, "variant"),
        weight=_weight(weight) if at else 1.0,
    )


def _checked(name: str, kind: str) -> str:
    if not _PART.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a valid {kind} name",
            "use 1 to 63 letters, digits and hyphens; no hyphen first or last",
        )
    return name


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = -1.0
    if not (isfinite(weight) and weight >= 0):
        raise UsageError(
            f"{text!r} is not the weight of a variant", "for example: iris:blue@9 iris:green@1"
        )
    return weight
