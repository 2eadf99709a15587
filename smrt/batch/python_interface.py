"""Many calls from Python: an iterator over the results of an iterable of records.

>>> for result in smrt.invoke_batch([b"5.1,3.5", b"6.3,3.3"], EndpointName="iris"):
...     print(result.body if result.error is None else result.error)
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from smrt.config import configuration, credentials
from smrt.config.connection_options import ConnectionOptions, endpoint_url_option, timeout
from smrt.config.settings import settings as resolve_settings
from smrt.engine.call import Completion, Delivery, EngineCall
from smrt.engine.concurrency_limit import CEILING, ConcurrencyLimit
from smrt.engine.engine import Engine, EngineOptions
from smrt.engine.request_rate import RequestRate
from smrt.engine.retry_rules import RetryRules
from smrt.errors import SmrtError, UsageError
from smrt.protocol import parameters, responses
from smrt.protocol.messages import INVOKE_READ_TIMEOUT, masked_repr
from smrt.protocol.operations import INVOKE_ENDPOINT
from smrt.protocol.retry import Policy
from smrt.protocol.urls import parse_url

from .records.packing import Pack
from .records.record import Record
from .sending.failure_rules import error_of_all
from .sending.request_factory import RequestFactory
from .sending.target import Target

InvokeRecord = bytes | str | Mapping[str, Any]
"""A body, or the parameters of a call, by the names of boto3."""
MOST_WAITING = 1024
"""Results that wait for one before them, at most."""


class InvokeResult(NamedTuple):
    """The result of a record: `body` of the response, or an `error`.

    `number` counts records from 0 on; `metadata` has boto3's names. `is_in_doubt`: the call may
    have run, although it has no response.
    """

    number: int
    body: bytes
    error: SmrtError | None
    metadata: Mapping[str, Any]
    is_in_doubt: bool = False

    def __repr__(self) -> str:
        return masked_repr(self, "body")


def invoke_batch(  # noqa: PLR0913 - keywords
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
    environ: Mapping[str, str] | None = None,
    **parameters: Any,
) -> Iterator[InvokeResult]:
    """Invoke an endpoint with each of `records`, many at once; yield their results.

    `parameters` are those of every call: EndpointName, ContentType, Accept ... Results come in the
    order of the records, unless `keep_order` is false. Records are read while there is room.
    Raises SmrtError for what would meet every record, such as expired credentials.
    """
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
    calls = _Calls(records, target, keep_order=keep_order)
    engine = Engine(
        parse_url(target.endpoint_url),
        settings,
        target.load_credentials,
        EngineOptions(
            RetryRules(target.operation, Policy(settings.max_attempts)),
            ConcurrencyLimit(concurrency),
            RequestRate(request_rate) if request_rate else None,
        ),
    )
    return calls.results(engine)


class _Calls:
    """The calls for the records, and their results until they are yielded."""

    def __init__(
        self, records: Iterable[InvokeRecord], target: Target, *, keep_order: bool
    ) -> None:
        self._records, self._target, self._keep_order = records, target, keep_order
        self._done: dict[int, InvokeResult] = {}
        self._order: deque[int] = deque()
        self._failure: SmrtError | None = None

    def results(self, engine: Engine) -> Iterator[InvokeResult]:
        """Make the calls; yield results."""
        factory = RequestFactory(self._target, "", engine.proxy_headers)

        def completed(completion: Completion) -> None:
            failure = error_of_all(completion, has_own_endpoint=False)
            if failure is not None and self._failure is None:
                self._failure = failure
                engine.calls.stop()
            if self._failure is None:
                index = completion.call.tag
                self._done[index] = _result(index, completion)

        for _ in engine.turns(self._source(factory), completed):
            yield from self._ready()
        yield from self._ready()
        if self._failure is not None:
            raise self._failure

    def _source(self, factory: RequestFactory) -> Iterator[EngineCall | None]:
        for index, value in enumerate(self._records):
            while len(self._order) >= MOST_WAITING:
                yield None
            self._order.append(index)
            try:
                pack = _pack(index, value, self._target)
            except UsageError as exc:
                self._done[index] = InvokeResult(index, b"", exc, {})
                continue
            yield factory.call(pack, index)

    def _ready(self) -> Iterator[InvokeResult]:
        """The results that can be yielded."""
        if not self._keep_order:
            done, self._done = self._done, {}
            self._order = deque(index for index in self._order if index not in done)
            yield from done.values()
            return
        while self._order and self._order[0] in self._done:
            yield self._done.pop(self._order.popleft())


def _pack(index: int, value: InvokeRecord, target: Target) -> Pack:
    """The request for a record. Raises UsageError for wrong parameters."""
    own = dict(value) if isinstance(value, Mapping) else {"Body": value}
    parameters.check(target.operation, {**target.parameters, **own})
    body = own.pop("Body", target.parameters.get("Body", b""))
    content = body.encode() if isinstance(body, str) else bytes(body)
    return Pack([Record(index, index, b"", own, b"")], content, own)


def _result(index: int, completion: Completion) -> InvokeResult:
    metadata = responses.metadata(INVOKE_ENDPOINT, completion.headers)
    is_in_doubt = completion.error is not None and completion.delivery is Delivery.IN_DOUBT
    body = b"" if completion.error is not None else completion.body
    return InvokeResult(index, body, completion.error, metadata, is_in_doubt)
