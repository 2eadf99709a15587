"""The result of a job in S3: an object of lines, or an object for each record."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from io import BufferedReader, RawIOBase
from itertools import chain, islice
from typing import Any, NamedTuple

from smrt.batching.job.disk.job_files import Files
from smrt.batching.job.outcomes import Outcome
from smrt.batching.job.stored_results import StoredResult
from smrt.s3.object_store import ObjectStore
from smrt.s3.objects import BLOCK

from .s3_locations import below, s3_location

WRITERS = 16
"""Objects that are written at once."""


class S3Object(NamedTuple):
    """An object of lines, which appears whole."""

    store: ObjectStore
    path: str
    header: bytes = b""

    def exists(self) -> bool:
        """Whether the object exists."""
        return self.store.head(s3_location(self.path)) is not None

    def write(self, files: Files, results: Iterable[StoredResult], job_id: str) -> None:
        """Upload the header and the lines, in chunks if they are many."""
        del files, job_id
        chunks = chain((self.header,), (result.line for result in results))
        with BufferedReader(_Chunks(chunks), BLOCK) as file:
            self.store.put(s3_location(self.path), file)


class S3Objects(NamedTuple):
    """An object for each record, below a prefix."""

    store: ObjectStore
    path: str
    names: Callable[[int], tuple[str, str]]
    """The names of the objects of a record: for its response, and for its error."""

    def exists(self) -> bool:
        """Whether there is an object below the prefix."""
        bucket, prefix = below(self.path, "")
        return any(True for _ in self.store.listed(bucket, prefix))

    def write(self, files: Files, results: Iterable[StoredResult], job_id: str) -> None:
        """Write an object for each record; remove the other one of an earlier round."""
        del files, job_id
        remaining = iter(results)
        with ThreadPoolExecutor(WRITERS, "smrt results") as pool:
            while batch := list(islice(remaining, WRITERS)):
                writes: list[Future[None]] = [pool.submit(self._write, each) for each in batch]
                for write in writes:
                    write.result()

    def _write(self, result: StoredResult) -> None:
        response, error = (below(self.path, name) for name in self.names(result.offset))
        is_ok = result.outcome is Outcome.SUCCEEDED
        self.store.write(response if is_ok else error, result.line)
        if not is_ok or self.store.head(error) is not None:
            other = error if is_ok else response
            self.store.delete(other.bucket, [other.key])


class _Chunks(RawIOBase):
    """Chunks of bytes as a file."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks: Iterator[bytes] = iter(chunks)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        block, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(block)] = block
        return len(block)
