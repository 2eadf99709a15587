"""Writes the output file; a failure leaves the old file unchanged."""

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from enum import Enum
from typing import BinaryIO

from smrt.errors import SmrtError, StdoutClosedError, UsageError
from smrt.named_tuple import NamedTuple

_DESCRIPTOR = r"/dev/(?:fd/(\d+)|std(in|out|err))|/proc/self/fd/(\d+)"
_DEVICES = ("/dev/", "/proc/")
"""Prefixes of a descriptor's path; for other paths the pattern is not compiled."""
BLOCK = 1 << 18
PARTIAL = ".partial"
_STANDARD = {"in": 0, "out": 1, "err": 2}
_MAX_LINKS = 40


class WriteMode(Enum):
    """How a path is written."""

    DIRECT = "opened, and written directly"
    REPLACE = "replaced by a new file from the same folder"
    OVERWRITE = "overwritten in place with the complete body"


class Plan(NamedTuple):
    """How a path will be written; `existing` is the status of the file that is there."""

    path: str
    mode: WriteMode
    existing: os.stat_result | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether the output appears on a terminal."""
        if self.mode is not WriteMode.DIRECT or (
            self.existing and not stat.S_ISCHR(self.existing.st_mode)
        ):
            return False  # opening a named pipe would wait for its reader
        with suppress(OSError), _opened(self.path) as file:
            return file.isatty()
        return False


def plan(path: str, name: str = "the outfile") -> Plan:
    """Decide how to write `path`; UsageError, which mentions `name`, if it cannot be written.

    A new file, or a file of the current user, is written to a temporary file in the same folder
    and renamed. A device, a pipe or a descriptor of this process is written directly. A file that
    must keep its identity (another user's, one with several hard links, one in a read-only folder)
    is overwritten when the body is complete.
    """
    try:
        number = _descriptor(path)
        if number is not None:
            os.write(number, b"")  # fails if it is not open for writing
            return Plan(path, WriteMode.DIRECT)
        target = os.path.realpath(path) if path else path
        status = os.stat(path)
    except FileNotFoundError:
        return _new(path, target, name)
    except (OSError, OverflowError, ValueError) as exc:
        raise _unwritable(path, name, exc) from exc
    if stat.S_ISDIR(status.st_mode):
        raise UsageError(f"{name} {path} is a directory", "specify a file in it")
    if not os.access(path, os.W_OK):
        raise UsageError(f"cannot write to {name} {path}: permission denied")
    if not stat.S_ISREG(status.st_mode):
        return _special(path, name, status)
    is_replaceable = status.st_uid == _user(status) and status.st_nlink == 1
    if is_replaceable and os.access(os.path.dirname(target), os.W_OK | os.X_OK):
        return Plan(target, WriteMode.REPLACE, status)
    _check_overwritable(path, name)
    return Plan(target, WriteMode.OVERWRITE, status)


def is_same(one: Plan, other: Plan) -> bool:
    """Whether both are the same file, even under different names."""
    if one.existing is None or other.existing is None:
        return one.path == other.path
    return os.path.samestat(one.existing, other.existing)


@contextmanager
def writing(planned: Plan, *, save_partial: bool = False) -> Iterator[BinaryIO]:
    """The file to write to. It is complete when the block ends, and unchanged if the block fails.

    With `save_partial`, the output before a SmrtError is saved under the path with .partial
    appended, replacing an older one, and a hint is added to the error.
    """
    try:
        with _writer(planned, save_partial=save_partial) as file:
            yield file
    except OSError as exc:
        raise _write_error(planned, exc) from exc


def _writer(planned: Plan, *, save_partial: bool) -> AbstractContextManager[BinaryIO]:
    if planned.mode is WriteMode.DIRECT:
        return _direct(planned.path)
    writer = _replacing if planned.mode is WriteMode.REPLACE else _overwriting
    return writer(planned, save_partial=save_partial)


def _user(status: os.stat_result) -> int:
    return os.geteuid() if hasattr(os, "geteuid") else status.st_uid  # Windows has no user ids


def _descriptor(path: str) -> int | None:
    """The descriptor of this process that `path` is or links to; None for other files."""
    for _ in range(_MAX_LINKS):
        if path.startswith(_DEVICES) and (match := re.fullmatch(_DESCRIPTOR, path)):
            return _STANDARD[match[2]] if match[2] else int(match[1] or match[3])
        if not os.path.islink(path):
            return None
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    return None


def _special(path: str, name: str, status: os.stat_result) -> Plan:
    if stat.S_ISSOCK(status.st_mode):
        raise UsageError(f"{name} {path} is a socket", "specify a file, or - for standard output")
    return Plan(path, WriteMode.DIRECT, status)


def _new(path: str, target: str, name: str) -> Plan:
    folder = os.path.dirname(target)
    if not path or path.endswith("/") or not os.path.isdir(folder):
        missing = target if path.endswith("/") else folder
        raise UsageError(
            f"cannot create {name} '{path}': No such file or directory",
            f"create its folder first: mkdir -p '{missing}'" if path else "specify a file",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"cannot create {name} {path}: permission denied in {folder}")
    return Plan(target, WriteMode.REPLACE)


def _check_overwritable(path: str, name: str) -> None:
    """Permission is not enough: the file can be append-only, or a running program."""
    try:
        os.close(os.open(path, os.O_WRONLY))
    except OSError as exc:
        raise _unwritable(path, name, exc) from exc


@contextmanager
def _direct(path: str) -> Iterator[BinaryIO]:
    try:
        with _opened(path) as file:
            yield file
    except BrokenPipeError as exc:
        raise StdoutClosedError(f"{path} was closed") from exc


def _opened(path: str) -> BinaryIO:
    """Open a device or pipe; a descriptor of this process is reused, to share its offset."""
    number = _descriptor(path)
    return open(path, "wb") if number is None else open(number, "wb", closefd=False)


@contextmanager
def _replacing(planned: Plan, *, save_partial: bool) -> Iterator[BinaryIO]:
    beside = _name_beside(planned)
    try:
        with _create(beside, planned) as file:
            yield file
        _move_into_place(beside, planned)
    except SmrtError as exc:
        if save_partial:
            exc.add_hints(*_save_partial(planned, lambda: beside))
        raise
    finally:
        _remove(beside)


def _name_beside(planned: Plan) -> str:
    folder, name = os.path.split(planned.path)
    return os.path.join(folder, f".{name[:32]}.{os.urandom(6).hex()}.smrt")  # within 255 bytes


def _create(path: str, planned: Plan) -> BinaryIO:
    return open(path, "xb", opener=_private if planned.existing else None)


def _save_partial(planned: Plan, written: Callable[[], str]) -> tuple[str, ...]:
    """Rename the file that `written` returns to the .partial path; return a hint about it."""
    partial = planned.path + PARTIAL
    try:
        path = written()
        if not os.path.getsize(path):
            return ()
        if planned.existing:
            _copy_mode(path, planned.existing)
        os.replace(path, partial)
    except OSError as exc:
        return (f"the incomplete response could not be saved to {partial}: {exc.strerror}",)
    return (f"the incomplete response is saved in {partial}",)


def _move_into_place(beside: str, planned: Plan) -> None:
    try:
        if planned.existing:
            _copy_mode(beside, planned.existing)
        os.replace(beside, planned.path)
    except OSError:  # a mount point, or a folder or file system that forbids renaming
        from .overwriting import overwrite

        with open(beside, "r+b") as content:
            overwrite(planned.path, content)


def _copy_mode(path: str, replaced: os.stat_result) -> None:
    """Set the group and the mode of the file that `path` replaces."""
    if os.stat(path).st_gid != replaced.st_gid:
        os.chown(path, -1, replaced.st_gid)
    os.chmod(path, stat.S_IMODE(replaced.st_mode))


@contextmanager
def _overwriting(planned: Plan, *, save_partial: bool) -> Iterator[BinaryIO]:
    from tempfile import TemporaryFile

    from .overwriting import overwrite

    with TemporaryFile() as spool:
        try:
            yield spool
        except SmrtError as exc:
            if save_partial:
                exc.add_hints(*_save_partial_copy(planned, spool))
            raise
        overwrite(planned.path, spool)


def _save_partial_copy(planned: Plan, spool: BinaryIO) -> tuple[str, ...]:
    beside = _name_beside(planned)

    def written() -> str:
        spool.seek(0)
        with _create(beside, planned) as file:
            file.writelines(_blocks(spool))
        return beside

    try:
        return _save_partial(planned, written)
    finally:
        _remove(beside)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _private(path: str, flags: int) -> int:
    """Open for the current user only: the file that it replaces can be private."""
    return os.open(path, flags, 0o600)


def _remove(path: str) -> None:
    with suppress(OSError):  # it was renamed, or the folder forbids it
        os.unlink(path)


def _unwritable(path: str, name: str, exc: Exception) -> UsageError:
    reason = exc.strerror if isinstance(exc, OSError) else str(exc)
    return UsageError(f"cannot write to {name} {path!r}: {reason}")


def _write_error(planned: Plan, exc: OSError) -> SmrtError:
    from .overwriting import LostError

    error = SmrtError(f"could not write to {planned.path}: {exc.strerror or exc}", code="Outfile")
    if isinstance(exc, LostError):
        error.add_hints(f"its old content could not be restored: {exc.reason}")
    return error
