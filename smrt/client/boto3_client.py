"""The Python API: a client in the shape of boto3's.

>>> client = Client(region_name="eu-west-1")
>>> response = client.invoke_endpoint(EndpointName="iris", ContentType="text/csv", Body=b"5.1,3.5")
>>> response["Body"].read()
"""

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from smrt.config import configuration, credentials
from smrt.config.configuration import Config
from smrt.config.settings import settings as resolve_settings
from smrt.protocol import responses
from smrt.protocol.messages import INVOKE_READ_TIMEOUT, Credentials, veiled
from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
)

from .caller import Caller, Reply
from .dependencies import Dependencies
from .exceptions import ClientExceptions

if TYPE_CHECKING:
    from smrt.s3.objects import S3

_LAST = "MaxAttemptsReached"


class ClientMeta(NamedTuple):
    """What is in force for a client, as `client.meta` of boto3 has it."""

    region_name: str
    endpoint_url: str

    def __repr__(self) -> str:
        return veiled(self)


class Client:
    """A SageMaker runtime client with the keywords of boto3's `client("sagemaker-runtime")`.

    The environment (`environ`, or that of the process) and the profile supply what is omitted, as
    for the AWS CLI. Threads can share a client, and so can forked processes.
    """

    exceptions = ClientExceptions()

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
        environ: Mapping[str, str] | None = None,
    ) -> None:
        config = configuration.load(os.environ if environ is None else environ, profile_name)
        options: dict[str, Any] = {
            "region": region_name,
            "verify": verify is not False,
            "ca_bundle": verify if isinstance(verify, str) else None,
            "connect_timeout": connect_timeout,
            "read_timeout": INVOKE_READ_TIMEOUT if read_timeout is None else read_timeout,
        }
        settings = resolve_settings(config, endpoint_url=endpoint_url, **options)
        explicit = credentials.given(aws_access_key_id, aws_secret_access_key, aws_session_token)
        source = (lambda: explicit) if explicit else credentials.source(config, settings)
        self._caller = Caller(settings, source, Dependencies())
        self.meta = ClientMeta(settings.region, self._caller.endpoint_url)
        self._connect = partial(_connect, config, options, source)
        self._s3: tuple[int, S3] | None = None

    def invoke_endpoint(self, **kwargs: Any) -> dict[str, Any]:
        """Call an endpoint: boto3's reply, a dict with `Body` to read and ResponseMetadata.

        Raises ServiceError, whose `response["Error"]["Code"]` names what the service found wrong,
        and the other kinds of SmrtError.
        """
        reply = self._caller.call(INVOKE_ENDPOINT, kwargs)
        return {**self._boto3_shape(reply), "Body": reply.body}

    def invoke_endpoint_async(self, **kwargs: Any) -> dict[str, Any]:
        """Queue a request on an asynchronous endpoint: boto3's reply; raises as invoke_endpoint."""
        return self._boto3_shape(self._caller.call(INVOKE_ENDPOINT_ASYNC, kwargs))

    def invoke_endpoint_with_response_stream(self, **kwargs: Any) -> dict[str, Any]:
        """Call an endpoint that answers part by part: boto3's reply; `Body` is an EventStream."""
        from smrt.protocol.response_stream import EventStream

        reply = self._caller.call(INVOKE_ENDPOINT_WITH_RESPONSE_STREAM, kwargs)
        shape = self._boto3_shape(reply)
        return {**shape, "Body": EventStream(reply.body, shape["ResponseMetadata"])}

    def wait(self, reply: Mapping[str, Any], timeout: float | None = None) -> dict[str, Any]:
        """Wait for the answer to `reply`, which invoke_endpoint_async gave, and fetch it from S3.

        Gives the reply with `Body` to read, ContentType and ElapsedSeconds. After `timeout`
        seconds (None: as long as an answer can come) raises SmrtError with code WaitTimeout; the
        same reply can be waited for again. Raises ServiceError with code AsyncInvocationFailed
        where the service wrote down a failure.
        """
        from smrt.s3 import async_results

        answer = async_results.follow(
            self._storage(),
            async_results.places(reply),
            timeout=async_results.DEFAULT_MAX_WAIT_SECONDS if timeout is None else timeout,
        )
        return {**reply, **answer.metadata, "Body": answer.body}

    def close(self) -> None:
        """Close the connections that are kept for the next call."""
        self._caller.close()
        if self._s3 is not None:
            self._s3[1].close()

    def _storage(self) -> "S3":
        """S3 for this process: botocore's connections cannot be shared with a forked one."""
        process, kept = os.getpid(), self._s3
        if kept is None or kept[0] != process:
            kept = self._s3 = (process, self._connect())
        return kept[1]

    def _boto3_shape(self, reply: Reply) -> dict[str, Any]:
        about = responses.response_metadata(reply.status, reply.headers, reply.retries)
        if reply.retries + 1 == self._caller.settings.max_attempts:
            about[_LAST] = True
        return {"ResponseMetadata": about, **reply.metadata}


def _connect(
    config: Config, options: Mapping[str, Any], source: Callable[[], Credentials | None]
) -> "S3":
    from smrt.s3 import botocore_client as s3_client

    return s3_client.connect(config, resolve_settings(config, service="s3", **options), source)
