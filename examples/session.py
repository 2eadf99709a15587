"""Record the session in the README: `python examples/session.py` writes session.svg.

The commands run on a pseudo-terminal; `smrt local` serves the two models of this folder.
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
COMMANDS = (
    """smrt invoke-endpoint --endpoint-name iris --json '{"instances": [[6.3, 3.3, 6.0, 2.5]]}'""",
    r"""smrt invoke-endpoint --endpoint-name iris --data @iris/flowers.csv \
    --body-query 'predictions[].species' --output text""",
    r"""smrt invoke-endpoint-with-response-stream --endpoint-name storyteller --chat \
    --json '{"prompt": "The Queen", "max_tokens": 45, "seed": 7}'""",
)
WIDTH = 92


def terminal_output(command):
    """Run `command` on a pseudo-terminal, with its own endpoints, and return its output."""
    endpoints = ("iris=iris", "storyteller=storyteller")
    local = [sys.executable, "-m", "smrt", "local", "run", *endpoints, "--", "sh", "-c", command]
    controller, terminal = pty.openpty()
    environ = {**os.environ, "COLUMNS": str(WIDTH), "AWS_PAGER": ""}
    process = subprocess.Popen(  # noqa: S603 - the commands above
        local, cwd=HERE, env=environ, stdout=terminal, stderr=terminal
    )
    os.close(terminal)
    output = b""
    while process.poll() is None or output == b"":
        try:
            output += os.read(controller, 65536)
        except OSError:
            break
    if process.wait():
        raise SystemExit(output.decode())
    return re.sub(r"\x1b\[\?[^hl]*[hl]", "", output.decode().replace("\r\n", "\n")).rstrip("\n")


def main():
    """Write session.svg."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    for command in COMMANDS:
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
        console.print(Text.from_ansi(terminal_output(command)), "", sep="\n")
    console.save_svg(str(HERE / "session.svg"), title="smrt")


if __name__ == "__main__":
    main()
