"""The log of --debug: lines with timestamps; secrets are masked."""

import re
from collections.abc import Callable
from time import localtime, strftime, time

from smrt.errors import MASK, redacted
from smrt.protocol.messages import Headers, Trace

_SECRET = frozenset({"x-amz-security-token", "proxy-authorization", "cookie", "set-cookie"})
_ACCESS_KEY = re.compile(r"(?<=Credential=)[^/]*(?=[^/]{4}/)")


def stamped(write: Callable[[str], None], clock: Callable[[], float] = time) -> Trace:
    """A trace that writes timestamped lines; `clock` returns seconds since the epoch."""

    def trace(text: str) -> None:
        now = clock()
        stamp = strftime("%Y-%m-%d %H:%M:%S", localtime(now)) + f",{int(now % 1 * 1000):03d}"
        write("".join(f"{stamp} {line}\n" for line in redacted(text).split("\n")))

    return trace


def masked_headers(headers: Headers) -> Headers:
    """The headers without tokens and signatures; of the access key, only the end is shown."""
    return tuple(
        (name, MASK if name.lower() in _SECRET else _masked_value(value)) for name, value in headers
    )


def listed(headers: Headers) -> str:
    """The masked headers, one per line."""
    return "".join(f"\n  {name}: {value}" for name, value in masked_headers(headers))


def _masked_value(value: str) -> str:
    return _ACCESS_KEY.sub(MASK, redacted(value))
