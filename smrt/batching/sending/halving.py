"""Halving of requests with several records, so that one bad record does not sink the others."""

MOST_IN_A_ROW = 3
"""After so many requests in a row of which no record succeeds, requests are not halved."""


class Family:
    """A request and the halves that came of it, until each of its records has a result."""

    __slots__ = ("has_success", "is_halved", "remaining")

    def __init__(self, records: int) -> None:
        self.remaining = records
        self.is_halved = self.has_success = False


class HalvingRule:
    """Whether requests are halved: not while every record seems to be bad."""

    def __init__(self) -> None:
        self._in_a_row = 0

    @property
    def permits(self) -> bool:
        """Whether a request may be halved."""
        return self._in_a_row < MOST_IN_A_ROW

    def ended(self, family: Family) -> None:
        """All records of a request have their results."""
        if family.has_success:
            self._in_a_row = 0
        elif family.is_halved:
            self._in_a_row += 1
