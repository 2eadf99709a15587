"""Fixtures of all tests: a clean environment, a temporary home directory, and only loopback."""

import gc
import io
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import NamedTuple

import botocore.loaders
import pytest
import trustme
from hypothesis import HealthCheck, settings

from smrt.cli.main import main
from smrt.output.console import Console
from tests.support.aws_services import Emulator, FakeServices, fake_services
from tests.support.loopback import guarded
from tests.support.scripted_endpoint import Endpoint

COVERAGE = "COVERAGE_PROCESS_CONFIG"
"""The variable that makes coverage measure child processes."""
CREDENTIAL_VARIABLES = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secretEXAMPLE",
    "AWS_DEFAULT_REGION": "us-east-1",
}


LOAD = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""No example fails because the host is busy."""
settings.register_profile("quick", LOAD, max_examples=25, derandomize=True)
settings.register_profile("thorough", LOAD, max_examples=150, derandomize=True)
settings.register_profile("search", LOAD, max_examples=1000)
settings.load_profile("quick")


def pytest_configure() -> None:
    """Let child processes receive signals, even if a shell (&) or nohup made pytest ignore them.

    Child processes inherit ignored signals, but no handlers. All botocore clients share one loader,
    as each loader reads the service models again.
    """
    botocore.loaders.create_loader = cache(botocore.loaders.create_loader)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector the modules and tests, which stay to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the skipped tests with their reasons in the summary."""
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.write_line(f"skipped: {report.nodeid}: {report.longrepr[2]}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI all programs that tests need are installed: a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class Result(NamedTuple):
    """The exit status and the output of a run."""

    code: int
    out: bytes
    err: str


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Paths of new directories; `mktemp` for each would take as long as many a test."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, homes: Iterator[Path]) -> None:
    """Remove AWS and proxy variables, and replace the home directory of the user."""
    for name in list(os.environ):
        is_setting = name.startswith(("AWS_", "SSL_CERT_")) or "CA_BUNDLE" in name
        if is_setting or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    home = next(homes)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """Fail a test that connects to another host."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded())
        yield


@pytest.fixture
def environ(clean_environment: None) -> dict[str, str]:
    """The environment of a user with credentials and a Region."""
    names = ("PATH", "HOME", "AWS_EC2_METADATA_DISABLED", COVERAGE)
    base = {name: os.environ[name] for name in names if name in os.environ}
    return {**base, **CREDENTIAL_VARIABLES, "LANG": "C.UTF-8"}


def without_coverage(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` for a process that coverage does not measure.

    A process that receives signals must not be measured: coverage takes a lock for each new file,
    and an exit handler that runs meanwhile would wait for this lock forever.
    """
    return {name: value for name, value in environ.items() if name != COVERAGE}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A scripted endpoint."""
    server = Endpoint()
    yield server
    server.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a file with the certificate of `authority`."""
    path = str(tmp_path_factory.mktemp("ca") / "ca.pem")
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture(scope="session")
def ca_folder(ca_bundle: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with the certificate of `authority` under its OpenSSL hash."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("ca-folder")
    shutil.copy(ca_bundle, folder / "ca.pem")
    subprocess.run([openssl, "rehash", str(folder)], capture_output=True, check=True)
    return str(folder)


@pytest.fixture(scope="session")
def context(authority: trustme.CA) -> ssl.SSLContext:
    """The TLS context of a server, with a certificate for loopback from `authority`."""
    tls_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(tls_context)
    return tls_context


@pytest.fixture
def secure(context: ssl.SSLContext) -> Iterator[Endpoint]:
    """A scripted endpoint with TLS."""
    server = Endpoint(wrap=lambda sock: context.wrap_socket(sock, server_side=True))
    yield server
    server.close()


class Terminal(io.BytesIO):
    """A stream that reports to be a terminal."""

    def isatty(self) -> bool:
        return True


Smrt = Callable[..., Result]


@pytest.fixture
def smrt(
    endpoint: Endpoint, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Smrt:
    """Run a command line against `endpoint`, in this process and a temporary folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("random.random", lambda: 0.0)  # retries do not wait

    def run(
        *argv: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        terminal: bool = False,
    ) -> Result:
        out, err = Terminal() if terminal else io.BytesIO(), io.BytesIO()
        variables = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url}
        code = main(
            argv,
            console=Console(io.BytesIO(stdin), out, err),
            environ={**environ, **variables, **(env or {})},
        )
        return Result(code, out.getvalue(), err.getvalue().decode())

    return run


@pytest.fixture
def process(endpoint: Endpoint, environ: dict[str, str], tmp_path: Path) -> Callable[..., Result]:
    """Run a command line against `endpoint` in a child process."""

    def run(*argv: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Result:
        variables = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url}
        completed = subprocess.run(
            [sys.executable, "-m", "smrt", *argv],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env={**environ, **variables, **(env or {})},
            timeout=60,
            check=False,
        )
        return Result(completed.returncode, completed.stdout, completed.stderr.decode())

    return run


@pytest.fixture
def aws_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The configuration and credentials files and the variables of one test."""
    return Emulator(tmp_path, monkeypatch)


@pytest.fixture
def aws(aws_home: Emulator) -> Iterator[FakeServices]:
    """STS, SSO, instance metadata and the container credentials service, on loopback."""
    with fake_services() as server:
        aws_home.set(**server.environ)
        yield server
