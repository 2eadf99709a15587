"""Verifies the signature of a request as it was received.

Only signatures made with the server's own credentials can be verified. A client may use the user's
own credentials, so any other signature is accepted unverified if it is well-formed.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import re
from functools import lru_cache
from time import gmtime, strftime
from typing import NamedTuple

from smrt.protocol.messages import Credentials, Headers, Request
from smrt.protocol.sigv4 import ALGORITHM, Scope, canonical_request, signing_key

from .api_errors import incomplete_signature, invalid_signature, unsigned

CREDENTIALS = Credentials("local", "local-secret", source="smrt local")
SERVICE = "sagemaker"
SKEW_MINUTES = 5
FORMAT = "%Y%m%dT%H%M%SZ"
_TIMESTAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_PARAMETERS = ("Credential", "Signature", "SignedHeaders")
_CREDENTIAL_PARTS = 5
_HOST_NAMES = frozenset({"host", ":authority"})
"""HTTP/2 has no Host header: clients sign either name."""


class Authorization(NamedTuple):
    """The parameters of an Authorization header, and the time of signing."""

    access_key: str
    scope: Scope
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str


def authorize(request: Request, *, now: float) -> None:
    """Reject `request`, received at `now` (seconds since the epoch), unless its signature is valid.

    Raises ApiError.
    """
    authorization = check_head(request, now=now)
    if authorization:
        check_signature(request, authorization, CREDENTIALS)


def check_head(request: Request, *, now: float) -> Authorization | None:
    """Check all but the signature of `request`, which includes the body.

    Return the signature if it can be verified. Raises ApiError.
    """
    authorization = parse_authorization(request.headers)
    if authorization.access_key != CREDENTIALS.access_key:
        return None
    check_scope(authorization, SERVICE)
    _check_time(authorization.timestamp, now)
    return authorization


def check_signature(
    request: Request,
    authorization: Authorization,
    credentials: Credentials,
    *,
    path_as_sent: bool = False,
) -> None:
    """Reject `request` unless `authorization` is its signature by `credentials`."""
    names = authorization.signed_headers
    if len(names) != len(set(names)):  # a large header, a thousand times, would be a large text
        raise invalid_signature()
    values = _folded(request.headers)
    signed = [(name, values.get(name, "")) for name in names]
    canonical = canonical_request(request, signed, path_as_sent=path_as_sent)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = "\n".join((ALGORITHM, authorization.timestamp, str(authorization.scope), digest))
    key = _signing_key(credentials.secret_key, authorization.scope)
    expected = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), authorization.signature.encode()):
        raise invalid_signature()


@lru_cache(maxsize=16)
def _signing_key(secret_key: str, scope: Scope) -> bytes:
    """The key for one day, region and service, which requests share."""
    return signing_key(secret_key, scope)


def _folded(headers: Headers) -> dict[str, str]:
    """Headers by lowercase name; white space is folded, repeated values are joined."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(" ".join(value.split()))
    return {name: ",".join(each) for name, each in values.items()}


def _values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def parse_authorization(headers: Headers) -> Authorization:
    """Parse the Authorization header. Raises ApiError if it is missing or malformed."""
    values = _values(headers, "authorization")
    if not values:
        raise unsigned()
    algorithm, _, rest = values[0].strip().partition(" ")
    if algorithm.startswith("AWS4-") and algorithm != ALGORITHM:
        raise incomplete_signature(f"Unsupported AWS 'algorithm': '{algorithm}'")
    pairs = (pair.strip().partition("=") for pair in rest.split(","))
    parameters = {name: value for name, _, value in pairs}
    times = _values(headers, "x-amz-date") + _values(headers, "date")
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in _PARAMETERS
        if not parameters.get(name)
    ]
    if not times:
        missing.append(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    if missing:
        raise incomplete_signature(" ".join(missing))
    access_key, scope = parse_credential(parameters["Credential"])
    names = tuple(parameters["SignedHeaders"].split(";"))
    return Authorization(access_key, scope, names, parameters["Signature"], _timestamp(times[0]))


def parse_credential(text: str) -> tuple[str, Scope]:
    """Parse a credential: access key and scope. Raises ApiError."""
    parts = text.split("/")
    if len(parts) != _CREDENTIAL_PARTS or parts[-1] != "aws4_request":
        raise incomplete_signature(
            "Credential must have exactly 5 slash-delimited elements, "
            f"e.g. keyid/date/region/service/aws4_request, got '{text}'"
        )
    access_key, date, region, service, _ = parts
    return access_key, Scope(date, region, service)


def _timestamp(text: str) -> str:
    """`text` in ISO 8601's basic format; a Date header may have the format of RFC 9110."""
    if _TIMESTAMP.fullmatch(text):
        return text
    from email.utils import parsedate_to_datetime

    try:
        return strftime(FORMAT, parsedate_to_datetime(text).utctimetuple())
    except (ValueError, OverflowError) as exc:
        raise incomplete_signature(
            f"Date must be in ISO-8601 'basic format'. Got '{text}'."
        ) from exc


def check_scope(authorization: Authorization, service: str) -> None:
    """Reject a signature for another service or date, or one without the Host header."""
    scope, timestamp = authorization.scope, authorization.timestamp
    if scope.service != service:
        raise invalid_signature(f"Credential should be scoped to correct service: '{service}'.")
    if scope.date != timestamp[:8]:
        raise invalid_signature(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{scope.date}' != '{timestamp[:8]}', from '{timestamp}'."
        )
    if not _HOST_NAMES.intersection(authorization.signed_headers):
        raise invalid_signature("'Host' must be a 'SignedHeader' in the AWS Authorization.")


def _check_time(timestamp: str, now: float) -> None:
    """Reject a timestamp too far from `now`; timestamps sort as text."""
    earliest, current, latest = _times(int(now))
    if timestamp < earliest:
        raise invalid_signature(
            f"Signature expired: {timestamp} is now earlier than {earliest} "
            f"({current} - {SKEW_MINUTES} min.)"
        )
    if timestamp > latest:
        raise invalid_signature(
            f"Signature not yet current: {timestamp} is still later than {latest} "
            f"({current} + {SKEW_MINUTES} min.)"
        )


@lru_cache(maxsize=8)
def _times(now: int) -> tuple[str, str, str]:
    """The earliest valid timestamp at `now`, the current one, and the latest valid one."""
    earliest, current, latest = (
        strftime(FORMAT, gmtime(now + minutes * 60)) for minutes in (-SKEW_MINUTES, 0, SKEW_MINUTES)
    )
    return earliest, current, latest
