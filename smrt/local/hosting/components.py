"""Inference components: a call names the one that it goes to.

https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-test-endpoints.html
"""

from collections.abc import Mapping

from smrt.local.api_errors import validation_error
from smrt.local.endpoint import Endpoint, Invocation, Prediction

_MEMBER = "InferenceComponentName"


class Components:
    """The components of one endpoint, by name."""

    def __init__(self, components: Mapping[str, Endpoint]) -> None:
        self._components = components

    def invoke(self, call: Invocation) -> Prediction:
        """The prediction of a component. Raises ModelFailure, NotReady and ApiError."""
        name = call.parameters.get(_MEMBER)
        served = ", ".join(self._components)
        if name is None:
            raise validation_error(
                "Inference Component Name header is required for endpoints to which you plan to "
                f"deploy inference components. smrt local serves {served}."
            )
        if name not in self._components:
            raise validation_error(
                f"Inference component {name} not found. smrt local serves {served}."
            )
        return self._components[name](call)
