"""The outfile is complete or absent, and keeps its identity."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from smrt.errors import SmrtError, StdoutClosedError, TransportError, UsageError
from smrt.output.outfile import plan, writing
from tests.support.scripted_endpoint import Endpoint

NOBODY = 65534
OLD, NEW = b"old content", b"new"
ROOT = os.geteuid() == 0
ONLY_ROOT = pytest.mark.skipif(not ROOT, reason="only root can give files away")


def write(path: Path | str, content: bytes = NEW) -> None:
    with writing(plan(str(path))) as file:
        file.write(content)


def write_and_fail(path: Path, error: BaseException) -> None:
    with writing(plan(str(path))) as file:
        file.write(NEW)
        raise error


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    yield
    os.umask(before)


@contextmanager
def nobody() -> Iterator[None]:
    """Be an ordinary user for a while."""
    if not ROOT:
        yield
        return
    groups = os.getgroups()
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
        os.setgroups(groups)


@contextmanager
def root_again() -> Iterator[None]:
    os.setresuid(0, 0, 0)
    yield
    os.setresuid(NOBODY, NOBODY, 0)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user can reach, and that belongs to the ordinary one."""
    folder = Path(tempfile.mkdtemp())
    if ROOT:
        os.chown(folder, NOBODY, NOBODY)
    yield folder
    os.chmod(folder, 0o700)
    shutil.rmtree(folder)


@pytest.mark.parametrize(("mask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0, 0o666)])
def test_a_new_file_has_the_mode_of_the_umask(tmp_path: Path, mask: int, expected: int) -> None:
    with umask(mask):
        write(tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == NEW
    assert mode(tmp_path / "out") == expected
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("old_mode", [0o600, 0o640, 0o755, 0o444, 0o000])
def test_an_old_file_keeps_its_mode(tmp_path: Path, old_mode: int) -> None:
    if not ROOT and not old_mode & stat.S_IWUSR:
        pytest.skip("only root can write a file that is read-only")
    out = tmp_path / "out"
    out.write_bytes(OLD)
    os.chmod(out, old_mode)
    with umask(0):
        write(out)
    assert (out.stat().st_size, mode(out)) == (len(NEW), old_mode)
    assert names(tmp_path) == ["out"]


def test_a_partial_file_does_not_appear_under_the_name(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(OLD)
    os.chmod(out, 0o600)
    with writing(plan(str(out))) as file:
        file.write(NEW)
        file.flush()
        assert out.read_bytes() == OLD
        (partial,) = set(names(tmp_path)) - {"out"}
        assert mode(tmp_path / partial) == 0o600
    assert out.read_bytes() == NEW


@pytest.mark.parametrize("error", [TransportError("broken"), KeyboardInterrupt(), ValueError()])
@pytest.mark.parametrize("kind", ["old", "new", "linked"])
def test_a_failure_leaves_everything_unchanged(
    tmp_path: Path, error: BaseException, kind: str
) -> None:
    out = tmp_path / "out"
    if kind != "new":
        out.write_bytes(OLD)
    if kind == "linked":
        os.link(out, tmp_path / "other")
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    with pytest.raises(type(error)):
        write_and_fail(out, error)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_the_target_of_a_symbolic_link_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "target", tmp_path / "link"
    target.write_bytes(OLD)
    os.symlink("folder/target", link)
    write(link)
    assert os.readlink(link) == "folder/target"
    assert target.read_bytes() == NEW
    assert names(tmp_path / "folder") == ["target"]


def test_the_target_of_a_dangling_link_is_created(tmp_path: Path) -> None:
    os.symlink("target", tmp_path / "link")
    write(tmp_path / "link")
    assert os.readlink(tmp_path / "link") == "target"
    assert (tmp_path / "target").read_bytes() == NEW


def test_a_file_with_two_names_keeps_both(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(OLD)
    os.link(tmp_path / "out", tmp_path / "other")
    write(tmp_path / "out")
    assert (tmp_path / "other").read_bytes() == NEW
    assert (tmp_path / "out").stat().st_nlink == 2
    assert names(tmp_path) == ["other", "out"]


def test_a_relative_name_is_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    planned = plan("out")
    monkeypatch.chdir("/")
    with writing(planned) as file:
        file.write(NEW)
    assert (tmp_path / "out").read_bytes() == NEW


@pytest.mark.parametrize(
    "name", ["x" * 255, "ä" * 127, "😀" * 63, "-", "~", "$HOME", "a\nb", "ä\udcff"]
)
def test_every_valid_file_name_is_accepted(tmp_path: Path, name: str) -> None:
    write(tmp_path / name)
    write(tmp_path / name, b"again")
    assert (tmp_path / name).read_bytes() == b"again"
    assert names(tmp_path) == [name]


def test_a_file_in_a_read_only_folder_is_overwritten_in_place(shared: Path) -> None:
    out = shared / "out"
    with nobody():
        out.write_bytes(OLD)
        os.chmod(shared, 0o555)
        node = out.stat().st_ino
        write(out)
        assert out.read_bytes() == NEW
        assert out.stat().st_ino == node
        assert names(shared) == ["out"]


@ONLY_ROOT
def test_a_file_of_another_user_has_the_same_owner_afterwards(shared: Path) -> None:
    out = shared / "out"
    out.write_bytes(OLD)
    os.chmod(out, 0o666)
    node = out.stat().st_ino
    with nobody():
        write(out)
    assert out.read_bytes() == NEW
    assert (out.stat().st_uid, out.stat().st_ino) == (0, node)


@ONLY_ROOT
@pytest.mark.parametrize("as_root", [True, False])
def test_the_group_of_a_file_is_kept(shared: Path, *, as_root: bool) -> None:
    out = shared / "out"
    out.write_bytes(OLD)
    os.chown(out, 0 if as_root else NOBODY, 12345)
    os.chmod(out, 0o660)
    if as_root:
        write(out)
    else:
        with nobody():
            write(out)
    assert out.read_bytes() == NEW
    assert (out.stat().st_gid, mode(out)) == (12345, 0o660)
    assert names(shared) == ["out"]


@ONLY_ROOT
def test_if_renaming_fails_the_body_is_copied(shared: Path) -> None:
    out = shared / "out"
    with nobody():
        out.write_bytes(OLD)
        node = out.stat().st_ino
        with writing(plan(str(out))) as file:
            file.write(NEW)
            with root_again():
                os.chmod(shared, 0o555)
        assert out.read_bytes() == NEW
        assert out.stat().st_ino == node


BIND = """
mount --bind "$1/inner" "$1/out" || { echo denied; exit; }
exec "$2" -c 'import sys
from smrt.output.outfile import plan, writing
with writing(plan(sys.argv[1])) as file:
    file.write(b"new")
' "$1/out"
"""


def test_a_mount_point_is_copied_into(tmp_path: Path) -> None:
    (tmp_path / "inner").write_bytes(OLD)
    (tmp_path / "out").write_bytes(b"")
    if not shutil.which("unshare"):
        pytest.skip("unshare is missing")
    argv = ["unshare", "-m", "sh", "-c", BIND, "sh", str(tmp_path), sys.executable]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    if "denied" in ran.stdout or "unshare" in ran.stderr:
        pytest.skip("this machine lets nobody mount")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (tmp_path / "inner").read_bytes() == NEW
    assert names(tmp_path) == ["inner", "out"]


def test_a_named_pipe_is_written_through(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write(tmp_path / "pipe", NEW * 100_000)
    reader.join()
    assert got == [NEW * 100_000]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert names(tmp_path) == ["pipe"]


def test_a_device_is_written_through(tmp_path: Path) -> None:
    write("/dev/null")
    os.symlink("/dev/null", tmp_path / "link")
    write(tmp_path / "link")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_full_device_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SmrtError) as caught:
        write("/dev/full")
    assert caught.value.message == "could not write to /dev/full: No space left on device"
    assert (caught.value.code, caught.value.exit_code) == ("Outfile", 255)


FULL = """
import resource, sys
from smrt.errors import SmrtError
from smrt.output.outfile import plan, writing
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, limits[1]))
try:
    with writing(plan(sys.argv[1])) as file:
        file.write(bytes(1 << 20))
except SmrtError as exc:
    print(exc.message)
resource.setrlimit(resource.RLIMIT_FSIZE, limits)  # what measures coverage writes at the end
"""


@pytest.mark.parametrize("others", [[], ["other"]])
def test_a_full_disk_leaves_the_old_file_unchanged(tmp_path: Path, others: list[str]) -> None:
    (tmp_path / "out").write_bytes(OLD)
    for name in others:
        os.link(tmp_path / "out", tmp_path / name)
    argv = [sys.executable, "-c", FULL, str(tmp_path / "out")]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert ran.stdout == f"could not write to {tmp_path / 'out'}: File too large\n"
    assert ran.stderr == ""
    assert (tmp_path / "out").read_bytes() == OLD
    assert names(tmp_path) == [*others, "out"]


@pytest.mark.parametrize("form", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_a_descriptor_shares_its_offset(tmp_path: Path, form: str) -> None:
    with open(tmp_path / "out", "wb", buffering=0) as file:
        file.write(b"before,")
        write(form.format(file.fileno()))
        file.write(b",after")
    assert (tmp_path / "out").read_bytes() == b"before,new,after"


def test_a_link_to_a_descriptor_is_one(tmp_path: Path) -> None:
    with open(tmp_path / "out", "wb", buffering=0) as file:
        file.write(b"before,")
        os.symlink(f"/dev/fd/{file.fileno()}", tmp_path / "first")
        os.symlink("first", tmp_path / "link")
        write(tmp_path / "link")
    assert (tmp_path / "out").read_bytes() == b"before,new"


def test_a_broken_pipe_is_reported_as_closed_output() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with pytest.raises(StdoutClosedError):
        write(f"/dev/fd/{writer}")
    os.close(writer)


CALL = ("invoke-endpoint", "--endpoint-name", "e", "--body", "aGk=", "/dev/stdout")
METADATA = (
    b'{\n    "ContentType": "application/json",\n    "InvokedProductionVariant": "AllTraffic"\n}\n'
)
Run = Callable[[Sequence[str], Path], int]


@pytest.fixture
def to_file(endpoint: Endpoint, environ: dict[str, str]) -> Run:
    """Run smrt with standard output redirected to a file, which has something in it already."""

    def run(argv: Sequence[str], path: Path) -> int:
        with open(path, "ab") as out:
            ran = subprocess.run(
                [sys.executable, "-m", "smrt", *argv],
                stdout=out,
                env={**environ, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url},
                check=False,
                timeout=60,
            )
        return ran.returncode

    return run


def test_standard_output_gets_body_and_metadata(process: Callable[..., object]) -> None:
    assert process(*CALL) == (0, b'{"predictions":[1]}' + METADATA, "")


def test_standard_output_can_be_a_file(to_file: Run, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"before\n")
    assert to_file(CALL, tmp_path / "log") == 0
    assert (tmp_path / "log").read_bytes() == b'before\n{"predictions":[1]}' + METADATA


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "cannot create the outfile '': No such file or directory"),
        (".", "the outfile . is a directory"),
        ("folder", "the outfile folder is a directory"),
        ("folder/", "the outfile folder/ is a directory"),
        ("missing/out", "cannot create the outfile 'missing/out': No such file or directory"),
        ("missing/", "cannot create the outfile 'missing/': No such file or directory"),
        ("file/out", "cannot write to the outfile 'file/out': Not a directory"),
        ("file/", "cannot write to the outfile 'file/': Not a directory"),
        ("a\0b", r"cannot write to the outfile 'a\x00b': "),
        ("x" * 256, f"cannot write to the outfile '{'x' * 256}': File name too long"),
        ("loop", "cannot write to the outfile 'loop': Too many levels of symbolic links"),
        ("dangling", "cannot create the outfile 'dangling': No such file or directory"),
        ("socket", "the outfile socket is a socket"),
        ("/dev/fd/987", "cannot write to the outfile '/dev/fd/987': Bad file descriptor"),
        ("/dev/fd/" + "9" * 30, f"cannot write to the outfile '/dev/fd/{'9' * 30}': "),
    ],
)
def test_an_impossible_path_is_rejected_and_nothing_is_created(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkdir("folder")
    Path("file").write_bytes(OLD)
    os.symlink("loop", "loop")
    os.symlink("missing/target", "dangling")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    before = names(tmp_path)
    with pytest.raises(UsageError) as caught:
        plan(path)
    assert caught.value.message.startswith(reason)
    assert names(tmp_path) == before


def test_a_read_only_descriptor_is_rejected(tmp_path: Path) -> None:
    with open(os.devnull, "rb") as file, pytest.raises(UsageError, match="Bad file descriptor"):
        plan(f"/dev/fd/{file.fileno()}")


@pytest.mark.parametrize(
    ("old_mode", "name", "reason"),
    [
        (0o555, "new", "cannot create the outfile {folder}/new: permission denied in {folder}"),
        (0o755, "readonly", "cannot write to the outfile {folder}/readonly: permission denied"),
        (0o000, "readonly", "cannot write to the outfile '{folder}/readonly': Permission denied"),
    ],
)
def test_a_read_only_path_is_rejected(shared: Path, old_mode: int, name: str, reason: str) -> None:
    with nobody():
        (shared / "readonly").write_bytes(OLD)
        os.chmod(shared / "readonly", 0o444)
        os.chmod(shared, old_mode)
        with pytest.raises(UsageError) as caught:
            plan(str(shared / name))
    assert caught.value.message == reason.format(folder=shared)
