"""Encodes and signs the head of a request at the moment that it is sent."""

from collections.abc import Callable

from smrt.errors import ServiceError, SmrtError
from smrt.protocol.retry import skew

from .exchange import Exchange
from .fresh_credentials import FreshCredentials

Encode = Callable[[Exchange], bytes]
"""From an exchange that is about to be sent to the head of its request."""


class RequestEncoder:
    """Signs with current credentials, by the service's clock if it differs from the local one."""

    def __init__(
        self, credentials: FreshCredentials, clock: Callable[[], float], max_attempts: int
    ) -> None:
        self._credentials, self._clock = credentials, clock
        self._maximum = f"; max={max_attempts}"
        self._skew = 0.0

    def encode(self, exchange: Exchange) -> bytes:
        """The head of the request, with the headers that AWS's SDKs add to each attempt."""
        call, attempt = exchange.call, exchange.attempt
        exchange.credentials_version = self._credentials.version
        maximum = "" if attempt == 1 else self._maximum
        return call.request.head(
            call.body,
            self._credentials.current,
            self._clock() + self._skew,
            headers=call.headers,
            unsigned=f"amz-sdk-invocation-id: {exchange.invocation_id}\r\n"
            f"amz-sdk-request: attempt={attempt}{maximum}\r\n",
            digest=call.digest,
        )

    def is_ready(self) -> bool:
        """Whether requests can be signed now."""
        return self._credentials.is_ready()

    def may_retry(self, exchange: Exchange, error: SmrtError) -> bool:
        """Whether what the service rejected is corrected: the clock, or the credentials."""
        return self._corrects_clock(error) or self._credentials.rejected(
            exchange.credentials_version
        )

    def accepted(self) -> None:
        """The service accepted a signature."""
        self._credentials.accepted()

    def _corrects_clock(self, error: SmrtError) -> bool:
        if not isinstance(error, ServiceError):
            return False
        date = error.response["ResponseMetadata"]["HTTPHeaders"].get("date")
        ahead = skew(error, date, self._clock() + self._skew)
        if ahead is None:
            return False
        self._skew += ahead
        return True


def fenced(encoder: RequestEncoder, fence: Callable[[], None] | None) -> Encode:
    """The function that encodes requests, and raises what `fence` raises before it does."""
    if fence is None:
        return encoder.encode
    check = fence

    def encode(exchange: Exchange) -> bytes:
        check()
        return encoder.encode(exchange)

    return encode
