"""The Python API: a client in the shape of boto3's.

>>> with smrt.Client(region_name="eu-west-1") as client:
...     response = client.invoke_endpoint(EndpointName="iris", ContentType="text/csv", Body=b"5.1")
...     response["Body"].read()
"""

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from smrt.config import configuration, credentials
from smrt.config.configuration import Config
from smrt.config.connection_options import ConnectionOptions, endpoint_url_option, timeout
from smrt.config.settings import settings as resolve_settings
from smrt.errors import UsageError
from smrt.protocol import responses
from smrt.protocol.messages import INVOKE_READ_TIMEOUT, Credentials, masked_repr
from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_ASYNC,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
)

from .caller import Caller, OperationResponse
from .dependencies import Dependencies
from .exceptions import ClientExceptions
from .result_storage import ResultStorage
from .runtime_interface import RuntimeInterface, implements

if TYPE_CHECKING:
    from typing_extensions import Self

    from smrt.s3.objects import S3

    from .response_types import WaitOutput


class ClientMeta(NamedTuple):
    """The region and endpoint URL of a client, like boto3's `client.meta`."""

    region_name: str
    endpoint_url: str

    def __repr__(self) -> str:
        return masked_repr(self)


class Client:
    """A SageMaker runtime client with the keywords of boto3's `client("sagemaker-runtime")`.

    Omitted values come from the environment (`environ`, default: the process's) and the profile,
    as in the AWS CLI. The region is the only positional argument. Threads and forked processes can
    share a client.
    """

    exceptions = ClientExceptions()

    def __init__(  # noqa: PLR0913 - boto3's keywords
        self,
        region: str | None = None,
        /,
        *,
        region_name: str | None = None,
        endpoint_url: str | None = None,
        profile_name: str | None = None,
        aws_access_key_id: str | None = None,
        aws_secret_access_key: str | None = None,
        aws_session_token: str | None = None,
        verify: bool | str | None = True,
        connect_timeout: float | None = None,
        read_timeout: float | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        config = configuration.load(os.environ if environ is None else environ, profile_name)
        options = ConnectionOptions(
            region=_one_region(region, region_name),
            endpoint_url=endpoint_url_option(endpoint_url),
            verify=verify is not False,
            ca_bundle=verify if isinstance(verify, str) else None,
            read_timeout=timeout("read", read_timeout, INVOKE_READ_TIMEOUT),
            connect_timeout=timeout("connect", connect_timeout),
        )
        settings = resolve_settings(config, options)
        static = credentials.explicit(aws_access_key_id, aws_secret_access_key, aws_session_token)
        load_credentials = (lambda: static) if static else credentials.loader(config, settings)
        self._caller = Caller(settings, load_credentials, Dependencies())
        self._stream_caller = partial(_stream_caller, config, options, load_credentials)
        self._results = ResultStorage(partial(_connect, config, options, load_credentials))
        self.meta = ClientMeta(settings.region, self._caller.endpoint_url)

    @implements(RuntimeInterface.invoke_endpoint)
    def invoke_endpoint(self, **parameters: Any) -> Any:  # noqa: D102 - documented there
        response = self._caller.call(INVOKE_ENDPOINT, parameters)
        return {**self._boto3_shape(response), "Body": response.body}

    @implements(RuntimeInterface.invoke_endpoint_async)
    def invoke_endpoint_async(self, **parameters: Any) -> Any:  # noqa: D102 - likewise
        return self._boto3_shape(self._caller.call(INVOKE_ENDPOINT_ASYNC, parameters))

    @implements(RuntimeInterface.invoke_endpoint_with_response_stream)
    def invoke_endpoint_with_response_stream(self, **parameters: Any) -> Any:  # noqa: D102 - likewise
        from smrt.protocol.response_stream import EventStream

        response = self._caller.call(INVOKE_ENDPOINT_WITH_RESPONSE_STREAM, parameters)
        shape = self._boto3_shape(response)
        return {**shape, "Body": EventStream(response.body, shape["ResponseMetadata"])}

    @implements(RuntimeInterface.invoke_endpoint_with_bidirectional_stream)
    def invoke_endpoint_with_bidirectional_stream(self, **parameters: Any) -> Any:  # noqa: D102 - likewise
        from smrt.protocol.bidirectional.bidirectional_operation import (
            INVOKE_ENDPOINT_WITH_BIDIRECTIONAL_STREAM,
        )

        from .message_stream import MessageStream

        operation = INVOKE_ENDPOINT_WITH_BIDIRECTIONAL_STREAM
        opened = self._stream_caller().open_stream(operation, parameters)
        shape = {"ResponseMetadata": opened.response_metadata, **opened.metadata}
        return {**shape, "Body": MessageStream(opened)}

    def wait(self, response: Mapping[str, Any], timeout: float | None = None) -> "WaitOutput":
        """Wait for the result of `response`, which invoke_endpoint_async returned.

        Returns the response with the `Body` from S3, its ContentType, and ElapsedSeconds. After
        `timeout` seconds (None: the longest time that a request can take) raises smrt.SmrtError
        with code WaitTimeout; you can wait for the same response again. Raises smrt.ServiceError
        with code AsyncInvocationFailed if the service recorded a failure.
        """
        from smrt.s3 import async_results

        result = async_results.follow(
            self._results.s3(),
            async_results.result_locations(response),
            timeout=async_results.DEFAULT_MAX_WAIT_SECONDS if timeout is None else timeout,
        )
        return cast("WaitOutput", {**response, **result.metadata, "Body": result.body})

    def close(self) -> None:
        """Close the idle connections; leaving a `with` block closes them too."""
        self._caller.close()
        self._results.close()

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _boto3_shape(self, response: OperationResponse) -> dict[str, Any]:
        metadata = responses.response_metadata(response.status, response.headers, response.retries)
        if response.retries + 1 == self._caller.settings.max_attempts:
            metadata["MaxAttemptsReached"] = True
        return {"ResponseMetadata": metadata, **response.metadata}


def _one_region(positional: str | None, keyword: str | None) -> str | None:
    """The region; UsageError if the first argument is a service name, as in boto3."""
    if positional is None:
        return keyword
    if positional.startswith("sagemaker") or keyword is not None:
        raise UsageError(
            f'smrt.Client takes a region, not a service name such as "sagemaker-runtime": '
            f'write smrt.Client(region_name="{keyword or "us-east-1"}")'
        )
    return positional


def _stream_caller(
    config: Config, options: ConnectionOptions, load_credentials: Callable[[], Credentials | None]
) -> Caller:
    """A caller of the service for bidirectional streams, which has an endpoint URL of its own."""
    from smrt.protocol.bidirectional.bidirectional_operation import RUNTIME_HTTP2

    settings = resolve_settings(config, options, service=RUNTIME_HTTP2.setting)
    return Caller(settings, load_credentials, Dependencies(), service=RUNTIME_HTTP2)


def _connect(
    config: Config, options: ConnectionOptions, load_credentials: Callable[[], Credentials | None]
) -> "S3":
    from smrt.s3 import botocore_client

    settings = resolve_settings(config, options._replace(endpoint_url=None), service="s3")
    return botocore_client.connect(config, settings, load_credentials)
