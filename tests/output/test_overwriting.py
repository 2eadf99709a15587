"""A file that has to stay the file that it is has all of its new content, or all of its old one."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from smrt.errors import SmrtError, UsageError
from smrt.output.outfile import BLOCK, plan, writing
from smrt.output.overwriting import overwrite
from tests.output.test_outfile import ONLY_ROOT, nobody

SIZES = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK]


@pytest.mark.parametrize("new", SIZES)
@pytest.mark.parametrize("old", SIZES)
def test_the_new_content_replaces_the_old_one(tmp_path: Path, old: int, new: int) -> None:
    out, content = tmp_path / "out", os.urandom(new)
    out.write_bytes(b"o" * old)
    node = out.stat().st_ino
    with tempfile.TemporaryFile() as file:
        file.write(content)
        overwrite(str(out), file)
    assert out.read_bytes() == content
    assert out.stat().st_ino == node


SCRIPT = """
import errno, hashlib, os, resource, signal, sys
from smrt.errors import SmrtError
from smrt.output.outfile import plan, writing

out, fallocate = sys.argv[1:3]

def digest():
    with open(out, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()

def unsupported(*_):
    raise OSError(errno.EOPNOTSUPP, "Operation not supported")

if fallocate == "missing":
    del os.posix_fallocate
elif fallocate == "unsupported":
    os.posix_fallocate = unsupported
before = digest()
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
try:
    with writing(plan(out)) as file:
        file.write(os.urandom(NEW))
        file.flush()
        MEANWHILE
except SmrtError as exc:
    print(exc.message, *exc.hints, sep="\\n")
except KeyboardInterrupt:
    print("interrupted")
resource.setrlimit(resource.RLIMIT_FSIZE, limits)  # what measures coverage writes at the end
print("as before" if digest() == before else "changed")
"""
DISK = """
mount -t tmpfs -o size=2m disk "$1" || { echo denied; exit; }
cd "$1" && sh -c "$2" && exec "$3" -c "$4" "$5" "$6"
"""
FULL = "No space left on device"
FALLOCATE = ["there", "missing", "unsupported"]


def script(new: int, meanwhile: str = "pass") -> str:
    return SCRIPT.replace("NEW", str(new)).replace("MEANWHILE", meanwhile)


def run(*argv: str) -> list[str]:
    ran = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    if "denied" in ran.stdout or "unshare" in ran.stderr:
        pytest.skip("this machine lets nobody mount")
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.splitlines()


def on_a_disk_of_2_mb(folder: Path, made: str, new: int, out: str, fallocate: str) -> list[str]:
    """What `script` prints that writes `new` bytes, on a disk with what the commands `made`."""
    if not shutil.which("unshare"):
        pytest.skip("unshare is missing")
    argv = (str(folder), made, sys.executable, script(new), out, fallocate)
    return run("unshare", "-m", "sh", "-c", DISK, "sh", *argv)


FILLED = "ln out other; head -c 3000000 /dev/zero > filler 2>&-; rm reserve; true"
OLD_FILES = {
    "shorter": f"head -c 300000 /dev/urandom > out; head -c 700000 /dev/zero > reserve; {FILLED}",
    "empty": f": > out; head -c 700000 /dev/zero > reserve; {FILLED}",
    "sparse and longer": (
        f"head -c 300000 /dev/urandom > out; truncate -s 5000000 out; echo end >> out;"
        f"head -c 700000 /dev/zero > reserve; {FILLED}"
    ),
}


@pytest.mark.parametrize("fallocate", FALLOCATE)
@pytest.mark.parametrize("made", OLD_FILES.values(), ids=OLD_FILES)
def test_a_full_disk_leaves_the_old_content(tmp_path: Path, made: str, fallocate: str) -> None:
    lines = on_a_disk_of_2_mb(tmp_path, made, 1_500_000, "out", fallocate)
    assert lines == [f"could not write to {tmp_path}/out: {FULL}", "as before"]


@pytest.mark.parametrize("fallocate", FALLOCATE)
def test_a_full_disk_leaves_the_old_content_of_a_mount_point(
    tmp_path: Path, fallocate: str
) -> None:
    (tmp_path / "disk").mkdir()
    out = tmp_path / "out"
    out.touch()
    made = f"{OLD_FILES['shorter']}; rm other; mount --bind out {out}"
    lines = on_a_disk_of_2_mb(tmp_path / "disk", made, 1_500_000, str(out), fallocate)
    assert lines == [f"could not write to {out}: {FULL}", "as before"]


def test_content_of_the_same_length_fits_on_a_full_disk(tmp_path: Path) -> None:
    lines = on_a_disk_of_2_mb(tmp_path, OLD_FILES["shorter"], 300_000, "out", "there")
    assert lines == ["changed"]


@pytest.mark.parametrize("fallocate", FALLOCATE)
@pytest.mark.parametrize("old", [10, 100_000, 1_000_000])
def test_a_limit_on_the_size_of_files_leaves_the_old_content(
    tmp_path: Path, old: int, fallocate: str
) -> None:
    out = tmp_path / "out"
    out.write_bytes(os.urandom(old))
    os.link(out, tmp_path / "other")
    limited = "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limits[1]))"
    lines = run(sys.executable, "-c", script(1_000_000, limited), str(out), fallocate)
    assert lines == [f"could not write to {out}: File too large", "as before"]
    assert out.stat().st_size == old


INTERRUPTED = (
    "signal.signal(signal.SIGXFSZ, lambda *_: signal.raise_signal(signal.SIGINT)); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limits[1]))"
)


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="there is no SIGXFSZ")
def test_an_interrupt_is_deferred_until_the_old_content_is_restored(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(os.urandom(100_000))
    os.link(out, tmp_path / "other")
    lines = run(sys.executable, "-c", script(1_000_000, INTERRUPTED), str(out), "missing")
    assert lines == ["interrupted", "as before"]


@pytest.fixture
def write_only() -> Iterator[Path]:
    """A file of root's that everybody may write, and nobody read."""
    with tempfile.NamedTemporaryFile() as out:
        out.write(b"o" * 100_000)
        out.flush()
        os.chmod(out.name, 0o222)
        yield Path(out.name)


def write_under_limit(path: Path, content: bytes, limit: int) -> None:
    """Write `content` when files may not grow beyond `limit` bytes any more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with writing(plan(str(path))) as file:
            file.write(content)
            file.flush()
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@ONLY_ROOT
def test_a_write_only_file_is_overwritten(write_only: Path) -> None:
    with nobody():
        write_under_limit(write_only, b"new", 1_000)
    assert write_only.read_bytes() == b"new"


@ONLY_ROOT
@pytest.mark.parametrize(
    ("length", "hints", "content"),
    [
        (200_000, (), b"o" * 100_000),
        (
            90_000,
            ("its old content could not be restored: no permission to read it",),
            b"n" * 50_000,
        ),
    ],
)
def test_lost_content_is_reported(
    write_only: Path, length: int, hints: tuple[str, ...], content: bytes
) -> None:
    with nobody(), pytest.raises(SmrtError) as caught:
        write_under_limit(write_only, b"n" * length, 50_000)
    assert caught.value.message == f"could not write to {write_only}: File too large"
    assert caught.value.hints == hints
    assert write_only.read_bytes() == content.ljust(100_000, b"o")


def test_a_file_that_did_not_exist_is_removed_on_failure(tmp_path: Path) -> None:
    out, before = tmp_path / "out", resource.getrlimit(resource.RLIMIT_FSIZE)
    with tempfile.TemporaryFile() as content:
        content.write(b"n" * 1_000)
        content.flush()
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, before[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                overwrite(str(out), content)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        overwrite(str(out), content)
    assert out.read_bytes() == b"n" * 1_000


@ONLY_ROOT
def test_an_append_only_file_is_rejected_before_the_call(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"old")
    os.link(out, tmp_path / "other")
    if not shutil.which("chattr") or subprocess.run(["chattr", "+a", out], check=False).returncode:
        pytest.skip("this file system has no append-only files")
    try:
        with pytest.raises(UsageError, match="cannot write to the outfile"):
            plan(str(out))
    finally:
        subprocess.run(["chattr", "-a", out], check=True)
    assert out.read_bytes() == b"old"
