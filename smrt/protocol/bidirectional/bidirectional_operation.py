"""The operation for bidirectional streams, which belongs to a service of its own."""

from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    AwsService,
    Field,
    HttpLocation,
    Operation,
    header_member,
)

RUNTIME_HTTP2 = AwsService(
    "SageMaker Runtime HTTP2", "sagemaker_runtime_http2", 8443, needs_http2=True
)

INVOKE_ENDPOINT_WITH_BIDIRECTIONAL_STREAM = Operation(
    name="InvokeEndpointWithBidirectionalStream",
    path="/endpoints/{EndpointName}/invocations-bidirectional-stream",
    help="Invoke an endpoint, and stream messages in both directions at the same time.",
    members=(
        INVOKE_ENDPOINT.member("EndpointName"),
        INVOKE_ENDPOINT.member("Body")._replace(
            help="Input: base64 text, file://PATH (base64 text), fileb://PATH (raw bytes), or - "
            "for standard input, which is the default and is read as it arrives.",
            required=False,
        ),
        INVOKE_ENDPOINT.member("TargetVariant"),
        header_member(
            "ModelInvocationPath",
            "Model-Invocation-Path",
            "Path of the model's WebSocket, without a leading slash, such as v1/listen.",
        ),
        header_member(
            "ModelQueryString",
            "Model-Query-String",
            "Query string of the model's WebSocket, without a question mark: name=value pairs, "
            "joined by &.",
        ),
    ),
    fields=(
        Field(
            "InvokedProductionVariant",
            HttpLocation.HEADER,
            "x-Amzn-Invoked-Production-Variant",
            "Production variant that was invoked.",
        ),
    ),
    service=RUNTIME_HTTP2,
)
