"""The engine of a batch."""

from collections.abc import Callable

from smrt.batching.batch_options import BatchOptions
from smrt.batching.job.outcomes import InDoubt
from smrt.engine.concurrency_limit import CEILING, ConcurrencyLimit
from smrt.engine.engine import Engine, EngineOptions
from smrt.engine.request_rate import RequestRate
from smrt.engine.retry_rules import RetryRules
from smrt.protocol.retry import Policy
from smrt.protocol.urls import parse_url

from .target import Target


def make_engine(
    target: Target,
    options: BatchOptions,
    note: Callable[[str], None],
    fence: Callable[[], None] | None = None,
) -> Engine:
    """The engine with the limits of `options`; `note` receives what users should know.

    `fence` raises an error if nothing may be sent.
    """
    settings = target.settings
    rules = RetryRules(
        target.operation,
        Policy(settings.max_attempts, retry_timeouts=settings.retry_timeouts),
        resend_in_doubt=options.in_doubt is InDoubt.RESEND,
    )
    limit = ConcurrencyLimit(options.concurrency or CEILING)
    rate = RequestRate(options.request_rate) if options.request_rate else None
    return Engine(
        parse_url(target.endpoint_url),
        settings,
        target.load_credentials,
        EngineOptions(rules, limit, rate, fence),
        notify=note,
    )
