"""A running container that keeps SageMaker's contract, as an endpoint.

It answers GET /ping with 200 when it is ready, and POST /invocations, whole or part by part:
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import hashlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from smrt.errors import TransportError, UsageError
from smrt.protocol.messages import Headers, Payload, Request, Settings, Url
from smrt.protocol.operations import INVOKE_ENDPOINT, HttpLocation
from smrt.protocol.responses import SUCCESS, header
from smrt.transport.pool import HttpTransport, Response

from .endpoint import BROKEN, TIMED_OUT, Invocation, ModelFailure, NotReady, Prediction
from .loopback import is_loopback

SCHEMES = ("http://", "https://")
PING_TIMEOUT = 2.0
CALL_TIMEOUT = 60.0
"""Seconds; the service's own."""
_MAX_MESSAGE = 1 << 20
_OK = 200
_UNREACHABLE = ("EndpointConnectionError", "ConnectTimeoutError")
_OF_ANSWER = {"ContentType", "CustomAttributes", "InvokedProductionVariant"}
"""Fields of a reply that an Answer names, or that the service alone knows."""


class Container:
    """The container at `address`, a URL without a path. Safe to share between threads.

    `timeout` is how long it may send nothing, in seconds.
    """

    def __init__(self, address: Url, timeout: float = CALL_TIMEOUT) -> None:
        self._address = address
        self._pings = HttpTransport(_settings(PING_TIMEOUT))
        self._calls = HttpTransport(_settings(timeout))
        self._is_ready = False

    def answer(self, call: Invocation) -> Prediction:
        """The container's answer. Raises ModelFailure, and NotReady."""
        if not self._is_ready:
            self._ping()
        try:
            response = self._calls.send(self._request("POST", "/invocations", call))
        except TransportError as exc:
            self._is_ready = False
            if exc.code in _UNREACHABLE:
                raise NotReady(f"nothing answers at {self._address}") from exc
            raise _failure(exc) from None
        if response.status not in SUCCESS:
            raise _refusal(response)
        return _answer(response)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._pings.close()
        self._calls.close()

    def _ping(self) -> None:
        """Ask the container whether it is ready; raises NotReady."""
        try:
            response = self._pings.send(self._request("GET", "/ping", Invocation(b"", {})))
            with response.body as body:
                body.read()
        except TransportError as exc:
            raise NotReady(f"{self._address}/ping does not answer") from exc
        if response.status != _OK:
            raise NotReady(f"{self._address}/ping answers {response.status}")
        self._is_ready = True

    def _request(self, method: str, path: str, call: Invocation) -> Request:
        """A request with the headers that the service hands on, and no others."""
        headers: Headers = tuple(
            (INVOKE_ENDPOINT.member(name).wire, value) for name, value in call.parameters.items()
        )
        digest = hashlib.sha256(call.body).hexdigest()
        payload = Payload(call.body, len(call.body), digest)
        return Request(method, self._address._replace(target=path), headers, payload)


def container(url: str) -> Container:
    """The container at `url`; UsageError for what is no address on this machine."""
    parts = urlsplit(url)
    try:
        port = parts.port or 80
    except ValueError as exc:
        raise UsageError(f"{url} is no address: {exc}") from exc
    host = parts.hostname or ""
    if parts.scheme != "http" or parts.path.strip("/") or parts.query or "@" in parts.netloc:
        raise UsageError(
            f"a container's address has a host and a port alone, received: {url}",
            "for instance http://127.0.0.1:8080",
        )
    if not is_loopback(host):
        raise UsageError(
            f"a container has to run on this machine, received: {url}",
            "publish its port on 127.0.0.1: docker run -p 127.0.0.1:8080:8080 IMAGE serve",
        )
    return Container(Url("http", host, port, ""))


def _settings(timeout: float) -> Settings:
    return Settings(connect_timeout=PING_TIMEOUT, read_timeout=timeout)


def _answer(response: Response) -> Prediction:
    fields = {
        field.name: value
        for field in INVOKE_ENDPOINT.fields
        if field.place is HttpLocation.HEADER and field.name not in _OF_ANSWER
        if (value := header(response.headers, field.wire)) is not None
    }
    custom = next(each.wire for each in INVOKE_ENDPOINT.fields if each.name == "CustomAttributes")
    return Prediction(
        _parts(response),
        header(response.headers, "Content-Type") or "application/octet-stream",
        header(response.headers, custom),
        fields,
    )


def _parts(response: Response) -> Iterator[bytes]:
    with response.body as body:
        try:
            yield from body.pieces()
        except TransportError as exc:
            raise _failure(exc) from None


def _refusal(response: Response) -> ModelFailure:
    """The container's own error."""
    with response.body as body:
        try:
            told = body.read(_MAX_MESSAGE)
        except TransportError as exc:
            return _failure(exc)
    return ModelFailure(response.status, told.decode(errors="replace"))


def _failure(exc: TransportError) -> ModelFailure:
    """No answer, or no end of one: there is no status, and the service tells 0."""
    if exc.code == "ReadTimeoutError":
        text = "Your invocation timed out while waiting for a response from the container."
        return ModelFailure(0, text, stream_code=TIMED_OUT)
    return ModelFailure(0, "The container closed the connection.", stream_code=BROKEN)
