"""Many calls from Python: an iterator over the results of an iterable of records.

>>> for result in smrt.batch([b"5.1,3.5", b"6.3,3.3"], EndpointName="iris"):
...     print(result.body if result.error is None else result.error)
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

from smrt.config import configuration, credentials
from smrt.config.connection_options import ConnectionOptions, endpoint_url_option, timeout
from smrt.config.settings import settings as resolve_settings
from smrt.engine.concurrency_limit import CEILING, ConcurrencyLimit
from smrt.engine.engine import Engine, EngineOptions
from smrt.engine.request_rate import RequestRate
from smrt.engine.retry_rules import RetryRules
from smrt.errors import UsageError
from smrt.protocol.messages import INVOKE_READ_TIMEOUT
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.protocol.retry import Policy
from smrt.protocol.urls import parse_url

from .iterables.iterable_calls import InvokeRecord, InvokeResult, IterableCalls
from .iterables.recorded_calls import RecordedCalls
from .job.outcomes import InDoubt
from .sending.target import Target


def batch(  # noqa: PLR0913 - keywords
    records: Iterable[InvokeRecord],
    *,
    region_name: str | None = None,
    endpoint_url: str | None = None,
    profile_name: str | None = None,
    read_timeout: float | None = None,
    concurrency: int = CEILING,
    request_rate: float | None = None,
    keep_order: bool = True,
    wait_ready: float = 600.0,
    job: str | None = None,
    in_doubt: str = "resend",
    environ: Mapping[str, str] | None = None,
    **parameters: Any,
) -> Iterator[InvokeResult]:
    """Invoke an endpoint with each of `records`, many at once; yield their results.

    `parameters` are those of every call: EndpointName, ContentType, Accept ... Results come in the
    order of the records, unless `keep_order` is false. Records are read while there is room.
    With `job`, a folder, results are stored: the same line again goes on where it was, and sends
    no record again that has succeeded. `in_doubt` is "resend" or "skip", for records that were in
    flight when the process died. Raises SmrtError for what would meet every record, such as
    expired credentials, and UsageError for a job with other records or parameters.
    """
    policy = _policy(in_doubt)
    config = configuration.load(os.environ if environ is None else environ, profile_name)
    connection = ConnectionOptions(
        region=region_name,
        endpoint_url=endpoint_url_option(endpoint_url),
        read_timeout=timeout("read", read_timeout, INVOKE_READ_TIMEOUT),
        wait_ready=wait_ready,
    )
    static = credentials.static(config)
    settings = resolve_settings(config, connection)
    target = Target(INVOKE_ENDPOINT, parameters, config, settings, static)
    make_engine = _engine_maker(target, policy, concurrency, request_rate)
    open_job = None if job is None else partial(RecordedCalls, job, target, policy)

    def results() -> Iterator[InvokeResult]:
        with ExitStack() as stack:
            recorded = None if open_job is None else stack.enter_context(closing(open_job()))
            engine = stack.enter_context(closing(make_engine()))
            calls = IterableCalls(records, target, engine, recorded, keep_order=keep_order)
            yield from calls.results()

    return results()


def _engine_maker(
    target: Target, policy: InDoubt, concurrency: int, request_rate: float | None
) -> Callable[[], Engine]:
    """A function that opens the engine; what is wrong with the endpoint URL is raised here."""
    settings = target.settings
    rules = RetryRules(
        target.operation,
        Policy(settings.max_attempts),
        resend_in_doubt=policy is InDoubt.RESEND,
    )
    rate = RequestRate(request_rate) if request_rate else None
    options = EngineOptions(rules, ConcurrencyLimit(concurrency), rate)
    url = parse_url(target.endpoint_url)
    return partial(Engine, url, settings, target.load_credentials, options)


def _policy(in_doubt: str) -> InDoubt:
    try:
        return InDoubt(in_doubt)
    except ValueError as exc:
        raise UsageError(f"in_doubt is {in_doubt!r}", 'it is "resend" or "skip"') from exc
