"""The types of the client's responses, in AWS's names: for type checkers and annotations.

Members that the service can omit are optional.
"""

from typing import TypedDict

from smrt.protocol.response_stream import EventStream
from smrt.transport.streaming_body import StreamingBody

from .message_stream import MessageStream


class _Metadata(TypedDict):
    HTTPStatusCode: int
    HTTPHeaders: dict[str, str]
    RetryAttempts: int


class ResponseMetadata(_Metadata, total=False):
    """The HTTP response: header names are in lower case."""

    RequestId: str
    MaxAttemptsReached: bool


class _Response(TypedDict):
    ResponseMetadata: ResponseMetadata


class _Body(_Response):
    Body: StreamingBody


class InvokeEndpointOutput(_Body, total=False):
    """The response of `invoke_endpoint`."""

    ContentType: str
    InvokedProductionVariant: str
    CustomAttributes: str
    NewSessionId: str
    ClosedSessionId: str


class _Queued(TypedDict):
    OutputLocation: str


class InvokeEndpointAsyncOutput(_Response, _Queued, total=False):
    """The response of `invoke_endpoint_async`."""

    FailureLocation: str
    InferenceId: str


class _Events(_Response):
    Body: EventStream


class InvokeEndpointWithResponseStreamOutput(_Events, total=False):
    """The response of `invoke_endpoint_with_response_stream`."""

    ContentType: str
    InvokedProductionVariant: str
    CustomAttributes: str


class _Messages(_Response):
    Body: MessageStream


class InvokeEndpointWithBidirectionalStreamOutput(_Messages, total=False):
    """The response of `invoke_endpoint_with_bidirectional_stream`."""

    InvokedProductionVariant: str


class _Finished(_Queued):
    Body: StreamingBody
    ElapsedSeconds: float


class WaitOutput(_Finished, total=False):
    """The result of `wait`: the response that it waited for, with the `Body` from S3."""

    ContentType: str
    FailureLocation: str
    InferenceId: str
    ResponseMetadata: ResponseMetadata
