"""Record the README's picture: `python examples/session.py` runs it on a terminal of its own.

The calls are real: `smrt local` serves the two models of this folder while they are made.
"""

import os
import pty
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
LINES = (
    r"""smrt invoke-endpoint --endpoint-name iris --content-type text/csv --accept text/csv \
    --body fileb://iris/flowers.csv predictions.csv""",
    "cut -c 1-40 predictions.csv",
    r"""smrt invoke-endpoint-with-response-stream --endpoint-name storyteller --chat \
    --content-type application/json --cli-binary-format raw-in-base64-out \
    --body '{"prompt": "The Queen", "max_tokens": 45, "seed": 7}'""",
)
WIDTH = 92


def shown(line):
    """What a terminal shows of a line and its output; endpoints run for it alone."""
    endpoints = ("iris=iris", "storyteller=storyteller")
    local = [sys.executable, "-m", "smrt", "local", "run", *endpoints, "--", "sh", "-c", line]
    ours, theirs = pty.openpty()
    environ = {**os.environ, "COLUMNS": str(WIDTH), "AWS_PAGER": ""}
    process = subprocess.Popen(  # noqa: S603 - the lines above
        local, cwd=HERE, env=environ, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    text = b""
    while process.poll() is None or text == b"":
        try:
            text += os.read(ours, 65536)
        except OSError:
            break
    if process.wait():
        raise SystemExit(text.decode())
    return re.sub(r"\x1b\[\?[^hl]*[hl]", "", text.decode().replace("\r\n", "\n")).rstrip("\n")


def main():
    """Write session.svg."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    for line in LINES:
        console.print(Text.assemble(("$ ", "bold green"), (line, "bold")))
        console.print(Text(shown(line)), "", sep="\n")
    (HERE / "predictions.csv").unlink()
    console.save_svg(str(HERE / "session.svg"), title="smrt")


if __name__ == "__main__":
    main()
