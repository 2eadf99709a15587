"""Whether the client was the limit, and not the endpoint."""

from typing import NamedTuple

from smrt.bench.load.level_result import LevelResult

from .percentiles import Distribution, percentile

MOST_LAG = 0.05
"""Of the median latency."""
MOST_CPU = 0.9
LEAST_LAG = 0.0005
"""Seconds; what any event loop is late at times does not count."""


class ClientHealth(NamedTuple):
    """`lag` is how late requests were sent (p99, seconds), `cpu` the share of one processor."""

    lag: float
    cpu: float
    reasons: tuple[str, ...]
    """Why the client was the limit; empty if it was not."""


def client_health(result: LevelResult, latency: Distribution | None) -> ClientHealth:
    """How the client did in a level, whose latency is that of the endpoint alone."""
    lags = sorted(result.samples.times["lag"])
    lag = percentile(lags, "99").value
    lag = lag if lag is not None else max(lags, default=0.0)
    cpu = result.cpu / result.seconds if result.seconds > 0 else 0.0
    median = latency.percentile("50").value if latency else None
    reasons = []
    if median is not None and lag > max(MOST_LAG * median, LEAST_LAG):
        reasons.append(
            f"it sent requests {lag * 1000:.2f} ms late (p99), and the median latency is "
            f"{median * 1000:.2f} ms"
        )
    if cpu > MOST_CPU:
        reasons.append(f"it used {cpu:.0%} of a processor")
    return ClientHealth(lag, cpu, tuple(reasons))
