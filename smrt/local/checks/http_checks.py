"""The checks of /ping and /invocations."""

from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import NamedTuple

from smrt.local.container import ContainerPaths
from smrt.local.media import CSV
from smrt.protocol.messages import Headers, Url, masked_repr
from smrt.protocol.responses import SUCCESS, header

from . import contract
from .check_result import CheckResult, failed, passed, skipped
from .contract import Limits, Rule
from .timed_exchange import ExchangeError, TimedResponse, connect_time, exchange

_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
_MOST_ATTRIBUTES = 1024


class SampleRequest(NamedTuple):
    """The request that the checks send; one that is the user's own has to succeed."""

    body: bytes
    content_type: str
    accept: str | None = None
    is_own: bool = True

    def __repr__(self) -> str:
        return masked_repr(self, "body")

    @property
    def headers(self) -> Headers:
        """The headers that SageMaker forwards."""
        accept = () if self.accept is None else (("Accept", self.accept),)
        return (("Content-Type", self.content_type), *accept)

    def enlarged(self, size: int) -> bytes:
        """The body up to `size`: rows of CSV are repeated, and JSON does not care about spaces."""
        if self.content_type == CSV and self.body.strip():
            rows = self.body.rstrip(b"\n") + b"\n"
            return rows * (size // len(rows))
        return self.body.ljust(size)


class ContainerTarget(NamedTuple):
    """The container to check."""

    base_url: Url
    paths: ContainerPaths
    sample: SampleRequest
    limits: Limits

    def ping(self) -> TimedResponse:
        """Request the health check. Raises ExchangeError."""
        url = self.base_url._replace(target=self.paths.health)
        return exchange(url, "GET", timeout=self.limits.ping)

    def invoke(self, body: bytes | None = None) -> TimedResponse:
        """Send the sample, or `body` instead of its own. Raises ExchangeError."""
        url = self.base_url._replace(target=self.paths.invocations)
        content = self.sample.body if body is None else body
        return exchange(
            url, "POST", body=content, headers=self.sample.headers, timeout=self.limits.call
        )


def check_connect(target: ContainerTarget) -> CheckResult:
    """Connections are accepted in time."""
    limit = target.limits.connect
    try:
        elapsed = connect_time(target.base_url, target.limits.ping)
    except ExchangeError as exc:
        return failed(contract.CONNECT, str(exc))
    return _within(contract.CONNECT, elapsed, limit, _milliseconds(elapsed))


def check_ping(target: ContainerTarget) -> CheckResult:
    """The health check returns 200 in time."""
    try:
        response = target.ping()
    except ExchangeError as exc:
        return failed(contract.PING, str(exc))
    if response.status != HTTPStatus.OK:
        return failed(contract.PING, f"returned {response.status}")
    return _within(
        contract.PING, response.elapsed, target.limits.ping, _milliseconds(response.elapsed)
    )


def check_invocation(target: ContainerTarget) -> CheckResult:
    """A call gets a response in time, and a successful one if it is the user's own."""
    try:
        response = target.invoke()
    except ExchangeError as exc:
        return failed(contract.INVOCATION, str(exc))
    detail = f"returned {response.status} in {_milliseconds(response.elapsed)}"
    if response.status in SUCCESS:
        return _within(contract.INVOCATION, response.elapsed, target.limits.call, detail)
    if target.sample.is_own or response.status == HTTPStatus.NOT_FOUND:
        return failed(contract.INVOCATION, f"{detail}: {response.first_line or 'no message'}")
    return passed(contract.INVOCATION, f"{detail} to an example; send your own with --data")


def check_large_request(target: ContainerTarget) -> CheckResult:
    """A body of the maximum size is not rejected for its size."""
    size = target.limits.largest
    body = target.sample.enlarged(size)
    try:
        response = target.invoke(body)
    except ExchangeError as exc:
        return failed(contract.PAYLOAD, str(exc))
    detail = f"{len(body):,} bytes: returned {response.status} in {_milliseconds(response.elapsed)}"
    if response.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return failed(contract.PAYLOAD, detail)
    return _within(contract.PAYLOAD, response.elapsed, target.limits.call, detail)


def check_headers(target: ContainerTarget) -> CheckResult:
    """The headers that SageMaker forwards are valid."""
    response = _successful(target)
    if response is None:
        return skipped(contract.HEADERS, "no successful response; send your request with --data")
    attributes = header(response.headers, _ATTRIBUTES) or ""
    if len(attributes) > _MOST_ATTRIBUTES or not (attributes.isascii() and _is_text(attributes)):
        return failed(contract.HEADERS, f"{_ATTRIBUTES} is not valid: {attributes[:60]!r}")
    content_type = header(response.headers, "Content-Type")
    if not content_type and response.size:
        return failed(contract.HEADERS, "Content-Type is missing")
    return passed(contract.HEADERS, content_type or "no body")


def check_stream(target: ContainerTarget) -> CheckResult:
    """A response in chunks is one that arrives while it is generated."""
    response = _successful(target)
    if response is None:
        return skipped(contract.STREAM, "no successful response; send your request with --data")
    if not response.is_chunked:
        return skipped(contract.STREAM, "it has a known length")
    times = response.chunk_times
    first = f", the first after {_milliseconds(times[0])}" if times else ""
    return passed(contract.STREAM, f"{len(times)} chunks{first}")


def check_concurrency(target: ContainerTarget) -> CheckResult:
    """Calls at the same time are served, and the health check responds meanwhile."""
    count = target.limits.calls_at_once
    succeeds_alone = _successful(target) is not None
    with ThreadPoolExecutor(count + 1) as pool:
        calls = [pool.submit(target.invoke) for _ in range(count)]
        ping = pool.submit(target.ping)
        try:
            statuses = [call.result().status for call in calls]
            slowest = max(call.result().elapsed for call in calls)
        except ExchangeError as exc:
            return failed(contract.CONCURRENCY, f"{count} calls: {exc}")
        try:
            status = ping.result().status
        except ExchangeError as exc:
            return failed(contract.CONCURRENCY, f"/ping during {count} calls: {exc}")
    if status != HTTPStatus.OK:
        return failed(contract.CONCURRENCY, f"/ping during {count} calls returned {status}")
    if succeeds_alone and not all(each in SUCCESS for each in statuses):
        return failed(contract.CONCURRENCY, f"{count} calls returned {sorted(set(statuses))}")
    return passed(contract.CONCURRENCY, f"{count} calls, the slowest {_milliseconds(slowest)}")


def _successful(target: ContainerTarget) -> TimedResponse | None:
    try:
        response = target.invoke()
    except ExchangeError:
        return None
    return response if response.status in SUCCESS else None


def _within(rule: Rule, elapsed: float, limit: float, detail: str) -> CheckResult:
    return passed(rule, detail) if elapsed <= limit else failed(rule, f"{detail}, over {limit:g} s")


def _is_text(value: str) -> bool:
    return not value or value.isprintable()


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
