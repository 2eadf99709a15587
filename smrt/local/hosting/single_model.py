"""A model that is the only one of its endpoint, variant or component.

https://docs.aws.amazon.com/sagemaker/latest/dg/invoke-multi-model-endpoint.html
"""

from smrt.local.api_errors import validation_error
from smrt.local.endpoint import Endpoint, Invocation, Prediction

_MEMBER = "TargetModel"


def single_model(name: str, endpoint: Endpoint) -> Endpoint:
    """`endpoint`, a part of the endpoint called `name`; raises ApiError for a target model."""

    def invoke(call: Invocation) -> Prediction:
        if _MEMBER in call.parameters:
            raise validation_error(
                f"Endpoint {name} is not a multi-model endpoint and does not support target "
                "model header."
            )
        return endpoint(call)

    return invoke
