"""The modeled errors of the service, as in boto3's clients: `client.exceptions.ModelError`.

Once this module is imported, each ServiceError is an instance of the class with its code's name.
"""

# ruff: noqa: N818 - AWS's names

from typing import TYPE_CHECKING

from smrt.errors import ServiceError


class ClientExceptions:
    """The classes to catch; ClientError, which is smrt.ServiceError, is the base of them all."""

    ClientError = ServiceError

    class InternalDependencyException(ServiceError):
        """A service that SageMaker depends on failed."""

    class InternalFailure(ServiceError):
        """The service failed."""

    class InternalStreamFailure(ServiceError):
        """The service failed while the response was streamed."""

    class ModelError(ServiceError):
        """The model's container returned an error: its `response` has OriginalStatusCode."""

    class ModelNotReadyException(ServiceError):
        """The model is still being loaded."""

    class ModelStreamError(ServiceError):
        """The model failed while its response was streamed: the `response` has ErrorCode."""

    class ServiceUnavailable(ServiceError):
        """The service is unavailable."""

    class ValidationError(ServiceError):
        """The service rejected the request."""

    def from_code(self, code: str) -> type[ServiceError]:
        """The class of the errors with this code."""
        return ServiceError.modeled.get(code, ServiceError)

    if not TYPE_CHECKING:  # type checkers report unknown names themselves

        def __getattr__(self, name):
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}. "
                f"Valid exceptions are: {', '.join(ServiceError.modeled)}"
            )
