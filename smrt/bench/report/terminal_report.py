"""What `smrt bench` prints: how much it will send, and the figures at the end."""

from collections.abc import Iterator, Sequence

from smrt.bench.benchmark import most_requests
from smrt.bench.figures.level_figures import LevelFigures
from smrt.bench.figures.thresholds import Threshold, Verdict
from smrt.bench.load.load_options import Level, LoadOptions
from smrt.bench.search import HIGHEST
from smrt.output.console import Console

from .histogram import histogram
from .summary_tables import level_table, level_title, metric_table, plain_table, remarks
from .verdict_text import outcome


def announcement(levels: Sequence[Level], load: LoadOptions, *, is_search: bool) -> str:
    """How many requests follow, at most."""
    if is_search:
        what = f"searching the maximum concurrency: up to {HIGHEST} callers"
        return f"{what}, {load.duration:g} s per level; seed {load.seed}"
    labels = ", ".join(level.label for level in levels)
    what = "request rate" if levels[0].is_open else "concurrency"
    most = most_requests(levels, load)
    count = "as many requests as the endpoint responds to"
    if most is not None:
        count = f"at most {most:,} requests"
    elif load.duration:
        count += f" in {load.duration:g} s per level"
    return f"{what} {labels}: {count}; seed {load.seed}"


def show_figures(
    console: Console, levels: Sequence[LevelFigures], verdicts: Sequence[Verdict]
) -> None:
    """Print the tables, a histogram of the last level, and what to know about the figures."""
    console.show([plain_table(level_table(levels))])
    for each in levels:
        if each.metrics:
            console.show(["\n", plain_table(metric_table(each))])
    if "latency" in levels[-1].metrics:
        title = f"\nlatency of responses, {level_title(levels[-1])}:\n"
        latencies = levels[-1].metrics["latency"].ordered
        console.show([title, *histogram(latencies, console.width)])
    notes = [note for each in levels for note in (*remarks(each), *_messages(each))]
    console.show([f"{line}\n" for line in ("", *notes)] if notes else [])
    for verdict in verdicts:
        text = f"threshold {verdict.threshold.text} at {verdict.level}: {outcome(verdict)}"
        console.show([f"{text}\n"])


def _messages(figures: LevelFigures) -> Iterator[str]:
    """An example of each error. Reports are sent around, and do not have what a model said."""
    for code, message in figures.messages.items():
        yield f"{level_title(figures)}: the first {code}: {' '.join(message.split())}"


def show_maximum(console: Console, max_concurrency: int, conditions: Sequence[Threshold]) -> None:
    """Print the result of a search."""
    texts = ", ".join(each.text for each in conditions)
    console.show([f"maximum concurrency with {texts}: {max_concurrency or 'none'}\n"])
