"""The file that a body goes to: it appears whole or not at all."""

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from enum import Enum
from typing import BinaryIO, NamedTuple

from smrt.errors import SmrtError, StdoutClosedError, UsageError

_DESCRIPTOR = r"/dev/(?:fd/(\d+)|std(in|out|err))|/proc/self/fd/(\d+)"
_DEVICES = ("/dev/", "/proc/")
"""What the path of a descriptor begins with: for others the pattern is not even compiled."""
BLOCK = 1 << 18
PARTIAL = ".partial"
_STANDARD = {"in": 0, "out": 1, "err": 2}
_MAX_LINKS = 40


class Way(Enum):
    """How a path is written."""

    THROUGH = "opened, and written as it is"
    BESIDE = "replaced by a new file that is made beside it"
    COPIED = "overwritten in place with a whole body"


class Plan(NamedTuple):
    """How a path will be written; `found` is what stands there already."""

    path: str
    way: Way
    found: os.stat_result | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether what is written there is shown on a terminal."""
        if self.way is not Way.THROUGH or (self.found and not stat.S_ISCHR(self.found.st_mode)):
            return False  # to open a named pipe would wait for its reader
        with suppress(OSError), _opened(self.path) as file:
            return file.isatty()
        return False


def plan(path: str, name: str = "the outfile") -> Plan:
    """How `path` can be written; UsageError, which says `name`, where it cannot, before all else.

    A new file, or one of our own, is written beside its place and renamed. A device or pipe, or a
    descriptor of this process, is written through. What must stay the file that it is (someone
    else's, one with several names, one in a folder that we may not write) is overwritten when
    the body is whole.
    """
    try:
        number = _descriptor(path)
        if number is not None:
            os.write(number, b"")  # fails where it is not open, or not for writing
            return Plan(path, Way.THROUGH)
        place = os.path.realpath(path) if path else path
        found = os.stat(path)
    except FileNotFoundError:
        return _new(path, place, name)
    except (OSError, OverflowError, ValueError) as exc:
        raise _refused(path, name, exc) from exc
    if stat.S_ISDIR(found.st_mode):
        raise UsageError(f"{name} {path} is a directory", "name a file in it")
    if not os.access(path, os.W_OK):
        raise UsageError(f"{name} {path} may not be written: permission denied")
    if not stat.S_ISREG(found.st_mode):
        return _special(path, name, found)
    ours = found.st_uid == _user(found) and found.st_nlink == 1
    if ours and os.access(os.path.dirname(place), os.W_OK | os.X_OK):
        return Plan(place, Way.BESIDE, found)
    _check_overwritable(path, name)
    return Plan(place, Way.COPIED, found)


def is_same(one: Plan, other: Plan) -> bool:
    """Whether both are one file, under the same name or another."""
    if one.found is None or other.found is None:
        return one.path == other.path
    return os.path.samestat(one.found, other.found)


@contextmanager
def writing(planned: Plan, *, keep: bool = False) -> Iterator[BinaryIO]:
    """The file to write into; in place when the block ends, and as before where it fails.

    With `keep`, what came before a SmrtError is kept under the path with .partial added, instead
    of what was there; a hint of the error says so.
    """
    try:
        with _writer(planned, keep=keep) as file:
            yield file
    except OSError as exc:
        raise _failed(planned, exc) from exc


def _writer(planned: Plan, *, keep: bool) -> AbstractContextManager[BinaryIO]:
    if planned.way is Way.THROUGH:
        return _through(planned.path)
    return (_beside if planned.way is Way.BESIDE else _copied)(planned, keep=keep)


def _user(found: os.stat_result) -> int:
    return os.geteuid() if hasattr(os, "geteuid") else found.st_uid  # Windows has no such number


def _descriptor(path: str) -> int | None:
    """The descriptor of this process that `path` is, or links to; None where it is none."""
    for _ in range(_MAX_LINKS):
        if path.startswith(_DEVICES) and (found := re.fullmatch(_DESCRIPTOR, path)):
            return _STANDARD[found[2]] if found[2] else int(found[1] or found[3])
        if not os.path.islink(path):
            return None
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    return None


def _special(path: str, name: str, found: os.stat_result) -> Plan:
    if stat.S_ISSOCK(found.st_mode):
        raise UsageError(f"{name} {path} is a socket", "name a file, or - for stdout")
    return Plan(path, Way.THROUGH, found)


def _new(path: str, place: str, name: str) -> Plan:
    folder = os.path.dirname(place)
    if not path or path.endswith("/") or not os.path.isdir(folder):
        wanted = place if path.endswith("/") else folder
        raise UsageError(
            f"{name} '{path}' cannot be made: No such file or directory",
            f"make its folder first: mkdir -p '{wanted}'" if path else "name a file",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"{name} {path} cannot be made: permission denied in {folder}")
    return Plan(place, Way.BESIDE)


def _check_overwritable(path: str, name: str) -> None:
    """Permission alone is not enough: the file may be append-only, or a running program."""
    try:
        os.close(os.open(path, os.O_WRONLY))
    except OSError as exc:
        raise _refused(path, name, exc) from exc


@contextmanager
def _through(path: str) -> Iterator[BinaryIO]:
    try:
        with _opened(path) as file:
            yield file
    except BrokenPipeError as exc:
        raise StdoutClosedError(f"{path} was closed") from exc


def _opened(path: str) -> BinaryIO:
    """A device or pipe, opened; a descriptor of ours is not, so that its offset stays shared."""
    number = _descriptor(path)
    return open(path, "wb") if number is None else open(number, "wb", closefd=False)


@contextmanager
def _beside(planned: Plan, *, keep: bool) -> Iterator[BinaryIO]:
    beside = _name_beside(planned)
    try:
        with _made(beside, planned) as file:
            yield file
        _put(beside, planned)
    except SmrtError as exc:
        if keep:
            exc.add_hints(*_kept(planned, lambda: beside))
        raise
    finally:
        _remove(beside)


def _name_beside(planned: Plan) -> str:
    folder, name = os.path.split(planned.path)
    return os.path.join(folder, f".{name[:32]}.{os.urandom(6).hex()}.smrt")  # within 255 bytes


def _made(path: str, planned: Plan) -> BinaryIO:
    return open(path, "xb", opener=_private if planned.found else None)


def _kept(planned: Plan, written: Callable[[], str]) -> tuple[str, ...]:
    """Put the file that `written` names where the first part of an answer is kept; the hint."""
    partial = planned.path + PARTIAL
    try:
        path = written()
        if not os.path.getsize(path):
            return ()
        if planned.found:
            _liken(path, planned.found)
        os.replace(path, partial)
    except OSError as exc:
        return (f"what came before could not be kept in {partial}: {exc.strerror}",)
    return (f"what came before is kept in {partial}",)


def _put(beside: str, planned: Plan) -> None:
    try:
        if planned.found:
            _liken(beside, planned.found)
        os.replace(beside, planned.path)
    except OSError:  # a mount point, or a folder or file system that guards its entries
        from .overwriting import overwrite

        with open(beside, "r+b") as whole:
            overwrite(planned.path, whole)


def _liken(path: str, found: os.stat_result) -> None:
    """Give the file the group and the mode of the one that it replaces."""
    if os.stat(path).st_gid != found.st_gid:
        os.chown(path, -1, found.st_gid)
    os.chmod(path, stat.S_IMODE(found.st_mode))


@contextmanager
def _copied(planned: Plan, *, keep: bool) -> Iterator[BinaryIO]:
    from tempfile import TemporaryFile

    from .overwriting import overwrite

    with TemporaryFile() as spool:
        try:
            yield spool
        except SmrtError as exc:
            if keep:
                exc.add_hints(*_kept_copy(planned, spool))
            raise
        overwrite(planned.path, spool)


def _kept_copy(planned: Plan, spool: BinaryIO) -> tuple[str, ...]:
    beside = _name_beside(planned)

    def written() -> str:
        spool.seek(0)
        with _made(beside, planned) as file:
            file.writelines(_blocks(spool))
        return beside

    try:
        return _kept(planned, written)
    finally:
        _remove(beside)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _private(path: str, flags: int) -> int:
    """Made readable for nobody else: the file that it will replace may be so."""
    return os.open(path, flags, 0o600)


def _remove(path: str) -> None:
    with suppress(OSError):  # it has been renamed, or the folder holds on to it
        os.unlink(path)


def _refused(path: str, name: str, exc: Exception) -> UsageError:
    reason = exc.strerror if isinstance(exc, OSError) else str(exc)
    return UsageError(f"{name} {path!r} cannot be written: {reason}")


def _failed(planned: Plan, exc: OSError) -> SmrtError:
    from .overwriting import LostError

    error = SmrtError(f"{planned.path} could not be written: {exc.strerror or exc}", code="Outfile")
    if isinstance(exc, LostError):
        error.add_hints(f"its old content could not be restored: {exc.reason}")
    return error
