"""Signs the messages of an input stream: each signature includes the one before.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html describes such a chain for
chunks; for the messages of an event stream, AWS's SDKs are the reference.
"""

import hmac
import struct
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from time import gmtime, strftime

from smrt.protocol.eventstream import Value, framed
from smrt.protocol.sigv4 import Scope, signing_key

PAYLOAD_HASH = "STREAMING-AWS4-HMAC-SHA256-EVENTS"
"""In place of the hash of the body, in the signature of the head and in x-amz-content-sha256."""
DATE = ":date"
SIGNATURE = ":chunk-signature"
_ALGORITHM = "AWS4-HMAC-SHA256-PAYLOAD"
_DATE_HEADER = struct.Struct("!B5sBq")
_SIGNATURE_HEADER = struct.Struct("!B16sBH32s")
_TIMESTAMP, _BYTES = 8, 6


class SignatureChain:
    """The signatures of a stream whose head has the signature `previous`, in hexadecimal."""

    def __init__(self, secret_key: str, region: str, service: str, previous: str) -> None:
        self._secret_key = secret_key
        self._region, self._service = region, service
        self._previous = previous
        self._derive = lru_cache(maxsize=1)(signing_key)

    def signed(self, payload: bytes, milliseconds: int) -> bytes:
        """The message that carries `payload`, signed at `milliseconds` since the epoch."""
        signature = self._next(payload, milliseconds)
        size = len(signature)
        headers = _date_header(milliseconds) + _SIGNATURE_HEADER.pack(
            len(SIGNATURE), SIGNATURE.encode(), _BYTES, size, signature
        )
        return framed(headers, payload)

    def verify(self, headers: Mapping[str, Value], payload: bytes) -> bool:
        """Whether `headers` sign `payload` as the next message."""
        date, signature = headers.get(DATE), headers.get(SIGNATURE)
        if isinstance(date, bool) or not isinstance(date, int) or not isinstance(signature, bytes):
            return False
        try:
            expected = self._next(payload, date)
        except (ValueError, OverflowError, OSError):  # no calendar has this date
            return False
        return hmac.compare_digest(expected, signature)

    def _next(self, payload: bytes, milliseconds: int) -> bytes:
        timestamp = strftime("%Y%m%dT%H%M%SZ", gmtime(milliseconds // 1000))
        scope = Scope(timestamp[:8], self._region, self._service)
        to_sign = "\n".join(
            (
                _ALGORITHM,
                timestamp,
                str(scope),
                self._previous,
                sha256(_date_header(milliseconds)).hexdigest(),
                sha256(payload).hexdigest(),
            )
        )
        signature = hmac.digest(self._derive(self._secret_key, scope), to_sign.encode(), "sha256")
        self._previous = signature.hex()
        return signature


def _date_header(milliseconds: int) -> bytes:
    return _DATE_HEADER.pack(len(DATE), DATE.encode(), _TIMESTAMP, milliseconds)
