"""Calls the operations: checks, signs, sends and tries again. Also the Python API.

>>> client = Client(region_name="eu-west-1")
>>> reply = client.invoke_endpoint(EndpointName="iris", ContentType="text/csv", Body=b"5.1,3.5")
>>> reply["Body"].read()
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from . import config, credentials, endpoint_rules, parameters, replies, retry, sigv4
from .body import StreamingBody
from .errors import ConfigurationError, ServiceError, TransportError
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

SERVICE = "sagemaker"
MAX_ERROR_BODY = 1 << 20
_LAST = "MaxAttemptsReached"
EXPIRY_MARGIN = 60.0
"""Seconds; keys that live less than this are not begun with."""
NO_CREDENTIALS = ConfigurationError(
    "Unable to locate credentials.",
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile",
    'to make a profile: "aws configure", "aws configure sso" or "aws login"',
    "to try a call without an account: smrt local run -- smrt invoke-endpoint ...",
    code="NoCredentials",
)


class Reply(NamedTuple):
    """A successful answer: its metadata in AWS's names, and its body, which is still to be read."""

    status: int
    headers: Headers
    metadata: dict[str, Any]
    body: StreamingBody
    retries: int
    flaw: str = ""
    """What of the answer could not be read."""

    def parts(self) -> Iterator[bytes]:
        """The parts in a body that is an event stream, as they come.

        Raises ServiceError for an error in the stream, and TransportError.
        """
        from . import events

        about = replies.response_metadata(self.status, self.headers, self.retries)
        return events.parts(self.body.pieces(), about)


class Client:
    """A SageMaker runtime client with the keywords of boto3's `client("sagemaker-runtime")`.

    What is not given comes from environment and profile, as everywhere. Safe to share between
    threads. `settings` and `keys` are for callers that have resolved both already.
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
            settings = resolve_settings(
                found,
                region=region_name,
                endpoint_url=endpoint_url,
                verify=verify is not False,
                ca_bundle=verify if isinstance(verify, str) else None,
                connect_timeout=connect_timeout,
                read_timeout=INVOKE_READ_TIMEOUT if read_timeout is None else read_timeout,
            )
            given = _given(aws_access_key_id, aws_secret_access_key, aws_session_token)
            keys = (lambda: given) if given else credentials.source(found, settings)
        self.settings = settings
        self._keys = keys
        self._held: Credentials | None = None
        self._has_warned = False
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
        """Call an endpoint that answers part by part: boto3's reply, raises as invoke_endpoint.

        `Body` is to be iterated over for {"PayloadPart": {"Bytes": ...}}, and raises ServiceError
        for an error in the stream.
        """
        from . import events

        reply = self.call(INVOKE_ENDPOINT_WITH_RESPONSE_STREAM, kwargs)
        return {
            **self._boto3_shape(reply),
            "Body": events.EventStream(reply.parts(), reply.body.close),
        }

    def call(self, operation: Operation, values: Mapping[str, Any]) -> Reply:
        """Check, sign and send; try again where that may help. Raises SmrtError."""
        request = self.request(operation, values)
        self._warn_of(request)
        policy = retry.Policy(self.settings.max_attempts, self.settings.retry_timeouts)
        invocation_id = uuid4()
        for attempt in count(1):  # pragma: no branch - retry.delay ends it
            signed = self._signed(request, invocation_id, attempt)
            try:
                return self._attempt(operation, signed, attempt - 1)
            except (ServiceError, TransportError) as exc:
                if isinstance(exc, ServiceError) and attempt == policy.max_attempts:
                    exc.is_last_allowed = True
                    exc.response["ResponseMetadata"][_LAST] = True
                pause = retry.delay(attempt, exc, policy, self._world.draw)
                if pause is None:
                    raise
            self._world.sleep(pause)
        raise AssertionError

    def first_attempt(self, operation: Operation, values: Mapping[str, Any]) -> Request:
        """The request that `call` would send first."""
        return self._signed(self.request(operation, values), uuid4(), 1)

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

    def _warn_of(self, request: Request) -> None:
        """Say once that nobody checks whom a request goes to."""
        if request.url.scheme == "https" and not self.settings.verify and not self._has_warned:
            self._has_warned = True
            self._world.warn(
                f"the certificate of {request.url.host} is not checked: "
                "whoever is on the way to it can read and answer"
            )

    def _signed(self, request: Request, invocation_id: UUID, attempt: int) -> Request:
        """`request` with the headers that sign it, and those that no signature covers."""
        signature: Headers = ()
        if self.settings.sign:
            signature = sigv4.sign(
                request,
                self._credentials(),
                region=self.settings.region,
                service=SERVICE,
                now=self._world.clock(),
            )
        about = _attempt_headers(invocation_id, attempt, self.settings.max_attempts)
        agent = ("User-Agent", self.settings.user_agent)
        return request._replace(headers=(*request.headers, *signature, agent, *about))

    def _credentials(self) -> Credentials:
        """Who signs; asked for again when the keys are about to expire."""
        held = self._held
        soon = self._world.clock() + EXPIRY_MARGIN
        if held is None or (held.expires is not None and held.expires < soon):
            held = self._held = self._keys()
        if held is None:
            raise NO_CREDENTIALS
        return held

    def _boto3_shape(self, reply: Reply) -> dict[str, Any]:
        about = replies.response_metadata(reply.status, reply.headers, reply.retries)
        if reply.retries + 1 == self.settings.max_attempts:
            about[_LAST] = True
        return {"ResponseMetadata": about, **reply.metadata}

    def _attempt(self, operation: Operation, request: Request, retries: int) -> Reply:
        response = self._transport.send(request)
        if response.status not in replies.SUCCESS:
            with response.body as body:
                told = body.read(MAX_ERROR_BODY)
            raise replies.service_error(operation, response.status, response.headers, told, retries)
        document, flaw = _document(response.body) if operation.answers_in_json else (None, "")
        metadata = replies.metadata(operation, response.headers, document)
        return Reply(response.status, response.headers, metadata, response.body, retries, flaw)


def _attempt_headers(invocation_id: UUID, attempt: int, max_attempts: int) -> Headers:
    """What AWS's SDKs tell of an attempt; the first has not heard of the others yet."""
    of = "" if attempt == 1 else f"; max={max_attempts}"
    return (
        ("amz-sdk-invocation-id", str(invocation_id)),
        ("amz-sdk-request", f"attempt={attempt}{of}"),
    )


def _document(body: StreamingBody) -> tuple[Any, str]:
    """The JSON in `body`, or its flaw: an answer that cannot be read is still a success."""
    with body:
        text = body.read()
    try:
        return (json.loads(text), "") if text else (None, "")
    except ValueError as exc:
        return None, f"the answer's body is not JSON: {exc}"


def _given(access_key: str | None, secret_key: str | None, token: str | None) -> Credentials | None:
    if access_key is None and secret_key is None:
        return None
    if access_key is None or secret_key is None:
        raise ConfigurationError(
            "Partial credentials found in explicit keywords",
            "give both aws_access_key_id and aws_secret_access_key",
        )
    return Credentials(access_key, secret_key, token)
