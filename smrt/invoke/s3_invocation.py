"""An asynchronous call whose input is uploaded before it, or whose result is awaited after it."""

from functools import cache
from time import monotonic

from smrt.client.caller import OperationResponse
from smrt.output.console import App
from smrt.s3.async_results import max_wait_seconds

from .invocation import Call, Storage, send, storage
from .metadata import report
from .options import GlobalOptions, InvokeOptions
from .preview import show_preview
from .s3_upload import Staged, staged
from .waiting import Wait, WaitOptions, wait


def queue_with_s3(
    app: App,
    call: Call,
    options: InvokeOptions,
    *,
    wait_options: WaitOptions | None,
    folder: str | None,
) -> None:
    """Queue the request; write its result, or where that will be if nobody waits.

    `folder` is the place in S3 for the input, None where the request carries it.
    """
    store = _storage(app, call, options.shared)
    waiting = None if wait_options is None else _waiting(app, call, options, wait_options, store)
    metadata = report(app, call, options.shared) if waiting is None else waiting.report
    upload = None if folder is None else staged(call, folder)
    if options.is_preview:
        show_preview(app, call if upload is None else upload.call, options, metadata)
        return
    if waiting is not None:
        waiting.connect()
    reply, started_at = _send(app, call) if upload is None else _send_staged(app, upload, store)
    if waiting is None:
        metadata.tell(reply.metadata)
    else:
        waiting.bring(reply.metadata, started_at)


def _storage(app: App, call: Call, shared: GlobalOptions) -> Storage:
    """What connects to S3, once; its endpoint URL is not that of the runtime."""
    connection = shared.connection._replace(endpoint_url=None)
    options = shared._replace(connection=connection)
    return cache(storage(app, call.config, options, call.static_keys))


def _waiting(
    app: App, call: Call, options: InvokeOptions, wait_options: WaitOptions, store: Storage
) -> Wait:
    limit, free = max_wait_seconds(call.parameters), options.is_preview
    return wait(app, call, wait_options, store, max_wait_seconds=limit, stdout_is_free=free)


def _send_staged(app: App, upload: Staged, store: Storage) -> tuple[OperationResponse, float]:
    upload.upload(store(), app.console)
    with upload.hinting(app.console):
        return _send(app, upload.call)


def _send(app: App, call: Call) -> tuple[OperationResponse, float]:
    """The reply, and when the request was sent, by time.monotonic."""
    started_at = monotonic()
    return send(app, call), started_at
