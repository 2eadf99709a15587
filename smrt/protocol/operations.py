"""The three operations of the SageMaker runtime, as tables of members.

Everything that knows an operation reads it here: the parser, the help, validation, the request on
the wire, the skeletons and the generated files. Names are AWS's:
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations_Amazon_SageMaker_Runtime.html
"""

import re
from enum import Enum
from functools import cache
from typing import NamedTuple


class Kind(Enum):
    """The type of a member."""

    STRING = "string"
    INTEGER = "integer"
    BLOB = "blob"


BINARY_FORMATS = ("base64", "raw-in-base64-out")
"""How the text of a blob can be read; the first is the default."""


class HttpLocation(Enum):
    """Where a member travels."""

    URI = "uri"
    HEADER = "header"
    PAYLOAD = "payload"
    JSON = "json"


class Member(NamedTuple):
    """A parameter: `wire` is its name where it travels, bounds count characters, bytes or units."""

    name: str
    kind: Kind
    place: HttpLocation
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
    """A member of a reply's metadata."""

    name: str
    place: HttpLocation
    wire: str
    help: str


class Operation(NamedTuple):
    """One operation: what goes out, in the service model's order, and what comes back."""

    name: str
    path: str
    members: tuple[Member, ...]
    fields: tuple[Field, ...]
    help: str

    @property
    def command(self) -> str:
        """The command, in AWS CLI's spelling."""
        return kebab(self.name)

    @property
    def answers_in_json(self) -> bool:
        """Whether the reply's body is metadata, and not the model's answer."""
        return any(field.place is HttpLocation.JSON for field in self.fields)

    def member(self, name: str) -> Member:
        """The member called `name`; KeyError where there is none."""
        for member in self.members:
            if member.name == name:
                return member
        raise KeyError(name)


@cache
def kebab(name: str) -> str:
    """CamelCase as AWS CLI writes it: RequestTTLSeconds -> request-ttl-seconds."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1-\2", words).lower()


def _string(
    name: str, place: HttpLocation, wire: str, text: str, *, minimum: int | None = None
) -> Member:
    required = place is HttpLocation.URI
    return Member(name, Kind.STRING, place, wire, text, required=required, minimum=minimum)


def _header(name: str, wire: str, text: str, *, minimum: int | None = None) -> Member:
    return _string(name, HttpLocation.HEADER, "X-Amzn-SageMaker-" + wire, text, minimum=minimum)


_ENDPOINT_NAME = _string(
    "EndpointName", HttpLocation.URI, "EndpointName", "The endpoint to call, by its name."
)
_BODY = Member(
    "Body",
    Kind.BLOB,
    HttpLocation.PAYLOAD,
    "Body",
    "The input for the model: base64 text, file://PATH, fileb://PATH (bytes as they are), or - for "
    "standard input.",
    required=True,
)
_CONTENT_TYPE_TEXT = "The MIME type of the input, such as text/csv or application/json."
_ACCEPT_TEXT = "The MIME type that you want the answer in."
_CUSTOM_ATTRIBUTES = _header(
    "CustomAttributes",
    "Custom-Attributes",
    "Up to 1,024 ASCII characters, handed to the model as they are; a trace id, for example.",
)
_TARGET_VARIANT = _header(
    "TargetVariant",
    "Target-Variant",
    "The production variant that shall answer, instead of one drawn by weight.",
)
_TARGET_CONTAINER = _header(
    "TargetContainerHostname",
    "Target-Container-Hostname",
    "The container to call on an endpoint whose containers are invoked directly.",
)
_INFERENCE_COMPONENT = _header(
    "InferenceComponentName",
    "Inference-Component",
    "The inference component to call, on an endpoint that hosts some.",
)
_PREFIX_AWARE_ID = _header(
    "PrefixAwareId",
    "Prefix-Aware-Id",
    "A stable id that keeps requests with the same prompt prefix on the same instance, on "
    "endpoints with prefix-aware routing.",
    minimum=1,
)


def _inference_id(text: str) -> Member:
    return _header("InferenceId", "Inference-Id", text, minimum=1)


INVOKE_ENDPOINT = Operation(
    name="InvokeEndpoint",
    path="/endpoints/{EndpointName}/invocations",
    help="Send input to an endpoint and get the model's answer.",
    members=(
        _ENDPOINT_NAME,
        _BODY,
        _string("ContentType", HttpLocation.HEADER, "Content-Type", _CONTENT_TYPE_TEXT),
        _string("Accept", HttpLocation.HEADER, "Accept", _ACCEPT_TEXT),
        _CUSTOM_ATTRIBUTES,
        _header(
            "TargetModel",
            "Target-Model",
            "The model to use on a multi-model endpoint: the name of its archive.",
            minimum=1,
        ),
        _TARGET_VARIANT,
        _TARGET_CONTAINER,
        _inference_id("Your id for this request; data capture records it with the input."),
        _header(
            "EnableExplanations",
            "Enable-Explanations",
            "A JMESPath expression that says for which records Clarify explains the answer.",
            minimum=1,
        ),
        _INFERENCE_COMPONENT,
        _header(
            "SessionId",
            "Session-Id",
            "NEW_SESSION to begin a stateful session, or the id of one that is open.",
        ),
        _PREFIX_AWARE_ID,
    ),
    fields=(
        Field("ContentType", HttpLocation.HEADER, "Content-Type", "The MIME type of the answer."),
        Field(
            "InvokedProductionVariant",
            HttpLocation.HEADER,
            "x-Amzn-Invoked-Production-Variant",
            "The production variant that answered.",
        ),
        Field(
            "CustomAttributes",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-Custom-Attributes",
            "What the model's container said beside its answer.",
        ),
        Field(
            "NewSessionId",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-New-Session-Id",
            "The id of the session that this call began, and when it expires.",
        ),
        Field(
            "ClosedSessionId",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-Closed-Session-Id",
            "The id of the session that this call ended.",
        ),
    ),
)

INVOKE_ENDPOINT_ASYNC = Operation(
    name="InvokeEndpointAsync",
    path="/endpoints/{EndpointName}/async-invocations",
    help="Queue a request on an asynchronous endpoint; the answer will be an object in S3.",
    members=(
        _ENDPOINT_NAME,
        _header("ContentType", "Content-Type", _CONTENT_TYPE_TEXT),
        _header("Accept", "Accept", _ACCEPT_TEXT),
        _CUSTOM_ATTRIBUTES,
        _inference_id("Your id for this request; the service makes one where you give none."),
        _header("InputLocation", "InputLocation", "The S3 URI of the input.", minimum=1),
        _header(
            "S3OutputPathExtension",
            "S3OutputPathExtension",
            "A path that is added to the endpoint's S3 output path.",
            minimum=1,
        ),
        _header("Filename", "Filename", "The answer's file name in S3.", minimum=1),
        Member(
            "RequestTTLSeconds",
            Kind.INTEGER,
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-RequestTTLSeconds",
            "How long the request may wait in the queue, in seconds: 60 to 21600, the default.",
            minimum=60,
        ),
        Member(
            "InvocationTimeoutSeconds",
            Kind.INTEGER,
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-InvocationTimeoutSeconds",
            "How long the model may take, in seconds: 1 to 3600; 900 by default.",
            minimum=1,
        ),
        Member(
            "Body",
            Kind.BLOB,
            HttpLocation.PAYLOAD,
            "Body",
            "The input itself, up to 128,000 bytes, instead of --input-location: base64 text, "
            "file://PATH, fileb://PATH (bytes as they are), or - for standard input.",
            maximum=128_000,
        ),
    ),
    fields=(
        Field(
            "OutputLocation",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-OutputLocation",
            "The S3 URI where the answer will be.",
        ),
        Field(
            "FailureLocation",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-FailureLocation",
            "The S3 URI where the error will be, should the model fail.",
        ),
        Field("InferenceId", HttpLocation.JSON, "InferenceId", "The id of the request."),
    ),
)

INVOKE_ENDPOINT_WITH_RESPONSE_STREAM = Operation(
    name="InvokeEndpointWithResponseStream",
    path="/endpoints/{EndpointName}/invocations-response-stream",
    help="Send input to an endpoint and get the model's answer part by part, as it is made.",
    members=(
        _ENDPOINT_NAME,
        _BODY,
        _string("ContentType", HttpLocation.HEADER, "Content-Type", _CONTENT_TYPE_TEXT),
        _header("Accept", "Accept", _ACCEPT_TEXT),
        _CUSTOM_ATTRIBUTES,
        _TARGET_VARIANT,
        _TARGET_CONTAINER,
        _inference_id("Your id for this request."),
        _INFERENCE_COMPONENT,
        _header(
            "SessionId",
            "Session-Id",
            "The id of an open stateful session (begin one with invoke-endpoint).",
        ),
        _PREFIX_AWARE_ID,
    ),
    fields=(
        Field(
            "ContentType",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-Content-Type",
            "The MIME type of the answer.",
        ),
        Field(
            "InvokedProductionVariant",
            HttpLocation.HEADER,
            "x-Amzn-Invoked-Production-Variant",
            "The production variant that answered.",
        ),
        Field(
            "CustomAttributes",
            HttpLocation.HEADER,
            "X-Amzn-SageMaker-Custom-Attributes",
            "What the model's container said beside its answer.",
        ),
    ),
)

OPERATIONS = (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
)

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
"""What each error of the service tells beside its message, whichever operation raises it."""
