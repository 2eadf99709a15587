"""What keeps a call short, where no clock can tell it from a busy machine."""

import subprocess
import sys
from pathlib import Path

from tests.support.scripted_endpoint import Endpoint

SCRIPT = """
import gc, sys
from smrt.__main__ import main
looked = lambda: sum(each["collections"] for each in gc.get_stats())
before = looked()
code = main()
print(looked() - before, len(gc.get_objects()), file=sys.stderr)
sys.exit(code)
"""


def test_no_cycles_are_looked_for_during_a_call_nor_at_its_end(
    endpoint: Endpoint, environ: dict[str, str], tmp_path: Path
) -> None:
    line = ["invoke-endpoint", "--endpoint-name", "iris", "--body", "AAAA", "out"]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *line, "--endpoint-url", endpoint.url],
        capture_output=True,
        cwd=tmp_path,
        env=environ,
        text=True,
        timeout=60,
        check=True,
    )
    collections, still_watched = map(int, done.stderr.split())
    assert collections == 0
    assert still_watched < 100
