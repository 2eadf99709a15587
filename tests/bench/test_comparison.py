"""`smrt bench compare`, and the bootstrap behind it."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from smrt.bench.figures.block_bootstrap import Interval, exact, merged, resampled
from smrt.bench.figures.comparison import caveats
from tests.conftest import Smrt

COMPARE = ("bench", "compare", "--draws", "500")


def run(seed: int, factor: float = 1.0, seconds: int = 40) -> list[list[float]]:
    """Latencies of 10 requests per second; each second has a level of its own."""
    random = Random(seed)
    result = []
    for _ in range(seconds):
        level = random.uniform(0.8, 1.2)
        result.append(sorted(random.gauss(100 * level, 5) * factor for _ in range(10)))
    return result


def interval(a: Any, b: Any, **options: Any) -> Interval:
    [found] = resampled(a, b, ["95"], **{"draws": 200, **options})
    return found


def test_a_run_does_not_differ_from_itself() -> None:
    assert interval([run(1)], [run(1)]).estimate == 0
    assert not interval([run(1)], [run(1)]).shows_difference


def test_a_slower_model_shows() -> None:
    slower = interval([run(1)], [run(2, factor=1.5)])
    assert slower.low > 0.3
    assert slower.estimate == pytest.approx(0.5, abs=0.1)
    assert slower.shows_difference


def test_equal_models_rarely_show_a_difference() -> None:
    """A 95 % interval is wrong one time in twenty; here at most four times."""
    wrong = [
        interval([run(2 * n)], [run(2 * n + 1)], draws=100).shows_difference for n in range(20)
    ]
    assert sum(wrong) <= 4


def test_an_interval_is_the_same_for_a_seed() -> None:
    sides = [run(1)], [run(2)]
    assert interval(*sides, seed=3) == interval(*sides, seed=3)
    assert interval(*sides, seed=3) != interval(*sides, seed=4)


def test_seconds_that_depend_on_each_other_widen_the_interval() -> None:
    """The same samples, in blocks of a second or alone."""
    blocks = run(1)
    alone = [[each] for block in blocks for each in block]
    together, apart = interval([blocks], [blocks]), interval([alone], [alone])
    assert together.high - together.low > apart.high - apart.low


def test_several_runs_show_how_much_runs_differ() -> None:
    steady, varied = [run(1)] * 3, [run(1), run(1, factor=1.3), run(1, factor=0.8)]
    one, many = interval(steady, steady), interval(varied, varied)
    assert many.high - many.low > one.high - one.low


def test_long_runs_have_fewer_blocks_with_the_same_samples() -> None:
    blocks = merged(run(1, seconds=1000))
    assert len(blocks) <= 120
    assert exact([blocks], "95") == exact([run(1, seconds=1000)], "95")


def report(seconds: list[list[float]], label: str = "4", **changes: Any) -> dict[str, Any]:
    level = {
        "label": label,
        "window_seconds": float(len(seconds)),
        "metrics": {"latency": {}},
        "seconds": [{"second": n, "samples": {"latency": each}} for n, each in enumerate(seconds)],
    }
    return {"schema": "smrt-bench", "version": 1, "levels": [level], **changes}


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    for name, document in {
        "old": report(run(1, seconds=31)),
        "same": report(run(2, seconds=31)),
        "slow": report(run(3, factor=1.5, seconds=31)),
        "short": report(run(1, seconds=2)),
        "other": report(run(1), label="8"),
        "later": report(run(1), version=2),
        "wrong": {"predictions": []},
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    return tmp_path


def test_the_command_prints_each_difference_with_its_interval(smrt: Smrt, reports: Path) -> None:
    result = smrt(*COMPARE, "old.json", "slow.json")
    assert result.code == 0
    lines = result.out.decode().splitlines()
    assert lines[0].split()[:3] == ["level", "figure", "difference"]
    assert lines[2].startswith("4      latency p95")
    assert "no difference shown" not in lines[2]
    assert "one run of a side cannot show how much runs differ" in lines[4]


@pytest.mark.parametrize(
    ("new", "code", "outcome"),
    [("slow.json", 99, "MISSED (+"), ("old.json", 0, "met")],
)
def test_a_difference_above_the_threshold_is_the_exit_status(
    smrt: Smrt, reports: Path, new: str, code: int, outcome: str
) -> None:
    result = smrt(*COMPARE, "old.json", new, "--threshold", "latency:p(95)<+10%")
    assert result.code == code
    assert f"threshold latency:p(95)<+10% at 4: {outcome}" in result.out.decode()


def test_a_suppressed_figure_misses_its_threshold(smrt: Smrt, reports: Path) -> None:
    line = (*COMPARE, "old.json", "short.json", "--threshold", "latency:p(99)<+10%")
    result = smrt(*line)
    assert result.code == 99
    assert "MISSED: too few samples (20)" in result.out.decode()
    assert "too short: a level took 2 s" in result.out.decode()


def test_what_a_threshold_is_about_is_compared(smrt: Smrt, reports: Path) -> None:
    result = smrt(*COMPARE, "old.json", "slow.json", "--threshold", "latency:p(90)<+100%")
    assert result.code == 0
    assert "latency p90" in result.out.decode()
    assert "threshold latency:p(90)<+100% at 4: met (+" in result.out.decode()


@pytest.mark.parametrize(("seconds", "is_short"), [(29, True), (30, False)])
def test_half_a_minute_is_long_enough(seconds: int, *, is_short: bool) -> None:
    document = report(run(1, seconds=seconds))
    assert any("too short" in line for line in caveats([document], [document])) is is_short


def test_several_runs_of_each_side_are_compared(smrt: Smrt, reports: Path) -> None:
    result = smrt(*COMPARE, "old.json,same.json", "same.json,old.json")
    assert result.code == 0
    assert "one run of a side" not in result.out.decode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("old.json",), "the following arguments are required: NEW_FILE"),
        (("old.json", "missing.json"), "missing.json cannot be read"),
        (("old.json", "wrong.json"), "wrong.json is not a report of smrt bench"),
        (("old.json", "later.json"), "later.json has version 2 of the report"),
        (("old.json", "other.json"), "the reports have no level in common"),
        (("old.json", "old.json", "--threshold", "latency:p(95)<1s"), "difference in percent"),
        (("old.json", "old.json", "--threshold", "errors<+1%"), "takes percentiles"),
    ],
)
def test_what_cannot_be_compared_is_a_usage_error(
    smrt: Smrt, reports: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = smrt(*COMPARE, *arguments)
    assert result.code == 252
    assert message in result.err
