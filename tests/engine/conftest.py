"""Engines against real servers on loopback."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from smrt.engine.call import Completion, EngineCall
from smrt.engine.concurrency_limit import FixedLimit
from smrt.engine.engine import Engine, EngineOptions
from smrt.engine.retry_rules import RetryRules
from smrt.protocol.messages import Credentials, Settings, Url
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.protocol.prepared_request import PreparedRequest
from smrt.protocol.urls import parse_url
from tests.support.polling import LIMIT

CREDENTIALS = Credentials("AKIDEXAMPLE", "secretEXAMPLE")


def prepared(url: str | Url, proxy_headers: Any = None) -> PreparedRequest:
    """A request to an endpoint called `e`."""
    parsed = parse_url(url) if isinstance(url, str) else url
    target = parsed._replace(target="/endpoints/e/invocations")
    return PreparedRequest(
        "POST",
        target,
        (("Content-Type", "text/csv"),),
        region="us-east-1",
        service="sagemaker",
        unsigned=(("User-Agent", "smrt"),),
        proxy_headers=proxy_headers,
    )


class Runner:
    """Runs calls on an engine of its own; keeps their completions."""

    def __init__(self) -> None:
        self.completions: list[Completion] = []
        self.notices: list[str] = []

    def make(
        self,
        url: str,
        *,
        concurrency: int = 4,
        rules: RetryRules | None = None,
        load: Callable[[], Credentials | None] = lambda: CREDENTIALS,
        clock: Callable[[], float] | None = None,
        fence: Callable[[], None] | None = None,
        **settings: Any,
    ) -> Engine:
        self.engine = Engine(
            parse_url(url),
            Settings(**{"connect_timeout": LIMIT, "read_timeout": LIMIT, **settings}),
            load,
            EngineOptions(
                rules or RetryRules(INVOKE_ENDPOINT), FixedLimit(concurrency), fence=fence
            ),
            notify=self.notices.append,
            random=lambda: 0.0,
            **({} if clock is None else {"clock": clock}),
        )
        return self.engine

    def run(
        self, url: str, calls: int | Iterable[EngineCall | None] = 1, **options: Any
    ) -> list[Completion]:
        """Make the calls; return their completions in the order of their tags."""
        engine = self.make(url, **options)
        request = prepared(url, engine.proxy_headers)
        if isinstance(calls, int):
            calls = [EngineCall(request, b"row %d" % n, n) for n in range(calls)]
        engine.run(iter(calls), self.completions.append)
        return sorted(self.completions, key=lambda each: each.call.tag or 0)


@pytest.fixture
def runner() -> Runner:
    return Runner()
