"""Checks that a request is signed for S3, by its header or as a presigned URL.

As in the local runtime, only signatures made with the server's own credentials can be verified.
Method, URL and headers are always verified, the body by its hash unless it has signed chunks.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
"""

import re
from calendar import timegm
from http import HTTPStatus
from time import strptime
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from smrt.local.api_errors import ApiError, access_denied, expired, incomplete_signature
from smrt.local.signature import (
    CREDENTIALS,
    FORMAT,
    Authorization,
    check_scope,
    check_signature,
    parse_authorization,
    parse_credential,
)
from smrt.protocol.messages import Request
from smrt.protocol.responses import header
from smrt.protocol.sigv4 import ALGORITHM

SERVICE = "s3"
SKEW = 900
"""Maximum clock skew in seconds."""
LONGEST_EXPIRY = 604_800
_UNSIGNED = "UNSIGNED-PAYLOAD"
_SHA256 = re.compile("[0-9a-f]{64}")
_PRESIGNED = ("Algorithm", "Credential", "Date", "SignedHeaders", "Signature")


def check_authorization(request: Request, *, now: float) -> None:
    """Reject `request`, received at `now` (seconds since the epoch), unless it is signed for S3.

    The signature includes the hash of the body, not the body. Raises ApiError.
    """
    query = request.url.target.partition("?")[2]
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    if header(request.headers, "Authorization") is not None:
        _check_header(request, now)
    elif "X-Amz-Algorithm" in parameters:
        _check_presigned(request, parameters, now)
    elif "AWSAccessKeyId" in parameters:
        from . import authorization_v2

        authorization_v2.check_v2(request, parameters, now=now)
    else:
        raise access_denied("Access Denied")


def check_payload(request: Request) -> None:
    """Reject `request` if its body has another hash than its header. Raises ApiError."""
    digest = header(request.headers, "X-Amz-Content-SHA256") or _UNSIGNED
    if _SHA256.fullmatch(digest) and digest != request.payload.sha256:
        raise _invalid(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )


def _check_header(request: Request, now: float) -> None:
    if not (header(request.headers, "Authorization") or "").startswith(f"{ALGORITHM} "):
        raise _invalid(
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. "
            f"Please use {ALGORITHM}.",
        )
    authorization = parse_authorization(request.headers)
    _check_service(authorization)
    if authorization.access_key != CREDENTIALS.access_key:
        return
    if abs(now - _seconds(authorization.timestamp)) > SKEW:
        raise ApiError(
            HTTPStatus.FORBIDDEN,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        )
    digest = header(request.headers, "X-Amz-Content-SHA256")
    if digest is None:
        raise _invalid(
            "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"
        )
    _verify(request, authorization, digest)


def _check_presigned(request: Request, parameters: dict[str, str], now: float) -> None:
    authorization = _parse_presigned(parameters)
    _check_service(authorization)
    if authorization.access_key != CREDENTIALS.access_key:
        return
    signed_at, expires = _seconds(authorization.timestamp), parameters.get("X-Amz-Expires", "")
    if not re.fullmatch("[0-9]{1,6}", expires) or not 1 <= int(expires) <= LONGEST_EXPIRY:
        raise _malformed_query(f"X-Amz-Expires must be between 1 and {LONGEST_EXPIRY} seconds")
    if now > signed_at + int(expires):
        raise expired()
    if now < signed_at - SKEW:
        raise access_denied("Request is not yet valid")
    _verify(request, authorization, header(request.headers, "X-Amz-Content-SHA256") or _UNSIGNED)


def _parse_presigned(parameters: dict[str, str]) -> Authorization:
    values = [parameters.get(f"X-Amz-{name}", "") for name in _PRESIGNED]
    algorithm, key, timestamp, names, signature = values
    if not all(values) or algorithm != ALGORITHM:
        raise _malformed_query(
            "Query-string authentication version 4 requires the X-Amz-Algorithm "
            f"({ALGORITHM}), X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, "
            "and X-Amz-Expires parameters."
        )
    return Authorization(*parse_credential(key), tuple(names.split(";")), signature, timestamp)


def _check_service(authorization: Authorization) -> None:
    """Reject signatures for other services, whoever made them."""
    service = authorization.scope.service
    if service != SERVICE:
        raise _invalid(
            "AuthorizationHeaderMalformed",
            f'The authorization header is malformed; incorrect service "{service}". '
            f'This endpoint belongs to "{SERVICE}".',
        )


def _verify(request: Request, authorization: Authorization, digest: str) -> None:
    check_scope(authorization, SERVICE)
    payload = request.payload._replace(sha256=digest)
    url = request.url._replace(target=_canonical(request.url.target))
    as_signed = request._replace(url=url, payload=payload)
    check_signature(as_signed, authorization, CREDENTIALS, path_as_sent=True)


def _canonical(target: str) -> str:
    """`target` in S3's canonical form, without a signature in the query."""
    path, _, query = target.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    canonical_query = "&".join(
        f"{_quoted(name)}={_quoted(value)}" for name, _, value in pairs if name != "X-Amz-Signature"
    )
    return f"{_quoted(path, '/')}?{canonical_query}"


def _quoted(text: str, safe: str = "") -> str:
    return quote(unquote_to_bytes(text), safe=safe)


def _seconds(timestamp: str) -> int:
    try:
        return timegm(strptime(timestamp, FORMAT))
    except ValueError as exc:
        raise incomplete_signature(
            f"Date must be in ISO-8601 'basic format'. Got '{timestamp}'."
        ) from exc


def _malformed_query(message: str) -> ApiError:
    return _invalid("AuthorizationQueryParametersError", message)


def _invalid(code: str, message: str) -> ApiError:
    return ApiError(HTTPStatus.BAD_REQUEST, code, message)
