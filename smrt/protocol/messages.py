"""The values that travel between the floors."""

from collections.abc import Callable
from typing import Any, BinaryIO, NamedTuple

Headers = tuple[tuple[str, str], ...]
Trace = Callable[[str], None]
"""Is told what happens, in lines for a person."""

DEFAULT_TIMEOUT = 60.0
INVOKE_READ_TIMEOUT = 70.0
"""Seconds; what the InvokeEndpoint reference advises for models that take up to 60 s:
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html"""


def veiled(value: Any, *hidden: str) -> str:
    """The repr of a NamedTuple, with a mask for the fields `hidden` and for secrets in URLs."""
    from smrt.errors import MASK, redacted  # a plain call shows none

    pairs = zip(value._fields, value, strict=True)
    shown = ((name, MASK if name in hidden and item else repr(item)) for name, item in pairs)
    text = ", ".join(f"{name}={item}" for name, item in shown)
    return redacted(f"{type(value).__name__}({text})")


class Url(NamedTuple):
    """An address taken apart: `target` is path and query as they stand on the request line."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The Host header: the port is left out where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return host if self.port == default else f"{host}:{self.port}"

    def __repr__(self) -> str:
        return veiled(self)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


class Payload(NamedTuple):
    """A request body that can be read more than once: `content` is bytes or an open file."""

    content: bytes | BinaryIO
    length: int
    sha256: str

    def __repr__(self) -> str:
        return veiled(self, "content")


class Request(NamedTuple):
    """One HTTP request; header values are text and travel as UTF-8."""

    method: str
    url: Url
    headers: Headers
    payload: Payload

    def __repr__(self) -> str:
        return veiled(self, "headers", "payload")


class Credentials(NamedTuple):
    """Who signs; `source` is the kind of place that the keys came from.

    `expires` is in seconds since the epoch, None where they stay good.
    """

    access_key: str
    secret_key: str
    token: str | None = None
    source: str = "explicit"
    expires: float | None = None

    def __repr__(self) -> str:
        return f"Credentials(access_key={self.access_key!r}, source={self.source!r})"


class Settings(NamedTuple):
    """Everything that is configured for a call, resolved: option > environment > profile > default.

    Timeouts are in seconds, 0 is none; `max_attempts` counts the first try; `wait_ready` is how
    long a model may take to load.
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
        return veiled(self, "endpoint_url", "http_proxy", "https_proxy")
