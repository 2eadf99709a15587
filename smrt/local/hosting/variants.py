"""Production variants: a call goes to the one that it names, or to one at random by weight.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-ab-testing.html
"""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from smrt.local.api_errors import validation_error
from smrt.local.endpoint import Endpoint, Invocation, Prediction
from smrt.local.streams.stream_endpoint import StreamCall, StreamEndpoint
from smrt.protocol.bidirectional.parts import Part

_FIELD = "InvokedProductionVariant"
_MEMBER = "TargetVariant"
_COMPONENT = "InferenceComponentName"


class Variant(NamedTuple):
    """A variant, and its share of the calls that name none."""

    endpoint: Endpoint
    stream: StreamEndpoint
    weight: float


class Variants:
    """The variants of one endpoint, by name. `random` returns numbers from 0 to 1."""

    def __init__(
        self, variants: Mapping[str, Variant], random: Callable[[], float] = random.random
    ) -> None:
        self._variants = variants
        self._random = random

    def invoke(self, call: Invocation) -> Prediction:
        """The prediction of a variant. Raises ModelFailure, NotReady and ApiError."""
        if _COMPONENT in call.parameters:
            raise validation_error(
                "Inference Component Name header is not allowed for endpoints to which you dont "
                "plan to deploy inference components. Please remove the Inference Component Name "
                "header and try again."
            )
        name = self._name(call.parameters)
        prediction = self._variants[name].endpoint(call)
        return prediction._replace(fields={**prediction.fields, _FIELD: name})

    def stream(self, call: StreamCall) -> Iterator[Part]:
        """The messages of a variant. Raises ModelFailure and ApiError."""
        return self._variants[self._name(call.parameters)].stream(call)

    def _name(self, parameters: Mapping[str, str]) -> str:
        name = parameters.get(_MEMBER)
        if name is None:
            return self._at_random()
        if name not in self._variants:
            served = ", ".join(self._variants)
            raise validation_error(f"Variant {name} not found. smrt local serves {served}.")
        return name

    def _at_random(self) -> str:
        weights = {name: each.weight for name, each in self._variants.items()}
        position = self._random() * sum(weights.values())
        for name, weight in weights.items():
            position -= weight
            if position < 0:
                return name
        return max(weights, key=weights.__getitem__)
