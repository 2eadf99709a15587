"""Runs smrt in a process that reports the memory it needed; Linux only."""

import subprocess
import sys
from collections.abc import Mapping
from typing import NamedTuple

import pytest

LIMIT = 128 << 20
"""Bytes; what smrt may need whatever it reads."""
_CODE = """
import sys
from smrt.cli.main import main
code = main(sys.argv[1:])
sys.stdout.flush()
with open("/proc/self/status") as file:
    (peak,) = (line.split()[1] for line in file if line.startswith("VmHWM:"))
print("peak", peak, file=sys.stderr)
sys.exit(code)
"""


class Measured(NamedTuple):
    """A finished process; `peak` is its largest resident size in bytes."""

    code: int
    out: bytes
    err: str
    peak: int


def measured(*argv: str, env: Mapping[str, str], stdin: bytes = b"") -> Measured:
    """Run a command line and measure its memory."""
    if sys.platform != "linux":
        pytest.skip("/proc is needed")
    ran = subprocess.run(
        [sys.executable, "-c", _CODE, *argv],
        env=env,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )
    err, _, peak = ran.stderr.decode().rpartition("peak ")
    return Measured(ran.returncode, ran.stdout, err, int(peak) * 1024)
