"""The folder in which the peers run: their input, home folders and a TLS certificate."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CLONE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BENCH = os.path.join(CLONE, ".bench")
CREDENTIALS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
_COPIED = ("boto3_call.py", "tab.bash")


class UnpreparedError(Exception):
    """The environment of the peers is not installed correctly."""


def tools() -> dict[str, str]:
    """The paths of the installed programs, by their names in the command lines."""
    folder = os.path.join(BENCH, "bin")
    paths = {
        "smrt": os.path.join(folder, "smrt"),
        "python": os.path.join(folder, "python"),
        "aws1": os.path.join(folder, "aws"),
        "aws2": _aws_v2(),
        "awscurl": os.path.join(BENCH, "awscurl", "bin", "awscurl"),
        "curl": shutil.which("curl"),
        "bash": shutil.which("bash"),
    }
    return {name: path for name, path in paths.items() if path and os.path.exists(path)}


def versions(paths: dict[str, str]) -> dict[str, str]:
    """The versions of the programs; awscurl has no --version."""
    versioned = {name: path for name, path in paths.items() if name not in ("awscurl", "bash")}
    return {name: _version(path).partition("\n")[0] for name, path in versioned.items()}


def check_compiled() -> None:
    """Raise UnpreparedError if a peer's modules are not compiled, so that each run would do it."""
    for folder, modules in {
        "": ("smrt", "boto3", "botocore", "awscli"),
        "awscurl": ("awscurl",),
    }.items():
        python = os.path.join(BENCH, folder, "bin", "python")
        for module in modules:
            code = (
                f"import {module} as m, importlib.util as u; "
                "print(m.__file__, u.cache_from_source(m.__file__), sep='\\n')"
            )
            done = subprocess.run(
                [python, "-B", "-I", "-c", code], capture_output=True, text=True, check=True
            )
            source, compiled = done.stdout.split("\n")[:2]
            if not source.startswith(BENCH) or not os.path.exists(compiled):
                raise UnpreparedError(f"{module} is not installed and compiled: rm -r {BENCH}")


def create(folder: str) -> bool:
    """Create the workspace in `folder`; return whether it has a certificate (needs openssl)."""
    for name in _COPIED:
        shutil.copy(os.path.join(CLONE, "benchmarks", name), folder)
    for name, size in (("small.json", 1 << 10), ("large.bin", 25 << 20)):
        with open(os.path.join(folder, name), "wb") as file:
            file.truncate(size)
    for home in ("home", "profile"):
        os.makedirs(os.path.join(folder, home, ".aws"))
    with open(os.path.join(folder, "profile", ".aws", "credentials"), "w") as file:
        file.write(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n".format(*CREDENTIALS)
        )
    return _create_certificate(folder)


def environment(folder: str, home: str) -> dict[str, str]:
    """The environment of a peer, which inherits PATH and nothing else from this process."""
    credentials = (
        {}
        if home
        else dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), CREDENTIALS, strict=True))
    )
    ca_bundle = os.path.join(folder, "ca.pem")
    line = "aws sagemaker-runtime invoke-endpoint --"
    return {
        **credentials,
        **(
            {"AWS_CA_BUNDLE": ca_bundle, "REQUESTS_CA_BUNDLE": ca_bundle}
            if os.path.exists(ca_bundle)
            else {}
        ),
        "PATH": os.environ["PATH"],
        "HOME": os.path.join(folder, home or "home"),
        "LANG": "C.UTF-8",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }


@contextmanager
def serving(folder: str, *, tls: bool) -> Iterator[dict[str, str]]:
    """Run the server; yields its URLs by scheme."""
    names = ("ca.pem", "key.pem") if tls else ()
    responses = os.path.join(folder, "responses")
    os.mkdir(responses)
    argv = [sys.executable, "-m", "benchmarks.server", responses]
    argv += [os.path.join(folder, name) for name in names]
    with subprocess.Popen(
        argv, cwd=CLONE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        schemes = ("http", "https")[: 1 + tls]
        yield {each: f"{each}://127.0.0.1:{int(server.stdout.readline())}" for each in schemes}
        server.stdin.close()


def _create_certificate(folder: str) -> bool:
    """Create a self-signed certificate for 127.0.0.1; return whether that succeeded."""
    if shutil.which("openssl") is None:
        return False
    line = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-keyout key.pem -out ca.pem -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    return (
        subprocess.run(line.split(), cwd=folder, capture_output=True, check=False).returncode == 0
    )


def _aws_v2() -> str | None:
    """The path of AWS CLI 2, in PATH or in /usr/bin."""
    for folder in [*os.environ["PATH"].split(os.pathsep), "/usr/bin"]:
        path = os.path.join(folder, "aws")
        if os.access(path, os.X_OK) and _version(path).startswith("aws-cli/2"):
            return path
    return None


def _version(path: str) -> str:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return done.stdout or done.stderr
