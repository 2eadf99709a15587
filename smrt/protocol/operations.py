"""The operations of the SageMaker runtime, as tables of members.

The parser, the help, validation, requests, skeletons and generated files all use these tables.
Names are AWS's:
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations_Amazon_SageMaker_Runtime.html
"""

import re
from enum import Enum
from functools import cache

from smrt.named_tuple import NamedTuple


class Kind(Enum):
    """The type of a member."""

    STRING = "string"
    INTEGER = "integer"
    BLOB = "blob"


BINARY_FORMATS = ("base64", "raw-in-base64-out")
"""Formats of a blob's text; the first is the default."""


class HttpLocation(Enum):
    """The part of the HTTP request or response that carries a member."""

    URI = "uri"
    HEADER = "header"
    PAYLOAD = "payload"
    JSON = "json"


class Member(NamedTuple):
    """A parameter: `wire` is its name in the request; limits are characters, bytes or units."""

    name: str
    kind: Kind
    location: HttpLocation
    wire: str
    help: str
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None

    @property
    def flag(self) -> str:
        """The option, in AWS CLI's spelling: RequestTTLSeconds is --request-ttl-seconds."""
        return "--" + kebab(self.name)


class Field(NamedTuple):
    """A member of a response's metadata; `wire` is its name in the response."""

    name: str
    location: HttpLocation
    wire: str
    help: str


class AwsService:
    """A service of AWS: its ID, its port, and whether it needs HTTP/2.

    `setting` selects its endpoint URL: in AWS_ENDPOINT_URL_*, and in a services section. It is no
    NamedTuple, as every call would pay for making the class.
    """

    def __init__(
        self, name: str, setting: str, port: int = 443, *, needs_http2: bool = False
    ) -> None:
        self.id = name
        self.setting = setting
        self.port = port
        self.needs_http2 = needs_http2


RUNTIME = AwsService("SageMaker Runtime", "sagemaker_runtime")


class Operation(NamedTuple):
    """An operation: its request parameters and response fields, in the service model's order."""

    name: str
    path: str
    members: tuple[Member, ...]
    fields: tuple[Field, ...]
    help: str
    service: AwsService = RUNTIME

    @property
    def command(self) -> str:
        """The command, in AWS CLI's spelling."""
        return kebab(self.name)

    @property
    def returns_json(self) -> bool:
        """Whether the response body is metadata instead of the model's output."""
        return any(field.location is HttpLocation.JSON for field in self.fields)

    def member(self, name: str) -> Member:
        """The member called `name`; raises KeyError if there is none."""
        for member in self.members:
            if member.name == name:
                return member
        raise KeyError(name)


@cache
def kebab(name: str) -> str:
    """Convert CamelCase as AWS CLI does: RequestTTLSeconds -> request-ttl-seconds."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1-\2", words).lower()


def _string(
    name: str, place: HttpLocation, wire: str, text: str, *, minimum: int | None = None
) -> Member:
    required = place is HttpLocation.URI
    return Member(name, Kind.STRING, place, wire, text, required=required, minimum=minimum)


def header_member(name: str, wire: str, text: str, *, minimum: int | None = None) -> Member:
    """A member in the header X-Amzn-SageMaker-`wire`."""
    return _string(name, HttpLocation.HEADER, "X-Amzn-SageMaker-" + wire, text, minimum=minimum)


_ENDPOINT_NAME = _string("EndpointName", HttpLocation.URI, "EndpointName", "Name of the endpoint.")
_BODY = Member(
    "Body",
    Kind.BLOB,
    HttpLocation.PAYLOAD,
    "Body",
    "Input data: base64 text, file://PATH (base64 text), fileb://PATH (raw bytes), or - for raw "
    "bytes from standard input.",
    required=True,
)
_CONTENT_TYPE_TEXT = "MIME type of the input, such as text/csv or application/json."
_ACCEPT_TEXT = "MIME type that you want for the response."
_CUSTOM_ATTRIBUTES = header_member(
    "CustomAttributes",
    "Custom-Attributes",
    "Up to 1,024 ASCII characters to pass to the model unchanged, such as a trace ID.",
)
_TARGET_VARIANT = header_member(
    "TargetVariant",
    "Target-Variant",
    "Production variant to invoke, overriding the traffic weights.",
)
_TARGET_CONTAINER = header_member(
    "TargetContainerHostname",
    "Target-Container-Hostname",
    "Host name of the container to invoke, on a multi-container endpoint with direct invocation.",
)
_INFERENCE_COMPONENT = header_member(
    "InferenceComponentName",
    "Inference-Component",
    "Inference component to invoke, on an endpoint that hosts inference components.",
)
_PREFIX_AWARE_ID = header_member(
    "PrefixAwareId",
    "Prefix-Aware-Id",
    "ID shared by requests with the same prompt prefix, to route them to the same instance on "
    "endpoints with prefix-aware routing.",
    minimum=1,
)


def _inference_id(text: str) -> Member:
    return header_member("InferenceId", "Inference-Id", text, minimum=1)


INVOKE_ENDPOINT = Operation(
    name="InvokeEndpoint",
    path="/endpoints/{EndpointName}/invocations",
    help="Invoke an endpoint and print the model's response.",
    members=(
        _ENDPOINT_NAME,
        _BODY,
        _string("ContentType", HttpLocation.HEADER, "Content-Type", _CONTENT_TYPE_TEXT),
        _string("Accept", HttpLocation.HEADER, "Accept", _ACCEPT_TEXT),
        _CUSTOM_ATTRIBUTES,
        header_member(
            "TargetModel",
            "Target-Model",
            "Model to invoke on a multi-model endpoint: the file name of its archive.",
            minimum=1,
        ),
        _TARGET_VARIANT,
        _TARGET_CONTAINER,
        _inference_id("Your ID for the request; data capture records it."),
        header_member(
            "EnableExplanations",
            "Enable-Explanations",
            "JMESPath expression that selects the records for which SageMaker Clarify explains the "
            "prediction.",
            minimum=1,
        ),
        _INFERENCE_COMPONENT,
        header_member(
            "SessionId",
            "Session-Id",
            "NEW_SESSION to start a stateful session, or the ID of an open session.",
        ),
        _PREFIX_AWARE_ID,
    ),
    fields=(
        Field("ContentType", HttpLocation.HEADER, "Content-Type", "MIME type of the response."),
        Field(
            "InvokedProductionVariant",
            HttpLocation.HEADER,
            "x-Amzn-Invoked-Production-Variant",
            "Production variant that was invoked.",
        ),
        Field(
            "CustomAttributes",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-Custom-Attributes",
            "Custom attributes that the model container returned.",
        ),
        Field(
            "NewSessionId",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-New-Session-Id",
            "ID of the session that this request started, and when it expires.",
        ),
        Field(
            "ClosedSessionId",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-Closed-Session-Id",
            "ID of the session that this request closed.",
        ),
    ),
)

INVOKE_ENDPOINT_ASYNC = Operation(
    name="InvokeEndpointAsync",
    path="/endpoints/{EndpointName}/async-invocations",
    help="Invoke an asynchronous endpoint; the result is saved in S3.",
    members=(
        _ENDPOINT_NAME,
        header_member("ContentType", "Content-Type", _CONTENT_TYPE_TEXT),
        header_member("Accept", "Accept", _ACCEPT_TEXT),
        _CUSTOM_ATTRIBUTES,
        _inference_id("Your ID for the request; the service generates one by default."),
        header_member("InputLocation", "InputLocation", "S3 URI of the input.", minimum=1),
        header_member(
            "S3OutputPathExtension",
            "S3OutputPathExtension",
            "Path to append to the endpoint's S3 output path.",
            minimum=1,
        ),
        header_member("Filename", "Filename", "File name of the result in S3.", minimum=1),
        Member(
            "RequestTTLSeconds",
            Kind.INTEGER,
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-RequestTTLSeconds",
            "Seconds that the request can wait in the queue: 60 to 21600 (the default).",
            minimum=60,
        ),
        Member(
            "InvocationTimeoutSeconds",
            Kind.INTEGER,
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-InvocationTimeoutSeconds",
            "Seconds that the model can take: 1 to 3600 (default: 900).",
            minimum=1,
        ),
        Member(
            "Body",
            Kind.BLOB,
            HttpLocation.PAYLOAD,
            "Body",
            "Inline input of up to 128,000 bytes, instead of --input-location: base64 text, "
            "file://PATH (base64 text), fileb://PATH (raw bytes), or - for raw bytes from standard "
            "input.",
            maximum=128_000,
        ),
    ),
    fields=(
        Field(
            "OutputLocation",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-OutputLocation",
            "S3 URI of the result.",
        ),
        Field(
            "FailureLocation",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-FailureLocation",
            "S3 URI of the error, if the model fails.",
        ),
        Field("InferenceId", HttpLocation.JSON, "InferenceId", "ID of the request."),
    ),
)

INVOKE_ENDPOINT_WITH_RESPONSE_STREAM = Operation(
    name="InvokeEndpointWithResponseStream",
    path="/endpoints/{EndpointName}/invocations-response-stream",
    help="Invoke an endpoint and stream the model's response as it is generated.",
    members=(
        _ENDPOINT_NAME,
        _BODY,
        _string("ContentType", HttpLocation.HEADER, "Content-Type", _CONTENT_TYPE_TEXT),
        header_member("Accept", "Accept", _ACCEPT_TEXT),
        _CUSTOM_ATTRIBUTES,
        _TARGET_VARIANT,
        _TARGET_CONTAINER,
        _inference_id("Your ID for the request."),
        _INFERENCE_COMPONENT,
        header_member(
            "SessionId",
            "Session-Id",
            "ID of an open stateful session (start one with invoke-endpoint).",
        ),
        _PREFIX_AWARE_ID,
    ),
    fields=(
        Field(
            "ContentType",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-Content-Type",
            "MIME type of the response.",
        ),
        Field(
            "InvokedProductionVariant",
            HttpLocation.HEADER,
            "x-Amzn-Invoked-Production-Variant",
            "Production variant that was invoked.",
        ),
        Field(
            "CustomAttributes",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-Custom-Attributes",
            "Custom attributes that the model container returned.",
        ),
    ),
)

OPERATIONS = (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
)
"""The operations of RUNTIME, which botocore's service model has too."""

ERROR_MEMBERS = {
    "InternalDependencyException": (),
    "InternalFailure": (),
    "InternalStreamFailure": (),
    "ModelError": ("OriginalStatusCode", "OriginalMessage", "LogStreamArn"),
    "ModelNotReadyException": (),
    "ModelStreamError": ("ErrorCode",),
    "ServiceUnavailable": (),
    "ValidationError": (),
}
"""The members that each error of the service has in addition to its message."""
ERROR_INTEGERS = frozenset({"OriginalStatusCode"})
"""Those of them that are integers; all others are strings."""
