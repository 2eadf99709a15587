"""A client's connections to S3, for the results of asynchronous calls."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smrt.s3.objects import S3


class ResultStorage:
    """Connects to S3 on first use, and again in each forked process.

    Botocore's connections cannot be shared with a forked process.
    """

    def __init__(self, connect: "Callable[[], S3]") -> None:
        self._connect = connect
        self._connected: tuple[int, S3] | None = None

    def s3(self) -> "S3":
        """The connections to S3 of this process."""
        process, connected = os.getpid(), self._connected
        if connected is None or connected[0] != process:
            connected = self._connected = (process, self._connect())
        return connected[1]

    def close(self) -> None:
        """Close the connections, if any."""
        if self._connected is not None:
            self._connected[1].close()
