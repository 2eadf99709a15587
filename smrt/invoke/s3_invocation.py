"""An asynchronous call with --stage, --wait, or both."""

from functools import cache
from time import monotonic

from smrt.client.caller import OperationResponse
from smrt.output.console import App
from smrt.s3.async_results import max_wait_seconds

from .emulators import emulator_hint
from .invocation import Call, ConnectS3, s3_connector, send
from .metadata import report
from .options import GlobalOptions, InvokeOptions
from .preview import show_preview
from .s3_upload import StagedCall, stage
from .waiting import Wait, WaitOptions, wait


def queue_with_s3(
    app: App,
    call: Call,
    options: InvokeOptions,
    *,
    wait_options: WaitOptions | None,
    upload_prefix: str | None,
) -> None:
    """Queue the request and write its result; without `wait_options`, write only its locations.

    The input is uploaded below the S3 URI `upload_prefix`; None sends it in the request.
    """
    connect = _s3_connector(app, call, options.shared)
    waiting = None if wait_options is None else _waiting(app, call, options, wait_options, connect)
    metadata = report(app, call, options.shared) if waiting is None else waiting.report
    upload = None if upload_prefix is None else stage(call, upload_prefix)
    if options.is_preview:
        show_preview(app, call if upload is None else upload.call, options, metadata)
        return
    if waiting is not None:
        waiting.announce("invoking the endpoint, then waiting for the result in S3")
        waiting.connect()
    response, started_at = _send(app, call) if upload is None else _upload(app, upload, connect)
    if waiting is None:
        metadata.write(response.metadata)
    else:
        with emulator_hint(call):
            waiting.fetch(response.metadata, started_at)


def _s3_connector(app: App, call: Call, shared: GlobalOptions) -> ConnectS3:
    """Return a function that connects to S3, once; --endpoint-url is only for the runtime."""
    connection = shared.connection._replace(endpoint_url=None)
    options = shared._replace(connection=connection)
    return cache(s3_connector(app, call.config, options, call.static_credentials))


def _waiting(
    app: App, call: Call, options: InvokeOptions, wait_options: WaitOptions, connect: ConnectS3
) -> Wait:
    limit, free = max_wait_seconds(call.parameters), options.is_preview
    return wait(app, call, wait_options, connect, max_wait_seconds=limit, stdout_is_free=free)


def _upload(app: App, upload: StagedCall, connect: ConnectS3) -> tuple[OperationResponse, float]:
    """Upload the input and send the request."""
    with emulator_hint(upload.call):
        upload.upload(connect(), app.console)
    with upload.location_in_hints(app.console):
        return _send(app, upload.call)


def _send(app: App, call: Call) -> tuple[OperationResponse, float]:
    """The response, and when the request was sent, by time.monotonic."""
    started_at = monotonic()
    return send(app, call), started_at
