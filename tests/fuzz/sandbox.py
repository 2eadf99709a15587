"""Runs a command line in a folder, a home and an environment of its own."""

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import NamedTuple
from unittest import mock

import botocore.loaders
import botocore.session
from botocore.credentials import SSOProvider
from botocore.tokens import SSOTokenProvider
from botocore.utils import ContainerMetadataFetcher

from smrt.cli.main import main
from smrt.output.console import Console
from tests.support import loopback
from tests.support.project import ROOT
from tests.support.scripted_endpoint import Endpoint, Received, Responder

from .watching import HANG_SECONDS, Watch, watched

SECRET = "pl4nt3d0000deadbeef"
ENVIRON = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_SESSION_TOKEN": SECRET,
    "AWS_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_PAGER": "",
    "LANG": "C.UTF-8",
    "PATH": os.environ["PATH"],
}
ENDPOINT = "{endpoint}"
"""In words, files and the environment, the endpoint URL."""
Files = Mapping[str, bytes]
_MAIN = """
from tests.support import loopback
loopback.stay()
from smrt.__main__ import main
raise SystemExit(main())
"""


class Outcome(NamedTuple):
    """What a run left: exit status, output, requests, and the files that it made or changed.

    `home` has the modes of new files and folders below the home folder. `problem` is what was
    seen besides, such as a hang.
    """

    code: int
    out: bytes
    err: str
    requests: Sequence[Received]
    files: Files
    home: Mapping[str, int]
    problem: str = ""


class Setup(NamedTuple):
    """What surrounds a command line: variables, files, standard input, and responses.

    Names of files are relative to the home folder, in which the folder `work` is the current one.
    `respond` sends the response to every request. With `real`, the process is one of its own.
    """

    environ: Mapping[str, str] = ENVIRON
    files: Files = MappingProxyType({})
    stdin: bytes = b""
    respond: Responder | None = None
    real: bool = False


def prepare_process() -> None:
    """Keep this process on loopback, and let all clients of botocore share their models."""
    botocore.session.create_loader = cache(botocore.loaders.create_loader)
    loopback.stay()


def run(words: Sequence[str], setup: Setup = Setup()) -> Outcome:  # noqa: B008 - it is immutable
    """Run the command line `words`."""
    endpoint = Endpoint()
    if setup.respond is not None:
        endpoint.script = _Always([setup.respond])
    try:
        with tempfile.TemporaryDirectory(prefix="smrt-fuzz-") as home:
            return _run(endpoint, Path(home), words, setup)
    finally:
        endpoint.script = []
        endpoint.close()


def _run(endpoint: Endpoint, home: Path, words: Sequence[str], setup: Setup) -> Outcome:
    environ = {
        "HOME": str(home),
        "AWS_ENDPOINT_URL": endpoint.url,
        **{name: _filled(value, endpoint, home) for name, value in setup.environ.items()},
    }
    for name, content in setup.files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace(b"{home}", os.fsencode(home)))
    work = home / "work"
    work.mkdir(exist_ok=True)
    before = _contents(work)
    argv = [_filled(word, endpoint, home) for word in words]
    run_argv = _in_own_process if setup.real else _in_this_process
    with _surrounded(environ, work), watched() as watch:
        code, out, err = run_argv(argv, environ, setup.stdin, watch)
    files = {name: data for name, data in _contents(work).items() if before.get(name) != data}
    modes = _modes(home, {"work", *setup.files})
    return Outcome(code, out, err, endpoint.requests, files, modes, watch.problem)


Argv = Callable[[Sequence[str], Mapping[str, str], bytes, Watch], tuple[int, bytes, str]]


def _in_this_process(
    argv: Sequence[str], environ: Mapping[str, str], stdin: bytes, watch: Watch
) -> tuple[int, bytes, str]:
    out, err = io.BytesIO(), io.BytesIO()
    code = 0
    with watch:
        code = main(argv, console=Console(io.BytesIO(stdin), out, err), environ=environ)
    return code, out.getvalue(), err.getvalue().decode(errors="replace")


def _in_own_process(
    argv: Sequence[str], environ: Mapping[str, str], stdin: bytes, watch: Watch
) -> tuple[int, bytes, str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _MAIN, *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environ, "PYTHONPATH": str(ROOT)},
    )
    with process:
        try:
            out, err = process.communicate(stdin, timeout=HANG_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            watch.problem = "hang"
            out, err = process.communicate()
    return process.returncode, out, err.decode(errors="replace")


@contextmanager
def _surrounded(environ: Mapping[str, str], work: Path) -> Iterator[None]:
    """Botocore has the environment of the process, and pauses and folders of its own."""
    tokens = str(work.parent / ".aws/sso/cache")
    previous = os.getcwd()
    os.chdir(work)
    try:
        with (
            mock.patch.dict(os.environ, environ, clear=True),
            mock.patch.object(SSOProvider, "_SSO_TOKEN_CACHE_DIR", tokens),
            mock.patch.object(SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", tokens),
            mock.patch.object(ContainerMetadataFetcher, "SLEEP_TIME", 0),
        ):
            yield
    finally:
        os.chdir(previous)


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _modes(home: Path, prepared: Collection[str]) -> dict[str, int]:
    """The modes of all that is new, which are those of smrt."""
    paths = map(PurePath, prepared)
    old = {home / part for path in paths for part in (path, *path.parents)}
    new = (
        path for path in home.rglob("*") if path not in old and home / "work" not in path.parents
    )
    return {str(path.relative_to(home)): path.lstat().st_mode for path in new}


def _filled(text: str, endpoint: Endpoint, home: Path) -> str:
    return text.replace(ENDPOINT, endpoint.url).replace("{home}", str(home))


class _Always(list[Responder]):
    """A script that never ends."""

    def pop(self, _: object = 0) -> Responder:
        return self[0]
