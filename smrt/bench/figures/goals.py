"""--goodput: the latencies with which a response is good."""

from math import isnan
from typing import NamedTuple

from smrt.bench.measures.samples import CHUNK_GAP, METRIC_NAMES, TOKEN_GAP, Samples, metric_values
from smrt.errors import UsageError


class Goal(NamedTuple):
    """The longest that a metric of a good response may take, in seconds."""

    metric: str
    at_most: float


def parse_goals(text: str) -> tuple[Goal, ...]:
    """The goals in `NAME:MILLISECONDS NAME:MILLISECONDS`. Raises UsageError."""
    goals = tuple(map(_goal, text.split()))
    if not goals:
        raise _invalid(text, "it is empty")
    return goals


def good_requests(samples: Samples, goals: tuple[Goal, ...]) -> list[int]:
    """The indexes of the successes that meet each goal that applies to them.

    A response of one token has no time between tokens, for example.
    """
    good = samples.successes()
    for metric, at_most in goals:
        values = metric_values(samples, metric, good)
        pairs = zip(good, values, strict=True)
        good = [index for index, value in pairs if isnan(value) or value <= at_most]
    return good


def _goal(word: str) -> Goal:
    name, _, limit = word.partition(":")
    try:
        milliseconds = float(limit)
    except ValueError:
        raise _invalid(word, "not a number of milliseconds") from None
    if name not in METRIC_NAMES or not milliseconds > 0:
        raise _invalid(word, f"choose from {', '.join(METRIC_NAMES)}")
    return Goal(TOKEN_GAP if name == CHUNK_GAP else name, milliseconds / 1000)


def _invalid(text: str, reason: str) -> UsageError:
    return UsageError(
        f"Bad value for --goodput {text}: {reason}",
        'example: --goodput "time_to_first_token:100 inter_token_latency:10"',
    )
