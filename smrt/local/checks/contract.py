"""What is checked: each rule with its page of AWS's guide, and what to do if it is broken."""

from typing import NamedTuple

GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html"
_RUN = f"{GUIDE}#your-algorithms-inference-code-run-image"
_RESPOND = f"{GUIDE}#your-algorithms-inference-code-container-response"
_PING = f"{GUIDE}#your-algorithms-inference-algo-ping-requests"
_STREAMS = "https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-test-endpoints.html"

WEBSOCKET_PATH = "/invocations-bidirectional-stream"


class Limits(NamedTuple):
    """SageMaker's limits in seconds and bytes."""

    start: float = 240.0
    connect: float = 0.25
    ping: float = 2.0
    call: float = 60.0
    stop: float = 30.0
    largest: int = 6 << 20
    calls_at_once: int = 8


class Rule(NamedTuple):
    """A rule of the contract: its name in JSON, what it requires, the page, and the remedy."""

    name: str
    title: str
    page: str
    remedy: str


START = Rule(
    "Start",
    "the container becomes healthy within 4 minutes",
    _PING,
    "load the model before /ping returns 200; see what the container prints",
)
CONNECT = Rule(
    "Connect",
    "connections are accepted within 250 ms",
    _RESPOND,
    "listen on port 8080, and accept connections in a thread or process that does no inference",
)
PING = Rule(
    "Ping",
    "GET /ping returns 200 within 2 s",
    _PING,
    "respond with 200 and an empty body as soon as the model is loaded, and do no work in it",
)
INVOCATION = Rule(
    "Invocation",
    "POST /invocations responds within 60 s",
    _RESPOND,
    "respond in less than 60 s; for longer calls, use a stream or an asynchronous endpoint; if the "
    "model fails, compare --data and --content-type with what it expects",
)
PAYLOAD = Rule(
    "Payload",
    "a request of 6 MB is accepted",
    _RESPOND,
    "raise the body limit of the server, such as client_max_body_size of nginx",
)
HEADERS = Rule(
    "Headers",
    "the response has a content type, and headers that SageMaker forwards",
    _RESPOND,
    "set Content-Type, and at most 1,024 printable ASCII characters as "
    "X-Amzn-SageMaker-Custom-Attributes",
)
STREAM = Rule(
    "Stream",
    "a response in chunks arrives in chunks, and is complete",
    _STREAMS,
    "end the response with the last chunk; do not buffer it in a proxy",
)
CONCURRENCY = Rule(
    "Concurrency",
    "concurrent calls are served while /ping responds",
    _PING,
    "serve /ping in a thread or process that does no inference; add workers",
)
SIGTERM = Rule(
    "Sigterm",
    "the process ends within 30 s after SIGTERM",
    _RUN,
    'use the exec form of ENTRYPOINT, ["python", "serve.py"], and handle SIGTERM',
)
WEBSOCKET = Rule(
    "WebSocket",
    f"bidirectional streams: a WebSocket at {WEBSOCKET_PATH}",
    GUIDE,
    "accept WebSockets at this path, and respond to their pings",
)
