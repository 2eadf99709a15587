"""A running container that implements SageMaker's contract, as an endpoint.

It responds to GET /ping with 200 when it is ready, and to POST /invocations, at once or in chunks,
or at other paths, as the servers of BentoML and KServe do:
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from smrt.errors import TransportError, UsageError
from smrt.protocol.bidirectional.parts import Part
from smrt.protocol.messages import Headers, Payload, Request, Settings, Url
from smrt.protocol.operations import INVOKE_ENDPOINT, HttpLocation
from smrt.protocol.responses import SUCCESS, header
from smrt.transport.pool import HttpTransport, Response

from .endpoint import BROKEN, TIMED_OUT, Invocation, ModelFailure, NotReady, Prediction
from .loopback import is_loopback
from .streams.stream_endpoint import StreamCall

SCHEMES = ("http://", "https://")
PING_TIMEOUT = 2.0
CALL_TIMEOUT = 60.0
"""Seconds, as in the service."""
_MAX_MESSAGE = 1 << 20
_OK = 200
_UNREACHABLE = ("EndpointConnectionError", "ConnectTimeoutError")
_HANDLED_FIELDS = {"ContentType", "CustomAttributes", "InvokedProductionVariant"}
"""Response fields that Prediction has by name, or that only the service knows."""


class ContainerPaths(NamedTuple):
    """The targets of requests to a container: SageMaker's, or those in its URL."""

    health: str = "/ping"
    invocations: str = "/invocations"


class Container:
    """The container at `base_url`, a URL without a path. Thread-safe.

    `timeout` is the read timeout in seconds.
    """

    def __init__(
        self,
        base_url: Url,
        timeout: float = CALL_TIMEOUT,
        paths: ContainerPaths = ContainerPaths(),  # noqa: B008 - immutable
    ) -> None:
        self._base_url = base_url
        self._paths = paths
        self._pings = HttpTransport(_settings(PING_TIMEOUT))
        self._calls = HttpTransport(_settings(timeout))
        self._is_ready = False

    def invoke(self, call: Invocation) -> Prediction:
        """The container's prediction. Raises ModelFailure and NotReady."""
        if not self._is_ready:
            self._ping()
        try:
            response = self._calls.send(self._request("POST", self._paths.invocations, call))
        except TransportError as exc:
            self._is_ready = False
            if exc.code in _UNREACHABLE:
                raise NotReady(f"no container listens at {self._base_url}") from exc
            raise _failure(exc) from None
        if response.status not in SUCCESS:
            raise _error_response(response)
        return _prediction(response)

    def stream(self, call: StreamCall) -> Iterator[Part]:
        """The messages of the container's WebSocket. Raises ModelFailure."""
        from .streams.websocket import websocket_parts

        return websocket_parts(self._base_url, call)

    def close(self) -> None:
        """Close the idle connections."""
        self._pings.close()
        self._calls.close()

    def _ping(self) -> None:
        """Check that the container is ready. Raises NotReady."""
        path = self._paths.health
        try:
            response = self._pings.send(self._request("GET", path, Invocation(b"", {})))
            with response.body as body:
                body.read()
        except TransportError as exc:
            raise NotReady(f"{self._base_url}{path} does not respond") from exc
        if response.status != _OK:
            raise NotReady(f"{self._base_url}{path} returns {response.status}")
        self._is_ready = True

    def _request(self, method: str, path: str, call: Invocation) -> Request:
        """A request with the headers that the service forwards, and no others."""
        headers: Headers = tuple(
            (INVOKE_ENDPOINT.member(name).wire, value) for name, value in call.parameters.items()
        )
        digest = hashlib.sha256(call.body).hexdigest()
        payload = Payload(call.body, len(call.body), digest)
        return Request(method, self._base_url._replace(target=path), headers, payload)


def container(url: str) -> Container:
    """The container at `url`. Raises UsageError if it is not a URL on this host."""
    base_url, paths = container_location(url)
    return Container(base_url, paths=paths)


def container_location(url: str) -> tuple[Url, ContainerPaths]:
    """The URL of a container without a path, and the paths of its requests. Raises UsageError."""
    parts = urlsplit(url)
    try:
        port = parts.port or 80
    except ValueError as exc:
        raise UsageError(f"{url} is not a valid URL: {exc}") from exc
    host = parts.hostname or ""
    paths = _paths(parts.path, parts.query)
    if parts.scheme != "http" or paths is None or "@" in parts.netloc:
        raise UsageError(
            f"a container's URL has a host, a port, and optionally a health path, received: {url}",
            "for example: http://127.0.0.1:8080",
            "or for BentoML: 'http://127.0.0.1:3000/livez?invocations=/predict'",
        )
    if not is_loopback(host):
        raise UsageError(
            f"a container must run on this host, received: {url}",
            "publish its port on 127.0.0.1: docker run -p 127.0.0.1:8080:8080 IMAGE serve",
        )
    return Url("http", host, port, ""), paths


def _paths(path: str, query: str) -> ContainerPaths | None:
    """The path of a URL is that of the health check, `invocations` that of calls."""
    values = parse_qs(query, keep_blank_values=True)
    invocations = values.pop("invocations", [ContainerPaths().invocations])
    is_call = path.rstrip("/") == ContainerPaths().invocations
    if values or len(invocations) > 1 or not invocations[0].startswith("/") or is_call:
        return None
    return ContainerPaths(path if path.strip("/") else ContainerPaths().health, invocations[0])


def _settings(timeout: float) -> Settings:
    return Settings(connect_timeout=PING_TIMEOUT, read_timeout=timeout)


def _prediction(response: Response) -> Prediction:
    fields = {
        field.name: value
        for field in INVOKE_ENDPOINT.fields
        if field.location is HttpLocation.HEADER and field.name not in _HANDLED_FIELDS
        if (value := header(response.headers, field.wire)) is not None
    }
    custom = next(
        field.wire for field in INVOKE_ENDPOINT.fields if field.name == "CustomAttributes"
    )
    return Prediction(
        _chunks(response),
        header(response.headers, "Content-Type") or "application/octet-stream",
        header(response.headers, custom),
        fields,
    )


def _chunks(response: Response) -> Iterator[bytes]:
    with response.body as body:
        try:
            yield from body.chunks()
        except TransportError as exc:
            raise _failure(exc) from None


def _error_response(response: Response) -> ModelFailure:
    """The error that the container returned."""
    with response.body as body:
        try:
            message = body.read(_MAX_MESSAGE)
        except TransportError as exc:
            return _failure(exc)
    return ModelFailure(response.status, message.decode(errors="replace"))


def _failure(exc: TransportError) -> ModelFailure:
    """No response, or an incomplete one. There is no status, so the service reports 0."""
    if exc.code == "ReadTimeoutError":
        text = "Your invocation timed out while waiting for a response from the container."
        return ModelFailure(0, text, stream_code=TIMED_OUT)
    return ModelFailure(0, "The container closed the connection.", stream_code=BROKEN)
