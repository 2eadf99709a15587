"""What every test stands on: a scrubbed environment, a home of its own, and loopback alone."""

import io
import ipaddress
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import botocore.loaders
import pytest
import trustme
from hypothesis import settings

from smrt.cli.main import main
from smrt.output.console import Console
from tests.support.aws_services import Emulator, FakeServices, fake_services
from tests.support.scripted_endpoint import Endpoint

COVERAGE = "COVERAGE_PROCESS_CONFIG"
"""What has processes that we start measured too."""
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secretEXAMPLE",
    "AWS_DEFAULT_REGION": "us-east-1",
}


settings.register_profile("smrt", deadline=None)  # no example fails by the clock
settings.load_profile("smrt")


def pytest_configure() -> None:
    """Let signals reach what we start, though a shell (&) or nohup had us ignore them.

    What is ignored is inherited; a handler, even one that does nothing, is not. All clients of
    botocore share one loader: each loader reads the models of the services anew.
    """
    botocore.loaders.create_loader = cache(botocore.loaders.create_loader)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped, and why, where everybody looks."""
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.write_line(f"skipped: {report.nodeid}: {report.longrepr[2]}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI everything is there that a test needs: a skip is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class Result(NamedTuple):
    """What a run left behind."""

    code: int
    out: bytes
    err: str


@pytest.fixture(autouse=True)
def scrubbed(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No AWS variable, no proxy and no home of the one who runs the tests."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy") or "CA_BUNDLE" in name:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True)
def loopback_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0].decode() if isinstance(address[0], bytes) else address[0]
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                pytest.fail(f"a connection to {host} would leave this machine")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def environ(scrubbed: None) -> dict[str, str]:
    """The environment of a user with keys and a region."""
    names = ("PATH", "HOME", "AWS_EC2_METADATA_DISABLED", COVERAGE)
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return {**kept, **KEYS, "LANG": "C.UTF-8"}


def unmeasured(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` for a process that coverage leaves alone.

    One that is sent signals has to be: coverage takes a lock at each file that it meets first,
    and a way out that begins in there would wait for that lock for ever.
    """
    return {name: value for name, value in environ.items() if name != COVERAGE}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A scripted endpoint."""
    made = Endpoint()
    yield made
    made.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Someone who vouches for servers."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file with the certificate of `authority`."""
    path = str(tmp_path_factory.mktemp("ca") / "ca.pem")
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture(scope="session")
def context(authority: trustme.CA) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for loopback by `authority`."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(made)
    return made


@pytest.fixture
def secure(context: ssl.SSLContext) -> Iterator[Endpoint]:
    """A scripted endpoint that speaks TLS."""
    made = Endpoint(wrap=lambda sock: context.wrap_socket(sock, server_side=True))
    yield made
    made.close()


class Terminal(io.BytesIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


Smrt = Callable[..., Result]


@pytest.fixture
def smrt(
    endpoint: Endpoint, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Smrt:
    """Run a command line against `endpoint`, in this process and a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(
        *argv: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        terminal: bool = False,
    ) -> Result:
        out, err = Terminal() if terminal else io.BytesIO(), io.BytesIO()
        where = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url}
        code = main(
            argv,
            console=Console(io.BytesIO(stdin), out, err),
            environ={**environ, **where, **(env or {})},
        )
        return Result(code, out.getvalue(), err.getvalue().decode())

    return run


@pytest.fixture
def process(endpoint: Endpoint, environ: dict[str, str], tmp_path: Path) -> Callable[..., Result]:
    """Run a command line against `endpoint` in a process of its own."""

    def run(*argv: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Result:
        where = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url}
        ran = subprocess.run(
            [sys.executable, "-m", "smrt", *argv],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env={**environ, **where, **(env or {})},
            timeout=60,
            check=False,
        )
        return Result(ran.returncode, ran.stdout, ran.stderr.decode())

    return run


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Config and credentials files, and variables, of one test."""
    return Emulator(tmp_path, monkeypatch)


@pytest.fixture
def aws(place: Emulator) -> Iterator[FakeServices]:
    """STS, SSO, instance metadata and the container service, on loopback."""
    with fake_services() as server:
        place.set(**server.environ)
        yield server
