"""The place where the peers run: a folder with their input, their homes and a certificate."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CLONE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BENCH = os.path.join(CLONE, ".bench")
KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
_COPIED = ("boto3_call.py", "tab.bash")


class UnpreparedError(Exception):
    """The environment of the peers is not as it has to be."""


def tools() -> dict[str, str]:
    """The programs that are here, by their names in the command lines."""
    folder = os.path.join(BENCH, "bin")
    found = {
        "smrt": os.path.join(folder, "smrt"),
        "python": os.path.join(folder, "python"),
        "aws1": os.path.join(folder, "aws"),
        "aws2": _second_aws(),
        "awscurl": os.path.join(BENCH, "awscurl", "bin", "awscurl"),
        "curl": shutil.which("curl"),
        "bash": shutil.which("bash"),
    }
    return {name: path for name, path in found.items() if path and os.path.exists(path)}


def versions(found: dict[str, str]) -> dict[str, str]:
    """What the programs say that they are; awscurl does not say."""
    asked = {name: path for name, path in found.items() if name not in ("awscurl", "bash")}
    return {name: _says(path).partition("\n")[0] for name, path in asked.items()}


def check_compiled() -> None:
    """Raise UnpreparedError where a peer's modules would be compiled anew by each run."""
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


def fill(folder: str) -> bool:
    """Lay out the place in `folder`; whether it has a certificate (that takes openssl)."""
    for name in _COPIED:
        shutil.copy(os.path.join(CLONE, "benchmarks", name), folder)
    for name, size in (("small.json", 1 << 10), ("large.bin", 25 << 20)):
        with open(os.path.join(folder, name), "wb") as file:
            file.truncate(size)
    for home in ("home", "profile"):
        os.makedirs(os.path.join(folder, home, ".aws"))
    with open(os.path.join(folder, "profile", ".aws", "credentials"), "w") as file:
        file.write("[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n".format(*KEYS))
    return _certified(folder)


def environment(folder: str, home: str) -> dict[str, str]:
    """What every peer is given; nothing of ours, such as PYTHONDONTWRITEBYTECODE, reaches it."""
    keys = (
        {} if home else dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), KEYS, strict=True))
    )
    roots = os.path.join(folder, "ca.pem")
    line = "aws sagemaker-runtime invoke-endpoint --"
    return {
        **keys,
        **({"AWS_CA_BUNDLE": roots, "REQUESTS_CA_BUNDLE": roots} if os.path.exists(roots) else {}),
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
def serving(folder: str, *, certified: bool) -> Iterator[dict[str, str]]:
    """The addresses of the server by scheme, while it serves."""
    names = ("ca.pem", "key.pem") if certified else ()
    replies = os.path.join(folder, "replies")
    os.mkdir(replies)
    argv = [sys.executable, "-m", "benchmarks.server", replies]
    argv += [os.path.join(folder, name) for name in names]
    with subprocess.Popen(
        argv, cwd=CLONE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        schemes = ("http", "https")[: 1 + certified]
        yield {each: f"{each}://127.0.0.1:{int(server.stdout.readline())}" for each in schemes}
        server.stdin.close()


def _certified(folder: str) -> bool:
    """Make a certificate for 127.0.0.1 that is its own authority."""
    if shutil.which("openssl") is None:
        return False
    line = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-keyout key.pem -out ca.pem -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    return (
        subprocess.run(line.split(), cwd=folder, capture_output=True, check=False).returncode == 0
    )


def _second_aws() -> str | None:
    """AWS CLI 2, wherever PATH has it, or Debian's own."""
    for folder in [*os.environ["PATH"].split(os.pathsep), "/usr/bin"]:
        path = os.path.join(folder, "aws")
        if os.access(path, os.X_OK) and _says(path).startswith("aws-cli/2"):
            return path
    return None


def _says(path: str) -> str:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return done.stdout or done.stderr
