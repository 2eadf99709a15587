"""What is in progress: partitions that are read, and the requests with their records."""

from typing import NamedTuple

from smrt.batching.job.store import Attempt
from smrt.batching.records.packing import Pack

from .halving import Family


class OpenPartition:
    """A partition of which records are read, or have no result yet."""

    __slots__ = ("attempt", "is_read", "outstanding", "records")

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.is_read = False
        self.records = self.outstanding = 0


class Flight(NamedTuple):
    """What a call carries: records of a partition."""

    partition: OpenPartition
    pack: Pack
    family: Family
