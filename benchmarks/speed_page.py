"""Write docs/speed.md and its chart: `python -m benchmarks.speed_page .bench/results.json`."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from .chart import chart
from .scenarios import SCENARIOS
from .summary import Row

DOCS = Path(__file__).parent.parent / "docs"
PAGE, PICTURE = DOCS / "speed.md", DOCS / "speed.svg"
BEGIN, END = "<!-- speed -->\n", "<!-- /speed -->"
WIDTH = 140
PEERS = ("aws v1", "aws v2", "boto3", "awscurl", "curl")
CHARTED = ("http", "https", "async", "down", "version")


def section(results: Mapping[str, Any]) -> str:
    """The results as a table: smrt's run time, and its ratio to that of each peer."""
    head = ["", "smrt", *PEERS]
    lines = [head, ["---"] * len(head)]
    for scenario in SCENARIOS:
        rows = {row["peer"]: row for row in results["rows"] if row["scenario"] == scenario.name}
        if "smrt" in rows:
            ratios = [_ratio(rows, peer) for peer in PEERS]
            lines.append([scenario.title, f"{rows['smrt']['median'] * 1e3:.0f} ms", *ratios])
    table = "".join(
        f"|{'|'.join(f' {cell} ' if cell else ' ' for cell in line)}|\n" for line in lines
    )
    about = results["about"]
    versions = ", ".join(about[name].split()[0] for name in ("aws1", "aws2") if name in about)
    remarks = fill(
        f"Measured on {about['machine']}, with {about['python']}, {versions}. The times depend on "
        "your machine, the ratios hardly do. curl is a compiled program: it shows the lower limit.",
        WIDTH,
        break_on_hyphens=False,
    )
    return f"{table}\n{remarks}\n"


def rows(page: str) -> Iterator[Row]:
    """The ratios in the table of the page."""
    names = {scenario.title: scenario.name for scenario in SCENARIOS}
    for line in page.splitlines():
        title, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if title in names:
            for peer, cell in zip(("smrt", *PEERS), ("1", *cells[1:]), strict=True):
                if cell:
                    yield Row(names[title], peer, 0, 0, float(cell), 0, 0, 0)


def picture(page: str) -> str:
    """The chart of the table in the page."""
    titles = {each.name: each.title for each in SCENARIOS if each.name in CHARTED}
    return chart(list(rows(page)), titles)


def _ratio(rows: Mapping[str, Mapping[str, Any]], peer: str) -> str:
    return f"{rows[peer]['ratio']:.2f}" if peer in rows else ""


def main(words: Sequence[str]) -> None:
    """Write the section and the chart."""
    results = json.loads(Path(words[0]).read_text(encoding="utf-8"))
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page = before + BEGIN + section(results) + END + after
    PAGE.write_text(page, encoding="utf-8")
    PICTURE.write_text(picture(page), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
