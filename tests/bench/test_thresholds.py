from typing import Any

import pytest

from smrt.bench.figures.client_health import ClientHealth
from smrt.bench.figures.level_figures import LevelFigures
from smrt.bench.figures.percentiles import Distribution
from smrt.bench.figures.thresholds import evaluate, parse_threshold
from smrt.bench.load.load_options import Level
from smrt.errors import UsageError

LATENCIES = Distribution(tuple(n / 1000 for n in range(1, 201)))


def of(**changes: Any) -> LevelFigures:
    return LevelFigures(
        level=Level(concurrency=4),
        requests=200,
        successes=200,
        errors={},
        throttles=0,
        dropped=0,
        unfinished=0,
        window=2.0,
        request_rate=100.0,
        bytes=0,
        tokens=None,
        chunks=0,
        token_rate=None,
        token_rate_per_user=None,
        messages={},
        good=None,
        good_rate=None,
        metrics={"latency": LATENCIES},
        client=ClientHealth(0.0, 0.0, ()),
    )._replace(**changes)


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("latency:p(99)<250ms", True),
        ("latency:p(99)<198ms", False),
        ("latency:p(99)<=198ms", True),
        ("latency:p(50) < 0.2s", True),
        ("latency:p(95)<190", False),
        ("latency:avg<101ms", True),
        ("latency:max<200ms", False),
        ("latency:min>0ms", True),
        ("errors<1%", True),
        ("errors<1", True),
        ("request_rate>=100", True),
        ("request_rate>100", False),
    ],
)
def test_a_threshold_compares_a_figure_with_its_limit(text: str, is_met: bool) -> None:  # noqa: FBT001
    [verdict] = evaluate([parse_threshold(text)], [of()])
    assert (not verdict.reason) is is_met


@pytest.mark.parametrize(
    ("text", "changes", "reason"),
    [
        ("latency:p(99.9)<1s", {}, "too few samples (200)"),
        ("time_to_first_token:p(50)<1s", {}, "no response has this metric"),
        ("goodput>1%", {}, "there is no --goodput"),
        ("token_rate>1", {}, "nothing to count"),
        ("latency:p(50)<1s", {"dropped": 1}, "1 requests were dropped: their latency is not known"),
        ("errors<1%", {"errors": {"ModelError": 2}}, "the limit is exceeded"),
        ("goodput>99%", {"good": 100}, "the limit is exceeded"),
    ],
)
def test_a_threshold_without_its_figure_is_missed(
    text: str, changes: dict[str, Any], reason: str
) -> None:
    [verdict] = evaluate([parse_threshold(text)], [of(**changes)])
    assert verdict.reason == reason


def test_few_dropped_requests_do_not_hide_a_latency() -> None:
    few = of(requests=2000, dropped=2)
    assert evaluate([parse_threshold("latency:p(50)<1s")], [few])[0].reason == ""


def test_each_level_has_to_meet_each_threshold() -> None:
    slow = of(metrics={"latency": Distribution((1.0,) * 200)})
    verdicts = evaluate([parse_threshold("latency:p(50)<500ms")], [of(), slow])
    assert [bool(verdict.reason) for verdict in verdicts] == [False, True]


@pytest.mark.parametrize(
    "text",
    [
        "latency",
        "latency<1s",
        "latency:p(100)<1s",
        "latency:p(0)<1s",
        "latency:p(99)<1%",
        "latenzy:p(99)<1s",
        "errors:p(99)<1%",
        "errors<1ms",
        "request_rate>5%",
        "latency:p(99)<+10%",
        "latency:p(99)<1s or so",
        "",
    ],
)
def test_a_threshold_that_means_nothing_is_rejected(text: str) -> None:
    with pytest.raises(UsageError, match="Bad value for --threshold"):
        parse_threshold(text)


@pytest.mark.parametrize("text", ["latency:p(95)<10%", "latency:p(95)<+10ms"])
def test_a_comparison_needs_a_difference_in_percent(text: str) -> None:
    with pytest.raises(UsageError, match="compare takes a difference in percent"):
        parse_threshold(text, is_relative=True)


def test_a_difference_is_a_share() -> None:
    assert parse_threshold("latency:p(95)<+10%", is_relative=True).limit == pytest.approx(0.1)
