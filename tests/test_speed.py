"""Properties that keep a call fast, and can be tested without a clock."""

import subprocess
import sys
from pathlib import Path

from tests.support.scripted_endpoint import Endpoint

SCRIPT = """
import gc, sys
from smrt.__main__ import main
collections = lambda: sum(each["collections"] for each in gc.get_stats())
before = collections()
code = main()
print(collections() - before, len(gc.get_objects()), file=sys.stderr)
sys.exit(code)
"""


def test_the_garbage_collector_does_not_run_during_a_call_or_at_exit(
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
    collections, tracked_objects = map(int, done.stderr.split())
    assert collections == 0
    assert tracked_objects < 100
