"""Verifies presigned URLs of signature version 2, boto3's default in us-east-1.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
"""

import hmac
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from botocore.auth import HmacV1QueryAuth
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from smrt.local.api_errors import access_denied, expired, invalid_signature
from smrt.local.loopback import subdomain
from smrt.local.signature import CREDENTIALS
from smrt.protocol.messages import Request
from smrt.protocol.responses import header

_SECONDS = re.compile("[0-9]{1,12}")
_SIGNED = ("content-md5", "content-type")


class _Signer(HmacV1QueryAuth):  # type: ignore[misc]  # botocore has no types
    """Signs with the expiry of the URL instead of one of its own."""

    def _get_date(self) -> str:
        return str(self._expires)


def check_v2(request: Request, parameters: Mapping[str, str], *, now: float) -> None:
    """Reject `request`, received at `now`, unless its query has a valid signature.

    Raises ApiError.
    """
    expires, signature = parameters.get("Expires", ""), parameters.get("Signature", "")
    if not _SECONDS.fullmatch(expires) or not signature:
        raise access_denied(
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
            "parameters"
        )
    if parameters["AWSAccessKeyId"] != CREDENTIALS.access_key:
        return
    if now > int(expires):
        raise expired()
    if not hmac.compare_digest(_signature(request, parameters, expires), signature.encode()):
        raise invalid_signature()


def _signature(request: Request, parameters: Mapping[str, str], expires: str) -> bytes:
    """The expected signature. The query may replace headers that the request does not have."""
    signed = [(name, value) for name, value in request.headers if _is_signed(name.lower())]
    absent = [
        (name, value)
        for name, value in parameters.items()
        if _is_signed(name) and header(request.headers, name) is None
    ]
    split = urlsplit(f"http://{request.url.authority}{request.url.target}")
    bucket = subdomain(header(request.headers, "Host") or "")
    path = f"/{bucket}{split.path}" if bucket else split.path
    signer = _Signer(Credentials(CREDENTIALS.access_key, CREDENTIALS.secret_key), expires)
    headers = HTTPHeaders.from_pairs([*signed, *absent])
    signature: str = signer.get_signature(request.method, split, headers, auth_path=path)
    return signature.encode()


def _is_signed(name: str) -> bool:
    return name.startswith("x-amz-") or name in _SIGNED
