"""A log: whatever is cut or damaged, no wrong entry is read, and those before it are."""

import errno
import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.batching.job.disk.job_files import Files
from smrt.batching.job.logs.job_log import SENT, UNSENT, JobLog, frame, frame_offsets, read_log
from smrt.batching.job.outcomes import Outcome
from smrt.errors import SmrtError
from tests.support.project import ROOT

ENTRIES = [
    frame_offsets(SENT, [0, 7]),
    frame(Outcome.SUCCEEDED, 7, b'{"recordId":7}\n'),
    frame(Outcome.FAILED, 0, b""),
    frame_offsets(UNSENT, [2**63]),
    frame(Outcome.IN_DOUBT, 2**64 - 1, b"\0\n"),
]
ENDS = list(itertools.accumulate(map(len, ENTRIES)))
Read = list[tuple[int, int, bytes]]


def read(path: Path) -> Read:
    return [(entry.kind, entry.offset, bytes(entry.content)) for entry in read_log(str(path))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def whole(path: Path) -> Read:
    path.write_bytes(b"".join(ENTRIES))
    return read(path)


def test_a_log_is_read_as_it_was_written(path: Path, whole: Read) -> None:
    assert [(kind, offset) for kind, offset, _ in whole] == [
        (SENT, 0),
        (Outcome.SUCCEEDED, 7),
        (Outcome.FAILED, 0),
        (UNSENT, 2**63),
        (Outcome.IN_DOUBT, 2**64 - 1),
    ]
    assert next(read_log(str(path))).offsets == (0, 7)
    assert [content for *_, content in whole[1:]] == [b'{"recordId":7}\n', b"", b"", b"\0\n"]


def test_a_log_that_is_cut_anywhere_has_the_entries_before_the_cut(path: Path, whole: Read) -> None:
    content = path.read_bytes()
    for size in range(len(content)):
        path.write_bytes(content[:size])
        assert read(path) == whole[: sum(end <= size for end in ENDS)]


@pytest.mark.parametrize("damage", [lambda byte: byte ^ 1, lambda byte: byte ^ 0xFF, lambda _: 0])
def test_a_log_that_is_damaged_anywhere_has_the_entries_before_the_damage(
    damage: Callable[[int], int], path: Path, whole: Read
) -> None:
    content = path.read_bytes()
    for position, byte in enumerate(content):
        damaged = bytearray(content)
        damaged[position] = damage(byte)
        path.write_bytes(damaged)
        intact = sum(end <= position for end in ENDS) if damage(byte) != byte else len(whole)
        assert read(path) == whole[:intact]


@given(garbage=st.binary(max_size=80), zeros=st.integers(0, 80))
def test_what_follows_the_entries_is_no_entry(
    garbage: bytes, zeros: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("log") / "log"
    path.write_bytes(b"".join(ENTRIES) + garbage + bytes(zeros))
    assert len(read(path)) == len(ENTRIES)


@pytest.mark.parametrize("size", [2**18 - 40, 2**18 - 17, 2**18 - 1, 2**18, 2**18 + 1, 2**20 + 3])
def test_entries_longer_than_a_block_are_read_and_checked(size: int, path: Path) -> None:
    entries = [frame(Outcome.SUCCEEDED, number, b"x" * size) for number in range(3)]
    path.write_bytes(b"".join(entries))
    assert [(offset, len(content)) for _, offset, content in read(path)] == [
        (number, size) for number in range(3)
    ]
    for cut in (1, size, size + 1, size + 18):
        path.write_bytes(b"".join(entries)[:-cut])
        assert len(read(path)) == (2 if cut <= len(entries[0]) else 1)
    damaged = bytearray(b"".join(entries))
    damaged[-2] ^= 1
    path.write_bytes(damaged)
    assert len(read(path)) == 2


def write_half(descriptor: int, content: bytes) -> int:
    return os.write(descriptor, content[: len(content) // 2])


def write_half_and_fail(descriptor: int, content: bytes) -> int:
    write_half(descriptor, content)
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def fail(*_: object) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def failing_once(write: Callable[[int, bytes], int], at: int) -> Callable[[int, bytes], int]:
    """os.write, but `write` for the call of this number."""
    writes = itertools.count()

    def write_or_fail(descriptor: int, content: bytes) -> int:
        return (write if next(writes) == at else os.write)(descriptor, content)

    return write_or_fail


@pytest.mark.parametrize("write", [write_half, write_half_and_fail, fail])
@pytest.mark.parametrize("at", range(len(ENTRIES)))
def test_an_entry_that_cannot_be_written_leaves_no_trace(
    write: Callable[[int, bytes], int], at: int, path: Path, tmp_path: Path
) -> None:
    log = JobLog(Files(write=failing_once(write, at)), str(path))
    for number, entry in enumerate(ENTRIES):
        if number == at:
            with pytest.raises(SmrtError, match="log could not be written: ") as caught:
                log.append(entry)
            assert log.failure is caught.value
        else:
            log.append(entry)
    log.close()
    assert path.read_bytes() == b"".join(ENTRIES[:at] + ENTRIES[at + 1 :])


def test_nothing_is_written_behind_an_entry_that_is_torn(path: Path) -> None:
    log = JobLog(Files(write=failing_once(write_half, 1), truncate=fail), str(path))
    log.append(ENTRIES[0])
    for entry in ENTRIES[1:3]:
        with pytest.raises(SmrtError):
            log.append(entry)
    log.close()
    assert len(read(path)) == 1


def test_a_log_is_synced_only_after_a_write(path: Path) -> None:
    synced: list[int] = []
    log = JobLog(Files(fsync=synced.append), str(path))
    log.sync()
    assert not synced
    log.append(ENTRIES[0])
    log.sync()
    log.sync()
    log.close()
    assert len(synced) == 1


def test_a_sync_that_fails_is_a_failure_of_the_log(path: Path) -> None:
    log = JobLog(Files(fsync=fail), str(path))
    log.append(ENTRIES[0])
    with pytest.raises(SmrtError, match="No space left on device"):
        log.sync()
    assert log.failure is not None
    log.close()


LIMITED = """
import resource, sys
from smrt.batching.job.disk.job_files import Files
from smrt.batching.job.logs.job_log import JobLog, frame
from smrt.errors import SmrtError
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
log = JobLog(Files(), sys.argv[1])
try:
    while True:
        log.append(frame(0, 1, b"x" * 100))
except SmrtError as exc:
    print(exc)
"""


def test_a_real_short_write_is_undone(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{path} could not be written: the disk is full (short write)\n"
    assert path.stat().st_size == 8 * 117
    assert len(read(path)) == 8
