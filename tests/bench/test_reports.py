"""The reports as charts: an HTML page, and an SVG file."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.bench.figures.percentiles import Distribution
from smrt.bench.report.histogram import bins, histogram
from smrt.bench.report.svg_chart import Chart, Series, round_ticks, svg_chart
from smrt.bench.report.units import milliseconds
from tests.bench.browser import load_page
from tests.conftest import Smrt
from tests.support.scripted_endpoint import Endpoint, error, raw

LINE = (
    "bench", "--endpoint-name", "<e>", "--body", "aGVsbG8=", "--request-count", "120",
    "--concurrency", "1,3", "--warmup-requests", "0",
)  # fmt: skip


@pytest.fixture
def page(smrt: Smrt, endpoint: Endpoint, tmp_path: Path) -> str:
    endpoint.respond_with(raw(error(424, "<script>alert(1)</script>", "no")))
    condition = "latency:p(50)<0.001ms"
    result = smrt(*LINE, "--threshold", condition, "--report", "run.html", "--report", "run.svg")
    assert result.code == 99
    return (tmp_path / "run.html").read_text(encoding="utf-8")


class Outline(HTMLParser):
    """The tags of a page, and the text of each."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_has_the_command_on_top_and_a_table_under_each_chart(page: str) -> None:
    tags = Outline(page).tags
    assert tags.index("pre") < tags.index("table") < tags.index("figure")
    text = re.sub("</?span>", "", page)
    assert "smrt bench --endpoint-name &#x27;&lt;e&gt;&#x27; --body aGVsbG8=" in text
    charts = [position for position, tag in enumerate(tags) if tag == "figure"]
    assert len(charts) == 3
    for chart, following in pairwise([*charts, len(tags)]):
        assert "table" in tags[chart:following]


def test_the_page_contains_no_script_and_links_to_nothing(page: str) -> None:
    outline = Outline(page)
    assert "script" not in outline.tags
    assert outline.links == ["data:,"]
    assert "url(" not in page
    assert "@import" not in page


def test_the_page_shows_what_was_missed_and_what_failed(page: str) -> None:
    assert re.search(r'<td>latency:p\(50\)&lt;0.001ms</td><td class="bad">MISSED \(', page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_is_for_light_and_dark_screens_phones_and_paper(page: str) -> None:
    for condition in ("prefers-color-scheme:dark", "max-width:34rem", "print"):
        assert condition in page
    assert 'name="viewport"' in page


def test_a_browser_loads_the_page_without_errors_or_further_requests(
    page: str, tmp_path: Path
) -> None:
    loaded = load_page(page, tmp_path / "profile")
    assert loaded.requested == ["/report.html"]
    assert loaded.messages == []
    assert len(re.findall(r'<svg class="chart"', loaded.dom)) == 3
    assert loaded.dom.count("<polyline") >= 6


def test_the_svg_file_is_well_formed(page: str, tmp_path: Path) -> None:
    root = ET.fromstring((tmp_path / "run.svg").read_text())
    charts = [each for each in root if each.tag.endswith("svg")]
    assert len(charts) == 3


def coordinates(svg: str) -> Iterator[tuple[float, float]]:
    [points] = re.findall(r'points="([^"]*)"', svg)
    for pair in points.split():
        x, y = pair.split(",")
        yield float(x), float(y)


def test_a_chart_draws_its_points_in_proportion() -> None:
    series = Series("a", ((0.0, 0.0), (5.0, 50.0), (10.0, 100.0)))
    drawn = list(coordinates(svg_chart(Chart("t", "x", "y", (series,)))))
    (x0, y0), (x1, y1), (x2, y2) = drawn
    assert (x1 - x0, y0 - y1) == pytest.approx((x2 - x1, y1 - y2))
    assert x0 < x1
    assert y0 > y1


def lines_and_labels(count: int, y: float) -> tuple[float, list[float]]:
    """The height of the axis, and those of the labels of lines that end close together."""
    series = tuple(Series(f"line {n}", ((0.0, 9.0), (1.0, y + n / 1000)), n) for n in range(count))
    svg = svg_chart(Chart("t", "x", "y", series))
    axis = max(float(y) for y in re.findall(r'<line class="grid" .*y2="([\d.]+)"', svg))
    return axis, sorted(float(y) for y in re.findall(r'y="([\d.]+)" class="f\d end"', svg))


@pytest.mark.parametrize("y", [0.0, 5.0, 9.0])
def test_the_labels_of_lines_overlap_neither_each_other_nor_the_axis(y: float) -> None:
    axis, heights = lines_and_labels(6, y)
    assert len(heights) == 6
    assert all(after - before >= 13.9 for before, after in pairwise(heights))
    assert heights[-1] <= axis


def test_a_chart_can_have_more_lines_than_room_for_labels() -> None:
    assert len(lines_and_labels(60, 5.0)[1]) == 60


@given(st.floats(1e-6, 1e9), st.integers(3, 8))
def test_ticks_are_round_and_cover_the_range(high: float, count: int) -> None:
    ticks = round_ticks(0.0, high, count)
    assert ticks[0].value == 0
    assert ticks[-1].value >= high * (1 - 1e-9)
    assert len(ticks) <= count + 2


def test_a_few_slow_responses_do_not_hide_the_others_in_one_bin() -> None:
    values = [*(10.0 + n / 100 for n in range(199)), 9_000.0]
    counts = [count for _, count in bins(values)]
    assert len(counts) == 12
    assert counts[-1] == 2  # beyond the 99th percentile
    assert max(counts) <= 25


@given(st.lists(st.floats(0, 100), min_size=2).filter(lambda each: min(each) < max(each)))
def test_a_histogram_counts_each_value_once(values: list[float]) -> None:
    ordered = sorted(values)
    counted = bins(ordered)
    assert sum(count for _, count in counted) == len(values)
    edges = [edge for edge, _ in counted]
    assert edges == sorted(edges)
    assert edges[-1] == ordered[-1]


def test_a_histogram_fits_the_terminal() -> None:
    values = Distribution(tuple(n / 1000 for n in range(1, 100))).ordered
    assert all(len(line) <= 61 for line in histogram(values, 60))
    assert len(list(histogram((0.1, 0.1), 60))) == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (0.0, "0.00"), (0.00123, "1.23"), (0.0123, "12.3"), (1.5, "1,500")],
)
def test_a_time_has_the_digits_that_mean_something(seconds: float | None, text: str) -> None:
    assert milliseconds(seconds) == text
