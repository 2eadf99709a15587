"""Many calls at once to one server, in one thread."""

import random
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from smrt.protocol.messages import Credentials, Headers, Settings, Url

from .concurrency_limit import ConcurrencyLimit, Limit
from .dispatcher import Dispatcher, Sink, Source
from .event_loop import EventLoop
from .exchange import Exchange
from .fresh_credentials import FreshCredentials
from .helper_threads import HelperThreads
from .network.connections import Connections
from .network.connector import Connector, route
from .outcome_handler import Policies
from .readiness import Readiness
from .request_encoder import RequestEncoder, fenced
from .request_rate import RequestRate
from .retry_rules import RetryRules


class EngineOptions(NamedTuple):
    """How the calls of an engine are made; `limit` is adaptive by default.

    `fence` is called before every attempt is sent, and raises a SmrtError if it may not be.
    """

    rules: RetryRules
    limit: Limit | None = None
    rate: RequestRate | None = None
    fence: Callable[[], None] | None = None


class Engine:
    """Makes calls to the server of `url` until a source has no more.

    `loop` is for what else its owner waits for: descriptors and timers. `notify` receives one line
    for what users should know. Raises ConfigurationError for a wrong proxy or CA bundle.
    """

    def __init__(
        self,
        url: Url,
        settings: Settings,
        load_credentials: Callable[[], Credentials | None],
        options: EngineOptions,
        *,
        notify: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = random.random,
    ) -> None:
        way = route(url, settings)
        self.loop = EventLoop()
        self._helpers = HelperThreads(self.loop)
        self._credentials = FreshCredentials(load_credentials, clock, self._helpers)
        encoder = RequestEncoder(self._credentials, clock, options.rules.policy.max_attempts)
        self.limit = options.limit or ConcurrencyLimit()
        self.rate = options.rate or RequestRate()
        self._connector = Connector(way, self.loop, self._helpers)
        self._connections = Connections(
            self.loop, self._connector, fenced(encoder, options.fence), self._ended
        )
        self.calls = Dispatcher(
            self.loop,
            encoder,
            Policies(
                options.rules,
                self.limit,
                self.rate,
                Readiness(settings.wait_ready),
            ),
            self._connections.send,
            random=random,
            clock=clock,
            notify=notify,
        )

    @property
    def proxy_headers(self) -> Headers | None:
        """What a PreparedRequest needs if a proxy forwards it; None without such a proxy."""
        return self._connector.proxy_headers

    @property
    def is_stopping(self) -> bool:
        """Whether no call is started any more."""
        return self.calls.is_stopped

    def run(self, source: Source, sink: Sink) -> None:
        """Make the calls of `source`; pass each completion to `sink`, in the order they end.

        Raises SmrtError if credentials cannot be loaded: calls that are in flight end before.
        """
        for _ in self.turns(source, sink):
            pass

    def turns(self, source: Source, sink: Sink) -> Iterator[None]:
        """Do what `run` does, and yield after each turn of the loop; closing it ends all calls."""
        self.calls.begin(source, sink)
        try:
            while True:
                until = self.calls.pump()
                if self.calls.is_done():
                    break
                self.loop.run_once(until)
                if self._credentials.failure is not None:
                    self.calls.stop()
                yield
        finally:
            self.close()
        if self._credentials.failure is not None:
            raise self._credentials.failure

    def stop(self) -> None:
        """Start nothing more, and finish what is in flight; a signal handler may call this."""
        self.loop.call_soon(self.calls.stop)

    def abort(self) -> None:
        """End all calls at once; a signal handler may call this."""
        self.loop.call_soon(lambda: self.calls.abort(self._connections.abort()))

    def close(self) -> None:
        """Release all connections; `run` does this at its end."""
        self.calls.begin(iter(()), lambda _: None)
        self._connections.abort()
        self._helpers.close()
        self.loop.close()

    def _ended(self, exchange: Exchange) -> None:
        self.calls.ended(exchange)
