"""Heartbeats: what each process of a job has done, and all of them together."""

import json
from collections.abc import Iterable
from typing import NamedTuple

BEAT, ENDED = "beat-", "ended-"
"""The prefixes of the heartbeats of processes that work, and the last ones of those that ended."""


class Beat(NamedTuple):
    """What a process has done in a round; `live` is the number of processes that it stands for."""

    round: int = 0
    requests: int = 0
    """Those of all rounds."""
    succeeded: int = 0
    failed: int = 0
    in_doubt: int = 0
    in_flight: int = 0
    limit: int = 0
    throttles: int = 0
    live: int = 1
    idle: int = 0
    """Those of the live processes that have nothing to send."""


def beat_content(beat: Beat) -> bytes:
    """A heartbeat as it is stored."""
    return json.dumps(beat._asdict()).encode()


def parse_beat(content: bytes) -> Beat:
    """The heartbeat with this content."""
    return Beat(**json.loads(content))


def total_beat(beats: Iterable[Beat], number: int, live: int) -> Beat:
    """All processes together, in the round `number`; requests are those of all rounds."""
    total, requests = [0] * len(Beat._fields), 0
    for beat in beats:
        requests += beat.requests
        if beat.round == number:
            total = [one + other for one, other in zip(total, beat, strict=True)]
    return Beat(*total)._replace(round=number, requests=requests, live=live)
