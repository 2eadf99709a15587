"""AWS Signature Version 4.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

Pure: the time is an argument, and the request contains the payload's hash.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from time import gmtime, strftime

from smrt.errors import ConfigurationError
from smrt.named_tuple import NamedTuple

from .messages import Credentials, Headers, Payload, Request
from .sha256 import hmac_sha256, sha256
from .urls import IN_PATHS, percent_encoded

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = frozenset(
    {
        "baggage",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    }
)
"""Headers that a proxy may change: botocore's list."""
_NO_BODY = Payload(b"", 0, "")
_STAMPS = 8
"""How many requests that differ in more than their body a client may make in turn."""


class Scope(NamedTuple):
    """The credential scope of a signature; `date` is YYYYMMDD."""

    date: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


class Stamp:
    """What the signatures of one second share, for requests that differ only in their body.

    `headers` are to be added to the request; `authorization` is followed by the signature.
    Raises ConfigurationError for credentials with characters that no header can contain.
    """

    def __init__(
        self,
        request: Request,
        credentials: Credentials,
        *,
        region: str,
        service: str,
        now: float,
        derive: Callable[[str, Scope], bytes] | None = None,
    ) -> None:
        check_printable(credentials)
        timestamp = strftime("%Y%m%dT%H%M%SZ", gmtime(now))
        added = [("X-Amz-Date", timestamp)]
        if credentials.token:
            added.append(("X-Amz-Security-Token", credentials.token))
        self.headers: Headers = tuple(added)
        scope = Scope(timestamp[:8], region, service)
        signed = _signed_headers((("Host", request.url.authority), *request.headers, *added))
        names = ";".join(name for name, _ in signed)
        self.authorization = (
            f"{ALGORITHM} Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature="
        )
        canonical = canonical_request(request, signed)
        self._canonical = canonical.removesuffix(request.payload.sha256).encode()
        self._to_sign = f"{ALGORITHM}\n{timestamp}\n{scope}\n".encode()
        self._key = (derive or signing_key)(credentials.secret_key, scope)

    def signature(self, payload_sha256: str) -> str:
        """The signature of the request with this hash of its payload."""
        canonical = sha256(self._canonical + payload_sha256.encode()).hexdigest()
        return hmac_sha256(self._key, self._to_sign + canonical.encode()).hex()


class Signer:
    """Signs the requests of one client; what they share is computed once. Threads can share it."""

    def __init__(self, region: str, service: str) -> None:
        derive = lru_cache(maxsize=1)(signing_key)
        stamp = partial(Stamp, region=region, service=service, derive=derive)
        self._stamp = lru_cache(maxsize=_STAMPS)(stamp)

    def sign(self, request: Request, credentials: Credentials, now: float) -> Headers:
        """The headers that sign `request` at `now` (seconds since the epoch), in order.

        Signs every header of the request except UNSIGNED, and Host, which the transport adds.
        """
        stamp = self._stamp(request._replace(payload=_NO_BODY), credentials, now=int(now))
        signature = stamp.signature(request.payload.sha256)
        return (*stamp.headers, ("Authorization", stamp.authorization + signature))


def sign(
    request: Request, credentials: Credentials, *, region: str, service: str, now: float
) -> Headers:
    """The headers that sign a single request; see Signer."""
    return Signer(region, service).sign(request, credentials, now)


def canonical_request(
    request: Request, signed: Iterable[tuple[str, str]], *, path_as_sent: bool = False
) -> str:
    """The canonical request to sign; `signed` are its headers, folded and sorted.

    Only S3 signs the path as it is sent.
    """
    path, _, query = request.url.target.partition("?")
    lines = list(signed)
    return "\n".join(
        (
            request.method,
            path if path_as_sent else percent_encoded(_normalized(path) or "/", IN_PATHS),
            _canonical_query(query),
            *(f"{name}:{value}" for name, value in lines),
            "",
            ";".join(name for name, _ in lines),
            request.payload.sha256,
        )
    )


def signing_key(secret_key: str, scope: Scope) -> bytes:
    """The key derived for one day, region and service."""
    key = ("AWS4" + secret_key).encode()
    for part in (scope.date, scope.region, scope.service, "aws4_request"):
        key = hmac_sha256(key, part.encode())
    return key


def check_printable(credentials: Credentials) -> None:
    """Raise ConfigurationError for control characters, such as a trailing newline from a file."""
    for name in ("access_key", "secret_key", "token"):
        if not (getattr(credentials, name) or "").isprintable():
            raise ConfigurationError(
                f"the {name.replace('_', ' ')} contains a nonprintable character",
                f"check for a trailing newline where it is set ({credentials.source})",
            )


def _signed_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers by lowercase name, sorted; white space is folded, repeated values are joined."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() not in UNSIGNED:
            values.setdefault(name.lower(), []).append(" ".join(value.split()))
    return [(name, ",".join(values[name])) for name in sorted(values)]


def _normalized(path: str) -> str:
    """The path without empty and dot segments (RFC 3986, 5.2.4), as AWS normalizes it."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment and segment != ".":
            segments.append(segment)
    tail = "/" if segments and path.endswith("/") else ""
    return ("/" if path.startswith("/") else "") + "/".join(segments) + tail


def _canonical_query(query: str) -> str:
    pairs = (pair.partition("=") for pair in query.split("&")) if query else ()
    return "&".join(f"{name}={value}" for name, value in sorted((n, v) for n, _, v in pairs))
