"""The operations with their parameters, as editors, `help()` and type checkers show them."""

# ruff: noqa: N803, PLR0913 - AWS's parameters

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from .response_types import (
        InvokeEndpointAsyncOutput,
        InvokeEndpointOutput,
        InvokeEndpointWithBidirectionalStreamOutput,
        InvokeEndpointWithResponseStreamOutput,
    )

_P = ParamSpec("_P")
_R = TypeVar("_R")


def implements(declaration: Callable[_P, _R]) -> Callable[[Callable[..., Any]], Callable[_P, _R]]:
    """Show a method as `declaration`, though it accepts any keywords.

    Python would raise TypeError for the first wrong keyword; the operation's table reports every
    error, in AWS's words.
    """
    return wraps(declaration, assigned=("__doc__",))


class Readable(Protocol):
    """A binary file, or an object with the same `read`."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end."""
        ...


Blob = bytes | bytearray | str | Readable


class _Omitted:
    def __repr__(self) -> str:
        return "<omitted>"


_OMITTED: Any = _Omitted()
"""The default of an optional parameter: as in boto3, None is not a valid value."""


class RuntimeInterface(Protocol):
    """The SageMaker runtime: boto3's client has these methods, and so has smrt.Client."""

    def invoke_endpoint(
        self,
        *,
        EndpointName: str,
        Body: Blob,
        ContentType: str = _OMITTED,
        Accept: str = _OMITTED,
        CustomAttributes: str = _OMITTED,
        TargetModel: str = _OMITTED,
        TargetVariant: str = _OMITTED,
        TargetContainerHostname: str = _OMITTED,
        InferenceId: str = _OMITTED,
        EnableExplanations: str = _OMITTED,
        InferenceComponentName: str = _OMITTED,
        SessionId: str = _OMITTED,
        PrefixAwareId: str = _OMITTED,
    ) -> "InvokeEndpointOutput":
        """Send input to an endpoint; the `Body` of the response is a stream to read.

        Raises smrt.ServiceError (see `client.exceptions`) for an error that the service returns,
        and other kinds of smrt.SmrtError.
        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
        """
        ...

    def invoke_endpoint_async(
        self,
        *,
        EndpointName: str,
        ContentType: str = _OMITTED,
        Accept: str = _OMITTED,
        CustomAttributes: str = _OMITTED,
        InferenceId: str = _OMITTED,
        InputLocation: str = _OMITTED,
        S3OutputPathExtension: str = _OMITTED,
        Filename: str = _OMITTED,
        RequestTTLSeconds: int = _OMITTED,
        InvocationTimeoutSeconds: int = _OMITTED,
        Body: Blob = _OMITTED,
    ) -> "InvokeEndpointAsyncOutput":
        """Queue a request on an asynchronous endpoint; `wait` fetches the result from S3.

        Raises as `invoke_endpoint` does.
        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
        """
        ...

    def invoke_endpoint_with_response_stream(
        self,
        *,
        EndpointName: str,
        Body: Blob,
        ContentType: str = _OMITTED,
        Accept: str = _OMITTED,
        CustomAttributes: str = _OMITTED,
        TargetVariant: str = _OMITTED,
        TargetContainerHostname: str = _OMITTED,
        InferenceId: str = _OMITTED,
        InferenceComponentName: str = _OMITTED,
        SessionId: str = _OMITTED,
        PrefixAwareId: str = _OMITTED,
    ) -> "InvokeEndpointWithResponseStreamOutput":
        """Send input to an endpoint; the `Body` of the response yields events as they arrive.

        An event is {"PayloadPart": {"Bytes": ...}}. Raises as `invoke_endpoint` does, and so does
        iterating over `Body`.
        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html
        """
        ...

    def invoke_endpoint_with_bidirectional_stream(
        self,
        *,
        EndpointName: str,
        TargetVariant: str = _OMITTED,
        ModelInvocationPath: str = _OMITTED,
        ModelQueryString: str = _OMITTED,
    ) -> "InvokeEndpointWithBidirectionalStreamOutput":
        """Open a stream: `Body` has `send` and `close`, and yields events as they arrive.

        Two threads can share it. boto3's client does not have this method. Raises as
        `invoke_endpoint` does, and so does iterating over `Body`.
        """
        ...
