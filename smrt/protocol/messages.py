"""The values that the layers exchange: URLs, requests, credentials, settings."""

from collections.abc import Callable
from typing import Any, BinaryIO

from smrt.named_tuple import NamedTuple

Headers = tuple[tuple[str, str], ...]
Trace = Callable[[str], None]
"""Logs one line of debug output."""

DEFAULT_TIMEOUT = 60.0
INVOKE_READ_TIMEOUT = 70.0
"""Seconds; the InvokeEndpoint reference recommends it for models that take up to 60 s:
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html"""


def masked_repr(value: Any, *hidden: str) -> str:
    """Return the repr of a NamedTuple with the fields `hidden` and secrets in URLs masked."""
    from smrt.errors import MASK, redacted  # a plain call prints no repr

    pairs = zip(value._fields, value, strict=True)
    shown = ((name, MASK if name in hidden and item else repr(item)) for name, item in pairs)
    text = ", ".join(f"{name}={item}" for name, item in shown)
    return redacted(f"{type(value).__name__}({text})")


class Url(NamedTuple):
    """A parsed URL: `target` is path and query as in the request line."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The value of the Host header; it omits the scheme's default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return host if self.port == default else f"{host}:{self.port}"

    def __repr__(self) -> str:
        return masked_repr(self)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


class Payload(NamedTuple):
    """A request body that can be read more than once: `content` is bytes or an open file."""

    content: bytes | BinaryIO
    length: int
    sha256: str

    def __repr__(self) -> str:
        return masked_repr(self, "content")


class Request(NamedTuple):
    """An HTTP request; header values are text, sent as UTF-8."""

    method: str
    url: Url
    headers: Headers
    payload: Payload

    def __repr__(self) -> str:
        return masked_repr(self, "headers", "payload")


class Credentials(NamedTuple):
    """AWS credentials; `source` is the name of the provider they were loaded from.

    `expires` is in seconds since the epoch, None if they do not expire.
    """

    access_key: str
    secret_key: str
    token: str | None = None
    source: str = "explicit"
    expires: float | None = None

    def __repr__(self) -> str:
        return f"Credentials(access_key={self.access_key!r}, source={self.source!r})"


class Settings(NamedTuple):
    """The resolved settings of a call: option > environment > profile > default.

    Timeouts are in seconds, 0 disables them; `max_attempts` includes the first attempt;
    `wait_ready` is the maximum number of seconds to wait for a model to load.
    """

    region: str = ""
    endpoint_url: str | None = None
    use_fips: bool = False
    use_dualstack: bool = False
    sign: bool = True
    verify: bool = True
    ca_bundle: str | None = None
    connect_timeout: float = DEFAULT_TIMEOUT
    read_timeout: float = DEFAULT_TIMEOUT
    max_attempts: int = 3
    validate: bool = True
    user_agent: str = ""
    retry_mode: str = "standard"
    retry_timeouts: bool = False
    http_proxy: str | None = None
    https_proxy: str | None = None
    no_proxy: str | None = None
    wait_ready: float = 0.0

    def __repr__(self) -> str:
        return masked_repr(self, "endpoint_url", "http_proxy", "https_proxy")
