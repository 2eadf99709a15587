"""Calls the operations: checks, signs, sends and tries again."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from smrt.config import credentials
from smrt.errors import ServiceError, SmrtError, TransportError, after_sending
from smrt.protocol import endpoint_rules, parameters, responses, sigv4
from smrt.protocol.messages import Credentials, Headers, Request, Settings
from smrt.protocol.operations import Operation
from smrt.protocol.urls import join
from smrt.transport.streaming_body import StreamingBody

from .attempts import Attempts
from .dependencies import Dependencies
from .payload import payload

SERVICE = "sagemaker"
MAX_ERROR_BODY = 1 << 20
EXPIRY_MARGIN = 60.0
"""Seconds; keys that live less than this are not begun with."""


class Reply(NamedTuple):
    """A successful answer: its metadata in AWS's names, and its body, which is still to be read."""

    status: int
    headers: Headers
    metadata: dict[str, Any]
    body: StreamingBody
    retries: int
    flaw: str = ""
    """What of the answer could not be read."""


class Caller:
    """Makes calls with `settings`, signed by what `keys` gives. Safe to share between threads."""

    def __init__(
        self, settings: Settings, keys: Callable[[], Credentials | None], world: Dependencies
    ) -> None:
        self.settings = settings
        self._keys = keys
        self._held: Credentials | None = None
        self._has_warned = False
        self._skew = 0.0
        self._world = world
        self._transport = world.transport(settings)
        self.endpoint_url = settings.endpoint_url or _endpoint_url(settings)

    def call(self, operation: Operation, values: Mapping[str, Any]) -> Reply:
        """Check, sign and send; try again where that may help. Raises SmrtError."""
        request = self.request(operation, values)
        self._warn_of(request)
        invocation_id = uuid4()
        attempts = Attempts(
            self.settings, self._world, retry_broken_responses=operation.answers_in_json
        )
        with after_sending(was_sent=lambda: attempts.retries > 0):
            while True:
                signed = self._signed(request, invocation_id, attempts.told)
                try:
                    return self._attempt(operation, signed, attempts.retries)
                except (ServiceError, TransportError) as exc:
                    pause = self._next(attempts, exc)
                    if pause is None:
                        raise
                self._world.sleep(pause)

    def first_attempt(self, operation: Operation, values: Mapping[str, Any]) -> Request:
        """The request that `call` would send first."""
        return self._signed(
            self.request(operation, values), uuid4(), Attempts(self.settings, self._world).told
        )

    def request(self, operation: Operation, values: Mapping[str, Any]) -> Request:
        """The request for a call, still unsigned and without the headers of an attempt."""
        if self.settings.validate:
            parameters.check(operation, values)
        path = parameters.path(operation, values)
        headers = parameters.headers(operation, values)
        body = payload(values.get("Body", b""))
        parameters.check_size(operation, body.length)
        return Request("POST", join(self.endpoint_url, path), headers, body)

    def close(self) -> None:
        """Close the connections that are kept for the next call."""
        self._transport.close()

    def _warn_of(self, request: Request) -> None:
        """Say once that nobody checks whom a request goes to."""
        if request.url.scheme == "https" and not self.settings.verify and not self._has_warned:
            self._has_warned = True
            self._world.warn(
                f"the certificate of {request.url.host} is not checked: "
                "whoever is on the way to it can read and answer"
            )

    def _next(self, attempts: Attempts, error: SmrtError) -> float | None:
        """Seconds until the next attempt, None if there is none; a wrong clock is put right."""
        self._tell(error.sentence)
        skew = attempts.skew(error)
        if skew is not None:
            self._tell(f"the service's clock is {skew:+.0f} s ahead: signing by it")
            self._skew = skew
            attempts.begin_corrected()
            return 0.0
        pause = attempts.pause(error)
        if pause is not None:
            self._tell(f"attempt {attempts.number} in {pause:.2f} s")
        return pause

    def _tell(self, text: str) -> None:
        if self._world.trace is not None:
            self._world.trace(text)

    def _tell_headers(self, text: str, headers: Headers) -> None:
        if self._world.trace is not None:
            from .debug_log import listed

            self._world.trace(text + listed(headers))

    def _signed(self, request: Request, invocation_id: UUID, told: str) -> Request:
        """`request` with the headers that sign it, and those that no signature covers."""
        signature: Headers = ()
        if self.settings.sign:
            signature = sigv4.sign(
                request,
                self._credentials(),
                region=self.settings.region,
                service=SERVICE,
                now=self._world.clock() + self._skew,
            )
        unsigned = (
            ("User-Agent", self.settings.user_agent),
            ("amz-sdk-invocation-id", str(invocation_id)),
            ("amz-sdk-request", told),
        )
        return request._replace(headers=(*request.headers, *signature, *unsigned))

    def _credentials(self) -> Credentials:
        """Who signs; asked for again when the keys are about to expire."""
        held = self._held
        soon = self._world.clock() + EXPIRY_MARGIN
        if held is None or (held.expires is not None and held.expires < soon):
            held = self._held = self._keys()
            self._tell(f"credentials: {held.source if held else 'none'}")
        if held is None:
            raise credentials.absent()
        return held

    def _attempt(self, operation: Operation, request: Request, retries: int) -> Reply:
        self._tell_headers(f"{request.method} {request.url}", request.headers)
        self._tell(f"with a body of {request.payload.length} bytes")
        response = self._transport.send(request)
        self._tell_headers(f"status {response.status}", response.headers)
        if response.status not in responses.SUCCESS:
            told = _told(response.body)
            raise responses.service_error(
                operation, response.status, response.headers, told, retries
            )
        document, flaw = _json_body(response.body) if operation.answers_in_json else (None, "")
        metadata = responses.metadata(operation, response.headers, document)
        return Reply(response.status, response.headers, metadata, response.body, retries, flaw)


def _endpoint_url(settings: Settings) -> str:
    from smrt.config.partitions import partitions

    return endpoint_rules.url(
        settings.region,
        partitions(),
        fips=settings.use_fips,
        dualstack=settings.use_dualstack,
    )


def _told(body: StreamingBody) -> bytes:
    """What an error's body says; where it breaks off, what came of it: the status is the news."""
    told = b""
    with body, suppress(TransportError):
        for piece in body.pieces():
            told += piece
            if len(told) > MAX_ERROR_BODY:
                break
    return told


def _json_body(body: StreamingBody) -> tuple[Any, str]:
    """The JSON in `body`, or its flaw: an answer that cannot be read is still a success."""
    with body:
        text = body.read()
    try:
        return (json.loads(text), "") if text else (None, "")
    except (ValueError, RecursionError) as exc:
        return None, f"the answer's body is not JSON: {exc}"
