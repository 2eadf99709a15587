"""Calls the operations: validates, signs, sends and retries."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

from smrt.config import credentials
from smrt.errors import ServiceError, SmrtError, TransportError, after_sending
from smrt.named_tuple import NamedTuple
from smrt.protocol import endpoint_rules, parameters, responses, sigv4
from smrt.protocol.messages import Credentials, Headers, Request, Settings, Url
from smrt.protocol.operations import RUNTIME, AwsService, Operation
from smrt.protocol.urls import join
from smrt.transport.streaming_body import StreamingBody

from .attempts import Attempts
from .dependencies import Dependencies
from .payload import payload

if TYPE_CHECKING:
    from .stream_opening import OpenedStream

T = TypeVar("T")
SERVICE = "sagemaker"
MAX_ERROR_BODY = 1 << 20
MAX_DOCUMENT = 1 << 20
"""Bytes of a JSON document in a response."""
EXPIRY_MARGIN = 60.0
"""Seconds; credentials that expire sooner are refreshed before they are used."""


class OperationResponse(NamedTuple):
    """A successful response: its metadata in AWS's names, and its unread body."""

    status: int
    headers: Headers
    metadata: dict[str, Any]
    body: StreamingBody
    retries: int
    error: str = ""
    """Why the metadata in the body could not be read; empty if it could."""
    reason: str = ""
    """The reason phrase of the status."""


class Caller:
    """Makes calls with `settings`, signed with the credentials that `load_credentials` returns.

    Safe to share between threads.
    """

    def __init__(
        self,
        settings: Settings,
        load_credentials: Callable[[], Credentials | None],
        dependencies: Dependencies,
        *,
        service: AwsService = RUNTIME,
    ) -> None:
        self.settings = settings
        self._load_credentials = load_credentials
        self._cached: Credentials | None = None
        self._has_warned = False
        self._skew = 0.0
        self._signer = sigv4.Signer(settings.region, SERVICE)
        self._encoded: tuple[object, tuple[Url, Headers]] | None = None
        self._dependencies = dependencies
        self._transport = dependencies.transport(settings)
        self.endpoint_url = settings.endpoint_url or runtime_url(settings, service)

    def call(self, operation: Operation, values: Mapping[str, Any]) -> OperationResponse:
        """Validate, sign and send; retry failures that may pass. Raises SmrtError."""
        return self._with_retries(operation, self.request(operation, values), self._attempt)

    def open_stream(self, operation: Operation, values: Mapping[str, Any]) -> "OpenedStream":
        """Validate and sign the head, and open a stream with it; retry as `call` does."""
        return self._with_retries(operation, self.request(operation, values), self._attempt_stream)

    def _with_retries(
        self,
        operation: Operation,
        request: Request,
        attempt: Callable[[Operation, Request, int], T],
    ) -> T:
        self.warn_unverified(request.url)
        invocation_id = uuid4()
        attempts = Attempts(
            self.settings, self._dependencies, retry_broken_responses=operation.returns_json
        )
        with after_sending(was_sent=lambda: attempts.retries > 0):
            while True:
                signed = self._signed(request, invocation_id, attempts.sdk_request)
                try:
                    return attempt(operation, signed, attempts.retries)
                except (ServiceError, TransportError) as exc:
                    pause = self._pause(attempts, exc)
                    if pause is None:
                        raise
                self._dependencies.sleep(pause)

    def first_attempt(self, operation: Operation, values: Mapping[str, Any]) -> Request:
        """The request that `call` would send first."""
        return self._signed(
            self.request(operation, values),
            uuid4(),
            Attempts(self.settings, self._dependencies).sdk_request,
        )

    def request(self, operation: Operation, values: Mapping[str, Any]) -> Request:
        """The unsigned request for a call, without the headers of an attempt."""
        url, headers = self._url_and_headers(operation, values)
        if operation.service.needs_http2:
            from .stream_opening import stream_request

            return stream_request(url, headers)
        body = payload(values.get("Body", b""))
        parameters.check_size(operation, body.length)
        return Request("POST", url, headers, body)

    def warn_unverified(self, url: Url) -> None:
        """Warn once if the server's certificate is not verified."""
        if url.scheme == "https" and not self.settings.verify and not self._has_warned:
            self._has_warned = True
            self._dependencies.warn(
                f"the certificate of {url.host} is not verified: "
                "others can intercept the request and the response"
            )

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()

    def _url_and_headers(
        self, operation: Operation, values: Mapping[str, Any]
    ) -> tuple[Url, Headers]:
        """Those of the last request, if only the content of Body differs."""
        shared = {n: (type(v), "" if n == "Body" else str(v)) for n, v in values.items()}
        key, encoded = (operation.name, shared), self._encoded
        if encoded is None or encoded[0] != key:
            encoded = self._encoded = (key, self._encode(operation, values))
        return encoded[1]

    def _encode(self, operation: Operation, values: Mapping[str, Any]) -> tuple[Url, Headers]:
        """Validate the parameters, and convert them to URL and headers."""
        if self.settings.validate:
            parameters.check(operation, values)
        path = parameters.path(operation, values)
        return join(self.endpoint_url, path), parameters.headers(operation, values)

    def _pause(self, attempts: Attempts, error: SmrtError) -> float | None:
        """Seconds until the next attempt, None if there is none; corrects a wrong clock."""
        self._trace(error.sentence)
        skew = attempts.skew(error)
        if skew is not None:
            self._trace(f"the service's clock differs by {skew:+.0f} s: signing with its time")
            self._skew = skew
            attempts.begin_corrected()
            return 0.0
        pause = attempts.pause(error)
        if pause is not None:
            self._trace(f"attempt {attempts.number} in {pause:.2f} s")
        return pause

    def _trace(self, text: str) -> None:
        if self._dependencies.trace is not None:
            self._dependencies.trace(text)

    def _trace_headers(self, text: str, headers: Headers) -> None:
        if self._dependencies.trace is not None:
            from .debug_log import listed

            self._dependencies.trace(text + listed(headers))

    def _signed(self, request: Request, invocation_id: UUID, sdk_request: str) -> Request:
        """`request` with the headers of its signature, and those that are not signed."""
        signature: Headers = ()
        if self.settings.sign:
            now = self._dependencies.clock() + self._skew
            signature = self._signer.sign(request, self._credentials(), now)
        unsigned = (
            ("User-Agent", self.settings.user_agent),
            ("amz-sdk-invocation-id", str(invocation_id)),
            ("amz-sdk-request", sdk_request),
        )
        return request._replace(headers=(*request.headers, *signature, *unsigned))

    def _credentials(self) -> Credentials:
        """The credentials to sign with; refreshed when they are about to expire."""
        cached = self._cached
        soon = self._dependencies.clock() + EXPIRY_MARGIN
        if cached is None or (cached.expires is not None and cached.expires < soon):
            cached = self._cached = self._load_credentials()
            self._trace(f"credentials: {cached.source if cached else 'none'}")
        if cached is None:
            raise credentials.missing()
        return cached

    def _attempt(self, operation: Operation, request: Request, retries: int) -> OperationResponse:
        self._trace_headers(f"{request.method} {request.url}", request.headers)
        self._trace(f"with a body of {request.payload.length} bytes")
        response = self._transport.send(request)
        self._trace_headers(f"status {response.status}", response.headers)
        if response.status not in responses.SUCCESS:
            body = _error_body(response.body)
            raise responses.service_error(
                operation, response.status, response.headers, body, retries
            )
        document, unreadable = _json_body(response.body) if operation.returns_json else (None, "")
        metadata = responses.metadata(operation, response.headers, document)
        return OperationResponse(
            *(response.status, response.headers, metadata, response.body),
            *(retries, unreadable, response.reason),
        )

    def _attempt_stream(
        self, operation: Operation, request: Request, retries: int
    ) -> "OpenedStream":
        from .stream_opening import OpenedStream, refusal_body, signature_chain

        self._trace_headers(f"{request.method} {request.url} (HTTP/2)", request.headers)
        stream = self._transport.open_stream(request)
        head = stream.head
        self._trace_headers(f"status {head.status}", head.headers)
        if head.status not in responses.SUCCESS:
            body = _error_body(refusal_body(stream, self.settings.read_timeout))
            raise responses.service_error(operation, head.status, head.headers, body, retries)
        chain = None
        if self.settings.sign:
            chain = signature_chain(request, self._credentials(), self.settings.region, SERVICE)
        return OpenedStream(
            stream,
            responses.metadata(operation, head.headers),
            responses.response_metadata(head.status, head.headers, retries),
            chain,
            lambda: self._dependencies.clock() + self._skew,
        )


def runtime_url(settings: Settings, service: AwsService = RUNTIME) -> str:
    """The endpoint URL of `service` in the Region of `settings`."""
    from smrt.config.partitions import partitions

    url = endpoint_rules.http2_url if service.needs_http2 else endpoint_rules.url
    return url(
        settings.region,
        partitions(),
        fips=settings.use_fips,
        dualstack=settings.use_dualstack,
    )


def _error_body(body: StreamingBody) -> bytes:
    """The body of an error response, or the part that arrived: the status is reported anyway."""
    content = b""
    with body, suppress(TransportError):
        for chunk in body.chunks():
            content += chunk
            if len(content) > MAX_ERROR_BODY:
                break
    return content


def _json_body(body: StreamingBody) -> tuple[Any, str]:
    """The JSON in `body`, or why it cannot be read: such a response is still a success."""
    with body:
        text = body.read(MAX_DOCUMENT + 1)
    if not text:
        return None, ""
    if len(text) > MAX_DOCUMENT:
        return None, f"the response body is larger than {MAX_DOCUMENT >> 20} MiB: it is not read"
    from smrt.protocol.json_document import parse_json

    try:
        return parse_json(text), ""
    except ValueError as exc:
        return None, f"the response body is not JSON: {exc}"
