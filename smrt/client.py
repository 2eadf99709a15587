"""Calls the operations: checks, signs, sends and tries again. Also the Python API.

>>> client = Client(region_name="eu-west-1")
>>> reply = client.invoke_endpoint(EndpointName="iris", ContentType="text/csv", Body=b"5.1,3.5")
>>> reply["Body"].read()
"""

import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid4

from . import config, credentials, endpoint_rules, parameters, replies, sigv4
from .attempts import Attempts
from .body import StreamingBody
from .config import Config
from .errors import ServiceError, SmrtError, TransportError
from .message import INVOKE_READ_TIMEOUT, Credentials, Headers, Request, Settings
from .operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
    Operation,
)
from .payloads import payload
from .settings import settings as resolve_settings
from .urls import join
from .world import World

if TYPE_CHECKING:
    from .s3 import S3

SERVICE = "sagemaker"
MAX_ERROR_BODY = 1 << 20
_LAST = "MaxAttemptsReached"
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


class Client:
    """A SageMaker runtime client with the keywords of boto3's `client("sagemaker-runtime")`.

    What is not given comes from environment and profile, as everywhere. Safe to share between
    threads. `settings` and `keys` are for callers that have resolved both already, and do
    not wait.
    """

    def __init__(  # noqa: PLR0913 - boto3's keywords
        self,
        region_name: str | None = None,
        *,
        endpoint_url: str | None = None,
        profile_name: str | None = None,
        aws_access_key_id: str | None = None,
        aws_secret_access_key: str | None = None,
        aws_session_token: str | None = None,
        verify: bool | str = True,
        connect_timeout: float | None = None,
        read_timeout: float | None = None,
        environ: Mapping[str, str] = os.environ,
        settings: Settings | None = None,
        keys: Callable[[], Credentials | None] = lambda: None,
        world: World = World(),  # noqa: B008 - a value
    ) -> None:
        if settings is None:
            found = config.load(environ, profile_name)
            options: dict[str, Any] = {
                "region": region_name,
                "verify": verify is not False,
                "ca_bundle": verify if isinstance(verify, str) else None,
                "connect_timeout": connect_timeout,
                "read_timeout": INVOKE_READ_TIMEOUT if read_timeout is None else read_timeout,
            }
            settings = resolve_settings(found, endpoint_url=endpoint_url, **options)
            given = credentials.given(aws_access_key_id, aws_secret_access_key, aws_session_token)
            keys = (lambda: given) if given else credentials.source(found, settings)
            self._connect = partial(_connect, found, options, keys)
        self.settings = settings
        self._keys = keys
        self._held: Credentials | None = None
        self._s3: S3 | None = None
        self._has_warned = False
        self._skew = 0.0
        self._world = world
        self._transport = world.transport(settings)
        self._base = settings.endpoint_url or endpoint_rules.url(
            settings.region,
            config.partitions(),
            fips=settings.use_fips,
            dualstack=settings.use_dualstack,
        )

    def invoke_endpoint(self, **kwargs: Any) -> dict[str, Any]:
        """Call an endpoint: boto3's reply, a dict with `Body` to read and ResponseMetadata.

        Raises ServiceError, whose `response["Error"]["Code"]` names what the service found wrong,
        and the other kinds of SmrtError.
        """
        reply = self.call(INVOKE_ENDPOINT, kwargs)
        return {**self._boto3_shape(reply), "Body": reply.body}

    def invoke_endpoint_async(self, **kwargs: Any) -> dict[str, Any]:
        """Queue a request on an asynchronous endpoint: boto3's reply; raises as invoke_endpoint."""
        return self._boto3_shape(self.call(INVOKE_ENDPOINT_ASYNC, kwargs))

    def invoke_endpoint_with_response_stream(self, **kwargs: Any) -> dict[str, Any]:
        """Call an endpoint that answers part by part: boto3's reply; `Body` is an EventStream."""
        from .events import EventStream

        reply = self.call(INVOKE_ENDPOINT_WITH_RESPONSE_STREAM, kwargs)
        shape = self._boto3_shape(reply)
        return {**shape, "Body": EventStream(reply.body, shape["ResponseMetadata"])}

    def wait(self, reply: Mapping[str, Any], timeout: float | None = None) -> dict[str, Any]:
        """Wait for the answer to `reply`, which invoke_endpoint_async gave, and fetch it from S3.

        Gives the reply with `Body` to read, ContentType and ElapsedSeconds. After `timeout`
        seconds (None: as long as an answer can come) raises SmrtError with code WaitTimeout; the
        same reply can be waited for again. Raises ServiceError with code AsyncInvocationFailed
        where the service wrote down a failure.
        """
        from . import results

        if self._s3 is None:
            self._s3 = self._connect()
        answer = results.follow(
            self._s3,
            results.places(reply),
            timeout=results.DEFAULT_PATIENCE if timeout is None else timeout,
        )
        return {**reply, **answer.metadata, "Body": answer.body}

    def call(self, operation: Operation, values: Mapping[str, Any]) -> Reply:
        """Check, sign and send; try again where that may help. Raises SmrtError."""
        request = self.request(operation, values)
        self._warn_of(request)
        invocation_id = uuid4()
        attempts = Attempts(self.settings, self._world)
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
        return Request("POST", join(self._base, path), headers, body)

    def close(self) -> None:
        """Close the connections that are kept for the next call."""
        self._transport.close()
        if self._s3 is not None:
            self._s3.close()

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
            from .trace import listed

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

    def _boto3_shape(self, reply: Reply) -> dict[str, Any]:
        about = replies.response_metadata(reply.status, reply.headers, reply.retries)
        if reply.retries + 1 == self.settings.max_attempts:
            about[_LAST] = True
        return {"ResponseMetadata": about, **reply.metadata}

    def _attempt(self, operation: Operation, request: Request, retries: int) -> Reply:
        self._tell_headers(f"{request.method} {request.url}", request.headers)
        self._tell(f"with a body of {request.payload.length} bytes")
        response = self._transport.send(request)
        self._tell_headers(f"status {response.status}", response.headers)
        if response.status not in replies.SUCCESS:
            with response.body as body:
                told = body.read(MAX_ERROR_BODY)
            raise replies.service_error(operation, response.status, response.headers, told, retries)
        document, flaw = _document(response.body) if operation.answers_in_json else (None, "")
        metadata = replies.metadata(operation, response.headers, document)
        return Reply(response.status, response.headers, metadata, response.body, retries, flaw)


def _document(body: StreamingBody) -> tuple[Any, str]:
    """The JSON in `body`, or its flaw: an answer that cannot be read is still a success."""
    with body:
        text = body.read()
    try:
        return (json.loads(text), "") if text else (None, "")
    except ValueError as exc:
        return None, f"the answer's body is not JSON: {exc}"


def _connect(
    found: Config, options: Mapping[str, Any], keys: Callable[[], Credentials | None]
) -> "S3":
    from . import s3_client

    return s3_client.connect(found, resolve_settings(found, service="s3", **options), keys)
