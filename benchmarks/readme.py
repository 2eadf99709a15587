"""Put the last results into the README: `python -m benchmarks.readme .bench/results.json`."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from .scenarios import SCENARIOS

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- speed -->\n", "<!-- /speed -->"
WIDTH = 140
PEERS = ("aws v1", "aws v2", "boto3", "awscurl", "curl")


def section(results: Mapping[str, Any]) -> str:
    """The results as a table: smrt's time, and the part of each peer's time that it takes."""
    head = ["", "smrt", *PEERS]
    lines = [head, ["---"] * len(head)]
    for scenario in SCENARIOS:
        rows = {row["peer"]: row for row in results["rows"] if row["scenario"] == scenario.name}
        if "smrt" in rows:
            told = [_ratio(rows, peer) for peer in PEERS]
            lines.append([scenario.title, f"{rows['smrt']['median'] * 1e3:.0f} ms", *told])
    table = "".join(
        f"|{'|'.join(f' {cell} ' if cell else ' ' for cell in line)}|\n" for line in lines
    )
    about = results["about"]
    versions = ", ".join(about[name].split()[0] for name in ("aws1", "aws2") if name in about)
    remarks = fill(
        f"{about['machine']}, {about['python']}, {versions}. Ratios are the claim, not times: "
        "`make bench` measures your machine, and ends with 1 where a target is missed. curl, which "
        "is compiled, shows where the floor is.",
        WIDTH,
        break_on_hyphens=False,
    )
    return (
        "The part of each peer's time that smrt takes, over loopback, in pairs of runs taken in "
        f"turn:\n\n{table}\n{remarks}\n"
    )


def _ratio(rows: Mapping[str, Mapping[str, Any]], peer: str) -> str:
    return f"{rows[peer]['ratio']:.2f}" if peer in rows else ""


def main(words: Sequence[str]) -> None:
    """Write the section."""
    results = json.loads(Path(words[0]).read_text(encoding="utf-8"))
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(before + BEGIN + section(results) + END + after, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
