"""The endpoint in front of several models: variants or components."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from smrt.errors import UsageError
from smrt.local.endpoint import VARIANT, Endpoint
from smrt.local.streams.stream_endpoint import StreamCall, StreamEndpoint, StreamRefused
from smrt.protocol.bidirectional.parts import Part

from .components import Components
from .hosted_name import HostedName
from .variants import Variant, Variants


class Loaded(NamedTuple):
    """An endpoint, for requests with one response and for bidirectional streams."""

    endpoint: Endpoint
    stream: StreamEndpoint


def combined(models: Mapping[HostedName, Loaded]) -> Loaded:
    """The endpoint of `models`, whose names have the same endpoint. Raises UsageError."""
    names = list(models)
    if len(names) == 1 and not (names[0].component or names[0].variant):
        return _variants({names[0]._replace(variant=VARIANT): models[names[0]]})
    if all(name.variant for name in names):
        return _variants(models)
    if all(name.component for name in names):
        components = {str(name.component): each.endpoint for name, each in models.items()}
        return Loaded(Components(components).invoke, no_stream)
    received = ", ".join(map(str, names))
    raise UsageError(
        f"an endpoint has variants, components or one model, received: {received}",
        "variants are NAME:VARIANT=FOLDER, components NAME/COMPONENT=FOLDER",
    )


def _variants(models: Mapping[HostedName, Loaded]) -> Loaded:
    variants = Variants(
        {str(name.variant): Variant(*each, name.weight) for name, each in models.items()}
    )
    return Loaded(variants.invoke, variants.stream)


def no_stream(_: StreamCall) -> Iterator[Part]:
    """The stream of endpoints whose calls have to name a model, which streams cannot."""
    raise StreamRefused("bidirectional streams cannot name a component or a target model")
