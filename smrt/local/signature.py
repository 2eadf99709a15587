"""Checks the signature of a request, from what came over the wire.

Only signatures made with the server's own key can be checked. The user's own credentials may be
set where a client runs, so that anyone else's signature is taken as it is, if it can be read.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import re
from time import gmtime, strftime
from typing import NamedTuple

from smrt.protocol.messages import Credentials, Headers, Request
from smrt.protocol.sigv4 import ALGORITHM, Scope, canonical_request, signing_key

from .refusal import incomplete, mismatch, unsigned

CREDENTIALS = Credentials("local", "local-secret", source="smrt local")
SERVICE = "sagemaker"
SKEW_MINUTES = 5
FORMAT = "%Y%m%dT%H%M%SZ"
_TIMESTAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_PARAMETERS = ("Credential", "Signature", "SignedHeaders")
_CREDENTIAL_PARTS = 5


class Authorization(NamedTuple):
    """What an Authorization header says, with the time of signing."""

    access_key: str
    scope: Scope
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str


def authorize(request: Request, credentials: Credentials = CREDENTIALS, *, now: float) -> None:
    """Refuse `request`, received at `now` (seconds since the epoch), unless it is signed well."""
    found = authorization(request.headers)
    if found.access_key != credentials.access_key:
        return
    check_scope(found, SERVICE)
    _check_time(found.timestamp, now)
    check_signature(request, found, credentials)


def check_signature(
    request: Request,
    found: Authorization,
    credentials: Credentials,
    *,
    path_as_sent: bool = False,
) -> None:
    """Refuse `request` unless `found` is what `credentials` make of it."""
    signed = [
        (name, ",".join(" ".join(value.split()) for value in _values(request.headers, name)))
        for name in found.signed_headers
    ]
    canonical = canonical_request(request, signed, path_as_sent=path_as_sent)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = "\n".join((ALGORITHM, found.timestamp, str(found.scope), digest))
    key = signing_key(credentials.secret_key, found.scope)
    expected = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), found.signature.encode()):
        raise mismatch()


def _values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def authorization(headers: Headers) -> Authorization:
    """What the header says. Raises Refusal where it is missing, or cannot be read."""
    values = _values(headers, "authorization")
    if not values:
        raise unsigned()
    algorithm, _, rest = values[0].strip().partition(" ")
    if algorithm.startswith("AWS4-") and algorithm != ALGORITHM:
        raise incomplete(f"Unsupported AWS 'algorithm': '{algorithm}'")
    pairs = (pair.strip().partition("=") for pair in rest.split(","))
    given = {name: value for name, _, value in pairs}
    times = _values(headers, "x-amz-date") + _values(headers, "date")
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in _PARAMETERS
        if not given.get(name)
    ]
    if not times:
        missing.append(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    if missing:
        raise incomplete(" ".join(missing))
    access_key, scope = credential(given["Credential"])
    names = tuple(given["SignedHeaders"].split(";"))
    return Authorization(access_key, scope, names, given["Signature"], _timestamp(times[0]))


def credential(text: str) -> tuple[str, Scope]:
    """Access key and scope. Raises Refusal."""
    parts = text.split("/")
    if len(parts) != _CREDENTIAL_PARTS or parts[-1] != "aws4_request":
        raise incomplete(
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
    except ValueError as exc:
        raise incomplete(f"Date must be in ISO-8601 'basic format'. Got '{text}'.") from exc


def check_scope(found: Authorization, service: str) -> None:
    """Refuse a signature that is not for `service`, for its own day, or not for its host."""
    scope, timestamp = found.scope, found.timestamp
    if scope.service != service:
        raise mismatch(f"Credential should be scoped to correct service: '{service}'.")
    if scope.date != timestamp[:8]:
        raise mismatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{scope.date}' != '{timestamp[:8]}', from '{timestamp}'."
        )
    if "host" not in found.signed_headers:
        raise mismatch("'Host' must be a 'SignedHeader' in the AWS Authorization.")


def _check_time(timestamp: str, now: float) -> None:
    """Timestamps compare as their text does."""
    earliest, current, latest = (
        strftime(FORMAT, gmtime(now + minutes * 60)) for minutes in (-SKEW_MINUTES, 0, SKEW_MINUTES)
    )
    if timestamp < earliest:
        raise mismatch(
            f"Signature expired: {timestamp} is now earlier than {earliest} "
            f"({current} - {SKEW_MINUTES} min.)"
        )
    if timestamp > latest:
        raise mismatch(
            f"Signature not yet current: {timestamp} is still later than {latest} "
            f"({current} + {SKEW_MINUTES} min.)"
        )
