"""What happens, told line by line with the time of day, for --debug; secrets are masked."""

import re
from collections.abc import Callable
from time import localtime, strftime, time

from smrt.errors import MASK, redacted
from smrt.protocol.messages import Headers, Trace

_SECRET = frozenset({"x-amz-security-token", "proxy-authorization", "cookie", "set-cookie"})
_ACCESS_KEY = re.compile(r"(?<=Credential=)[^/]*(?=[^/]{4}/)")


def stamped(say: Callable[[str], None], clock: Callable[[], float] = time) -> Trace:
    """A trace that writes with `say`; `clock` gives seconds since the epoch."""

    def trace(text: str) -> None:
        now = clock()
        stamp = strftime("%Y-%m-%d %H:%M:%S", localtime(now)) + f",{int(now % 1 * 1000):03d}"
        say("".join(f"{stamp} {line}\n" for line in redacted(text).split("\n")))

    return trace


def masked(headers: Headers) -> Headers:
    """The headers without tokens and signatures, and with the end alone of the access key."""
    return tuple(
        (name, MASK if name.lower() in _SECRET else _cleared(value)) for name, value in headers
    )


def listed(headers: Headers) -> str:
    """The headers, masked, a line each."""
    return "".join(f"\n  {name}: {value}" for name, value in masked(headers))


def _cleared(value: str) -> str:
    return _ACCESS_KEY.sub(MASK, redacted(value))
