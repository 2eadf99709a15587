"""The formats against the text that AWS CLI v2 prints for the same values."""

import json
from typing import Any

import pytest

from smrt.output.formats import Style, render
from tests.support.project import ROOT

CASES = json.loads((ROOT / "tests/scenarios/cases/formats.json").read_text(encoding="ascii"))


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{case['format']}-{number}" for number, case in enumerate(CASES)]
)
def test_a_value_is_printed_as_the_aws_cli_prints_it(case: dict[str, Any]) -> None:
    style = Style(case.get("title", ""), case.get("width", 80), color=case.get("color", False))
    assert "".join(render(case["value"], case["format"], style)) == case["text"]
