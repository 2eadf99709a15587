"""The options that apply before a line is parsed, and if parsing fails."""

from pathlib import Path

import pytest

from smrt.cli.early_options import EarlyOptions, early_options, effective_error_format
from tests.conftest import Smrt


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", EarlyOptions()),
        ("invoke-endpoint out", EarlyOptions()),
        ("--color on", EarlyOptions(color="on")),
        ("--color=on", EarlyOptions(color="on")),
        ("--color off", EarlyOptions(color="off")),
        ("--color on --color=off", EarlyOptions(color="off")),
        ("--color off --color", EarlyOptions(color="off")),
        ("--color=", EarlyOptions(color="")),
        ("x --profile p --cli-error-format xml", EarlyOptions("xml", "p")),
        ("--profile=a=b", EarlyOptions(profile="a=b")),
        ("invoke-endpoint --debug", EarlyOptions(debug=True)),
        (
            "local run -- smrt --debug --color on --profile p --cli-error-format json",
            EarlyOptions(),
        ),
    ],
)
def test_early_options_can_be_anywhere_before_a_double_dash(
    words: str, expected: EarlyOptions
) -> None:
    assert early_options(words.split()) == expected


@pytest.mark.parametrize("bad", [["--bogus"], ["--output", "xml"], ["nothing"], ["--body"]])
def test_a_parsing_error_has_the_format_that_the_line_requests(smrt: Smrt, bad: list[str]) -> None:
    result = smrt("invoke-endpoint", *bad, "--cli-error-format", "json")
    assert result.code == 252
    assert result.err.startswith('{\n    "Code": "ParamValidation"')


@pytest.mark.parametrize(
    ("words", "environ", "name"),
    [
        ("", {}, "enhanced"),
        ("--cli-error-format json", {}, "json"),
        ("--cli-error-format=json", {}, "json"),
        ("invoke-endpoint --cli-error-format text --cli-error-format json", {}, "json"),
        ("--cli-error-format", {"AWS_CLI_ERROR_FORMAT": "text"}, "text"),
        ("--cli-error-format xml", {"AWS_CLI_ERROR_FORMAT": "text"}, "text"),
        ("--cli-error-format json", {"AWS_CLI_ERROR_FORMAT": "text"}, "json"),
        ("", {"AWS_CLI_ERROR_FORMAT": "YAML"}, "yaml"),
        ("", {"AWS_CLI_ERROR_FORMAT": "xml"}, "enhanced"),
        ("", {"AWS_CLI_ERROR_FORMAT": ""}, "enhanced"),
        ("--profile p", {}, "table"),
        ("--profile=p", {}, "table"),
        ("", {"AWS_PROFILE": "p"}, "table"),
        ("--profile p", {"AWS_CLI_ERROR_FORMAT": "text"}, "text"),
        ("--profile missing", {}, "enhanced"),
        ("", {"AWS_CONFIG_FILE": "/dev/null/none"}, "enhanced"),
        ("--cli-error-format text", {"AWS_CONFIG_FILE": "broken"}, "text"),
        ("", {"AWS_CONFIG_FILE": "broken"}, "enhanced"),
    ],
)
def test_the_line_then_the_configuration_choose_the_format_of_errors(
    words: str, environ: dict[str, str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken").write_text("no section", encoding="ascii")
    Path("config").write_text("[profile p]\ncli_error_format = table\n", encoding="ascii")
    environ = {"HOME": "/nowhere", "AWS_CONFIG_FILE": "config", **environ}
    assert effective_error_format(early_options(words.split()), environ) == name
