"""An SVG bar chart: one bar per peer, as long as its run time in units of smrt's."""

from collections.abc import Mapping, Sequence
from html import escape

from .summary import Row

WIDTH, LABELS, VALUES, LINE, GAP = 760, 170, 90, 20, 34
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#57606a}.t{font-weight:600}"
    ".o{fill:#8c959f}.s{fill:#1f883d}"
)


def chart(rows: Sequence[Row], titles: Mapping[str, str]) -> str:
    """A chart of the scenarios in `titles`, each with its own scale."""
    elements: list[str] = []
    y = 0
    for name, title in titles.items():
        bars = [row for row in rows if row.scenario == name]
        longest = max((1 / bar.ratio for bar in bars), default=1.0)
        elements.append(_text(0, y + 22, title, "t"))
        y += GAP
        for bar in bars:
            elements += _bar(y, bar, longest)
            y += LINE
        y += LINE // 2
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img">'
    return "\n".join([head, f"<style>{_STYLE}</style>", *elements, "</svg>", ""])


def _bar(y: int, row: Row, longest: float) -> list[str]:
    multiple = 1 / row.ratio
    width = max(multiple / longest * (WIDTH - LABELS - VALUES), 1)
    kind = "s" if row.peer == "smrt" else "o"
    return [
        _text(12, y + 14, row.peer),
        f'<rect class="{kind}" x="{LABELS}" y="{y + 3}" width="{width:.1f}" height="{LINE - 6}"/>',
        _text(LABELS + width + 8, y + 14, f"{multiple:.1f}\N{MULTIPLICATION SIGN}"),
    ]


def _text(x: float, y: int, text: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y}">{escape(text)}</text>'
