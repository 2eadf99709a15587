"""The prompt: when it is shown, its suggestions, and its behavior on a pseudo-terminal."""

import io
import shlex
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.cli import help_option
from smrt.cli.completion.endpoint_names import Listing, save_names
from smrt.cli.main import commands
from smrt.cli.prompt.line import (
    Candidates,
    Suggestion,
    finished_words,
    fuzzy_matches,
    parse_line,
    suggestions,
    unquoted,
)
from smrt.cli.prompt_mode import prompt_mode, without_prompt_flags
from smrt.errors import UsageError
from smrt.output.console import App, Console
from tests.conftest import Smrt
from tests.support.endpoint_listing import sagemaker
from tests.support.keyboard import Terminal
from tests.support.scripted_endpoint import Endpoint

ON, OFF, VARIABLE = "--cli-auto-prompt", "--no-cli-auto-prompt", "AWS_CLI_AUTO_PROMPT"
PAGES = {page.name: page for page in help_option.pages(click.Context(commands, info_name="smrt"))}

MODES: list[tuple[tuple[str, ...], dict[str, str], str]] = [
    ((), {}, "off"),
    ((ON,), {}, "on"),
    (("invoke-endpoint", ON, "--body", "x"), {}, "on"),
    (("--cli-auto",), {}, "off"),
    ((ON + "=1",), {}, "off"),
    ((ON, "help"), {}, "off"),
    ((ON, "--version"), {}, "off"),
    ((ON, "--help"), {}, "off"),
    ((), {VARIABLE: "on"}, "on"),
    ((), {VARIABLE: "ON"}, "on"),
    ((), {VARIABLE: "On-Partial"}, "on-partial"),
    ((), {VARIABLE: "yes"}, "off"),
    ((OFF,), {VARIABLE: "on"}, "off"),
    ((ON,), {VARIABLE: "on-partial"}, "on"),
    (("complete", "endpoint-names"), {VARIABLE: "on"}, "off"),
    (("local", "run", "--", "smrt", ON), {}, "off"),
    (("local", "run", "--", "smrt", "help"), {VARIABLE: "on"}, "on"),
]


@pytest.mark.parametrize(("words", "env", "expected"), MODES)
def test_flags_and_environment_request_the_prompt(
    words: tuple[str, ...], env: dict[str, str], expected: str, environ: dict[str, str]
) -> None:
    assert prompt_mode(words, {**environ, **env}) == expected


@pytest.mark.parametrize(
    ("text", "words", "env", "expected"),
    [
        ("[default]\ncli_auto_prompt = on\n", (), {}, "on"),
        ("[default]\ncli_auto_prompt = on-partial\n", (), {}, "on-partial"),
        ("[default]\ncli_auto_prompt = on\n", (), {VARIABLE: "off"}, "off"),
        ("[default]\ncli_auto_prompt = on\n", (OFF,), {}, "off"),
        ("[profile p]\ncli_auto_prompt = on\n", (), {}, "off"),
        ("[profile p]\ncli_auto_prompt = on\n", ("--profile", "p"), {}, "on"),
        ("[profile p]\ncli_auto_prompt = on\n", (), {"AWS_PROFILE": "p"}, "on"),
        ("cli_auto_prompt in no section", (), {}, "off"),
    ],
)
def test_a_profile_requests_the_prompt(
    text: str,
    words: tuple[str, ...],
    env: dict[str, str],
    expected: str,
    environ: dict[str, str],
    tmp_path: Path,
) -> None:
    (tmp_path / "config").write_text(text)
    assert (
        prompt_mode(words, {**environ, "AWS_CONFIG_FILE": str(tmp_path / "config"), **env})
        == expected
    )


def test_both_flags_exclude_each_other(smrt: Smrt) -> None:
    done = smrt("local", OFF, ON)
    assert (done.code, done.out) == (252, b"")
    assert f"Both {ON} and {OFF} cannot be specified at the same time." in done.err
    with pytest.raises(UsageError):
        prompt_mode((ON, OFF, "help"), {})


def test_the_flags_are_removed_from_every_command_but_not_from_other_programs() -> None:
    line = ["local", OFF, "run", ON, "--", "smrt", ON]
    assert without_prompt_flags(line) == ["local", "run", "--", "smrt", ON]


@pytest.mark.parametrize("words", [(ON,), ("invoke-endpoint", ON)])
def test_without_a_terminal_the_prompt_is_a_one_line_error(
    words: tuple[str, ...], smrt: Smrt
) -> None:
    done = smrt(*words)
    assert (done.code, done.out) == (252, b"")
    assert done.err.splitlines() == [
        "smrt: [ERROR]: An error occurred (ParamValidation): the prompt needs a terminal",
        f"smrt: hint: remove {ON}, or add {OFF}",
    ]


def test_without_a_terminal_a_partial_line_is_the_usual_error(smrt: Smrt) -> None:
    assert smrt("invoke-endpoint", env={VARIABLE: "on-partial"}) == smrt("invoke-endpoint")


@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1)))
def test_a_line_is_split_as_a_shell_splits_it(words: list[str]) -> None:
    text = "".join(shlex.quote(word) + " " for word in words)
    assert finished_words(text) == (words, len(text))
    assert finished_words(text + "--bo") == (words, len(text))


@pytest.mark.parametrize(
    ("text", "start", "word"),
    [
        ("a 'b c", 2, "b c"),
        ('a "b\\" c', 2, 'b" c'),
        ("a b\\ c", 2, "b c"),
        ("--x='a b", 0, "--x=a b"),
        ("'a\\' b", 5, "b"),
    ],
)
def test_an_unfinished_word_is_unquoted(text: str, start: int, word: str) -> None:
    assert finished_words(text)[1] == start
    assert unquoted(text[start:]) == word


CANDIDATES = Candidates(
    profiles=lambda: ["default", "work"],
    regions=lambda: ["eu-west-1", "us-east-1"],
    endpoints=lambda profile, region: [f"iris-{profile}-{region}"],
    paths=lambda typed: [typed + "rest"],
    configured=lambda profile: ["--endpoint-name"] if profile == "work" else [],
)


def suggested(text: str) -> list[str]:
    words, start = finished_words(text)
    line, current = parse_line(PAGES, words), unquoted(text[start:])
    return [suggestion.text for suggestion in suggestions(line, current, CANDIDATES)]


SUGGESTIONS: list[tuple[str, list[str]]] = [
    ("", [*PAGES["smrt"].commands]),
    ("sagemaker-runtime asyn", ["invoke-endpoint-async"]),
    ("lcl", ["local"]),
    ("local ", ["start", "run"]),
    ("--prof", ["--profile"]),
    ("invoke-endpoint --epn", ["--endpoint-name"]),
    ("invoke-endpoint --output t", ["text", "table"]),
    ("invoke-endpoint --output=js", ["--output=json"]),
    ("invoke-endpoint --dbg", ["--debug"]),
    ("invoke-endpoint --debug --dbg", []),
    ("invoke-endpoint --generate-cli-skeleton ", ["input", "yaml-input", "output"]),
    ("invoke-endpoint --generate-cli-skeleton --dryrun", ["--dry-run"]),
    ("invoke-endpoint --profile ", ["default", "work"]),
    ("--region us", ["us-east-1"]),
    ("invoke-endpoint --region us", ["us-east-1"]),
    ("invoke-endpoint --profile p --region=r --endpoint-name ", ["iris-p-r"]),
    ("invoke-endpoint --body ", ["fileb://", "file://", "-"]),
    ("invoke-endpoint --body fileb://a", ["fileb://arest"]),
    ("invoke-endpoint --body=file://a", ["--body=file://arest"]),
    ("invoke-endpoint --content-type csv", ["text/csv"]),
    ("invoke-endpoint --metadata a", ["arest"]),
    ("invoke-endpoint --select ", []),
    ("invoke-endpoint zz", ["zzrest"]),
    ("invoke-endpoint out zz", []),
    ("invoke-endpoint --data ", ["@", "@-"]),
    ("invoke-endpoint --data @a", ["@arest"]),
    ("invoke-endpoint --json=@a", ["--json=@arest"]),
    ("invoke-endpoint -iv zz", ["zzrest"]),
    ("invoke-endpoint -iv --verb", []),
    ("bench ", ["compare", "--endpoint-name"]),
    ("bench compare old", ["oldrest"]),
    ("bench --report a.json --repor", ["--report"]),
    ("completion ba", ["bash"]),
]


@pytest.mark.parametrize(("text", "expected"), SUGGESTIONS)
def test_the_words_that_can_come_next_are_suggested(text: str, expected: list[str]) -> None:
    assert suggested(text)[: len(expected) or None] == expected


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", ["a command"]),
        ("local", ["a command"]),
        ("invoke-endpoint", ["--endpoint-name", "--body"]),
        ("invoke-endpoint --body x", ["--endpoint-name"]),
        ("invoke-endpoint --body=x --endpoint-name", ["a value for --endpoint-name"]),
        ("invoke-endpoint --body=x --endpoint-name y", []),
        ("invoke-endpoint --generate-cli-skeleton", []),
        ("invoke-endpoint --cli-input-json file://x", []),
        ("local run", []),
        ("invoke-endpoint -i --endpoint-name y --data x", []),
        ("invoke-endpoint --profile work --json={}", []),
        ("invoke-endpoint --profile work", ["--body"]),
    ],
)
def test_missing_words_are_listed(text: str, missing: list[str]) -> None:
    assert parse_line(PAGES, text.split()).missing(CANDIDATES) == missing


@given(st.text("abc-", max_size=4), st.lists(st.text("abc-", max_size=8)))
def test_a_fuzzy_match_contains_the_letters_in_order(typed: str, words: list[str]) -> None:
    def contains(letters: str, word: str) -> bool:
        rest = iter(word)
        return all(letter in rest for letter in letters)

    matches = [match.text for match in fuzzy_matches(typed, map(Suggestion, words))]
    assert sorted(matches) == sorted(word for word in words if contains(typed, word))


def test_candidates_come_from_the_users_files(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smrt.cli.prompt.session import _candidates

    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").touch()
    (tmp_path / ".hidden").touch()
    (tmp_path / "config").write_text("[default]\n[profile work]\nsmrt_endpoint_name=iris\n")
    (tmp_path / "broken").write_text("no section")
    console = Console(io.BytesIO(), io.BytesIO(), io.BytesIO())
    candidates = _candidates(
        App(console, {**environ, "AWS_CONFIG_FILE": str(tmp_path / "config")}, ExitStack())
    )
    assert candidates.profiles() == ["default", "work"]
    assert "eu-west-1" in candidates.regions()
    assert candidates.paths("fo") == ["broken", "config", "folder/"]
    assert candidates.paths("folder/") == ["folder/file"]
    assert candidates.paths("nowhere/") == []
    assert candidates.endpoints("missing", None) == []
    assert candidates.configured("work") == ["--endpoint-name"]
    broken = _candidates(
        App(console, {**environ, "AWS_CONFIG_FILE": str(tmp_path / "broken")}, ExitStack())
    )
    assert (broken.profiles(), broken.configured(None)) == ([], [])


def test_endpoint_names_are_fetched_once_and_cached(environ: dict[str, str]) -> None:
    from smrt.cli.prompt.session import _candidates

    console = Console(io.BytesIO(), io.BytesIO(), io.BytesIO())
    candidates = _candidates(App(console, environ, ExitStack()), max_wait_seconds=60)
    with sagemaker(["iris"]) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", url)
        assert candidates.endpoints(None, None) == ["iris"]
    assert candidates.endpoints(None, None) == ["iris"]


def prompting(
    home: Path, endpoint: Endpoint, environ: Mapping[str, str], words: Iterable[str], **env: str
) -> Terminal:
    """Run smrt on a pseudo-terminal, calling `endpoint`."""
    base = {**environ, "HOME": str(home), "TERM": "xterm", "PYTHONPATH": str(Path.cwd())}
    variables = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": endpoint.url}
    argv = (sys.executable, "-m", "smrt", *words)
    return Terminal(argv, env={**base, **variables, **env}, cwd=home)


@pytest.fixture
def home(tmp_path: Path, environ: dict[str, str], endpoint: Endpoint) -> Path:
    """A home directory with a file, and cached endpoint names."""
    import time

    (tmp_path / "flowers.csv").write_bytes(b"1,2\n")
    listing = Listing({**environ, "HOME": str(tmp_path)}, None, None, endpoint.url)
    save_names(listing.path, ["iris", "other"], time.time())
    return tmp_path


def test_a_line_is_completed_printed_and_run(
    home: Path, endpoint: Endpoint, environ: dict[str, str]
) -> None:
    endpoint.respond(body=b"setosa")
    with prompting(home, endpoint, environ, [ON]) as terminal:
        terminal.until_screen("smrt>", "Invoke an endpoint", "missing: a command")
        terminal.type("invoke-endpoint ")
        terminal.until_screen("--endpoint-name", "required: Name of the endpoint.")
        terminal.type("--epn")
        terminal.until_screen("--endpoint-name", "--endpoint-url")
        terminal.type("\t")
        terminal.until_screen("smrt> invoke-endpoint --endpoint-name")
        terminal.type(" ")
        terminal.until_screen("iris", "other")
        terminal.type("iris\r")
        terminal.until_screen("missing: --body")
        terminal.type(" --body fileb://")
        terminal.until_screen("fileb://flowers.csv")
        terminal.type("fl")
        terminal.until_screen("--body fileb://fl\n", "flowers.csv")
        terminal.type("\t")
        terminal.until_screen("--body fileb://flowers.csv", "press Enter to run it")
        terminal.type("\r")
        assert terminal.end() == 0
        command = "smrt invoke-endpoint --endpoint-name iris --body fileb://flowers.csv"
        assert terminal.screen.splitlines()[-2:] == [command, "setosa"]
    assert endpoint.requests[0].body == b"1,2\n"


def test_a_partial_line_is_completed(
    home: Path, endpoint: Endpoint, environ: dict[str, str]
) -> None:
    endpoint.respond(body=b"setosa")
    words = ["invoke-endpoint", "--endpoint-name", "iris"]
    env = {VARIABLE: "on-partial"}
    with prompting(home, endpoint, environ, words, **env) as terminal:
        terminal.until_screen(
            "the following arguments are required: --body",
            "smrt> invoke-endpoint --endpoint-name iris",
        )
        terminal.type("--body aGk=\r")
        assert terminal.end() == 0
        assert "smrt invoke-endpoint --endpoint-name iris --body aGk=" in terminal.screen
    assert endpoint.requests[0].body == b"hi"


def test_a_complete_line_needs_no_prompt(
    home: Path, endpoint: Endpoint, environ: dict[str, str]
) -> None:
    endpoint.respond(body=b"setosa")
    words = ["invoke-endpoint", "--endpoint-name", "iris", "--body", "aGk="]
    with prompting(home, endpoint, environ, words, **{VARIABLE: "on-partial"}) as terminal:
        assert terminal.end() == 0
        assert terminal.screen == "setosa"


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_cancelling_the_prompt_runs_nothing(
    key: str, home: Path, endpoint: Endpoint, environ: dict[str, str]
) -> None:
    with prompting(home, endpoint, environ, [ON]) as terminal:
        terminal.until_screen("missing: a command")
        terminal.type(key)
        assert terminal.end() == 130
        assert "[ERROR]" not in terminal.screen
    assert endpoint.requests == []


def test_an_unclosed_quote_is_reported(
    home: Path, endpoint: Endpoint, environ: dict[str, str]
) -> None:
    with prompting(home, endpoint, environ, [ON]) as terminal:
        terminal.until_screen("missing: a command")
        terminal.type("local 'x")
        terminal.until_screen("a quote is not closed")
        terminal.type("\r")
        terminal.quiet()
        assert terminal.process.poll() is None
        terminal.type("\x03")
        assert terminal.end() == 130
