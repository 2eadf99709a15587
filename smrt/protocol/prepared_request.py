"""A request that is sent many times: what does not change is encoded and canonicalized once."""

from functools import lru_cache
from hashlib import sha256

from .messages import Credentials, Headers, Payload, Request, Url
from .sigv4 import Stamp, signing_key

_UNKNOWN = Payload(b"", 0, "")
"""In place of a body that differs from call to call."""
STAMPS = 8
"""How many sets of headers calls may have in turn."""


class PreparedRequest:
    """A request without its body: `headers` are signed, `unsigned` follow the signature.

    `proxy_headers` are those of a proxy that forwards the request; None without such a proxy.
    """

    def __init__(
        self,
        method: str,
        url: Url,
        headers: Headers,
        *,
        region: str,
        service: str,
        unsigned: Headers = (),
        proxy_headers: Headers | None = None,
    ) -> None:
        self.url = url
        self._request = Request(method, url, headers, _UNKNOWN)
        self._region, self._service = region, service
        target = url.target if proxy_headers is None else str(url)
        always = (("Host", url.authority), ("Accept-Encoding", "identity"))
        self._start = f"{method} {target} HTTP/1.1\r\n{_lines((*always, *headers))}".encode()
        self._unsigned = _lines(unsigned).encode()
        self._end = f"{_lines(proxy_headers or ())}Content-Length: ".encode()
        self._derive = lru_cache(maxsize=1)(signing_key)
        self._stamp = lru_cache(maxsize=STAMPS)(self._make_stamp)

    def head(
        self,
        body: bytes,
        credentials: Credentials | None,
        now: float,
        *,
        headers: Headers = (),
        unsigned: str = "",
        digest: str = "",
    ) -> bytes:
        """Encode the head of a request with `body`, signed at `now` unless `credentials` is None.

        `headers` and `unsigned` (whole lines) are those of this request alone; `digest` is the
        SHA-256 of the body, if it is known.
        """
        middle, end = self._unsigned + unsigned.encode(), b"%d\r\n\r\n" % len(body)
        if credentials is None:
            start = self._start + _lines(headers).encode()
            return b"".join((start, middle, self._end, end))
        stamp, start = self._stamp(credentials, int(now), headers)
        signature = stamp.signature(digest or sha256(body).hexdigest()).encode()
        return b"".join((start, signature, b"\r\n", middle, self._end, end))

    def _make_stamp(
        self, credentials: Credentials, second: int, headers: Headers
    ) -> tuple[Stamp, bytes]:
        """The stamp of a second, and the head up to the signature."""
        stamp = Stamp(
            self._request._replace(headers=(*self._request.headers, *headers)),
            credentials,
            region=self._region,
            service=self._service,
            now=second,
            derive=self._derive,
        )
        lines = _lines((*headers, *stamp.headers))
        return stamp, self._start + f"{lines}Authorization: {stamp.authorization}".encode()


def _lines(headers: Headers) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers)
