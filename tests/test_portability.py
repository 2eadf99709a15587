"""smrt runs without the POSIX-only parts of Python, as on Windows."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.scripted_endpoint import Endpoint

WITHOUT = """
import os, select, signal, sys
for module, name in ((os, "uname"), (os, "geteuid"), (select, "poll"), (signal, "SIGHUP")):
    delattr(module, name)
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
from smrt.__main__ import main
sys.exit(main())
"""
CALL = ["invoke-endpoint", "--endpoint-name", "e", "--body", "aGVsbG8=", "out"]


@pytest.mark.parametrize(
    "words",
    [
        CALL,
        [*CALL, "--output", "table", "--debug"],
        ["--version"],
        ["invoke-endpoint", "--help"],
        ["local", "run", "--", sys.executable, "-c", "print(1)"],
        ["completion", "bash"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_command_needs_no_posix_only_module(
    words: list[str], endpoint: Endpoint, environ: dict[str, str], tmp_path: Path
) -> None:
    variables = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *words],
        capture_output=True,
        cwd=tmp_path,
        env={**environ, **variables},
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert done.stdout
