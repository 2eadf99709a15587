import os
import re
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smrt.cli import help_option
from smrt.cli.help.help_text import help_text
from smrt.cli.help.page import Page
from smrt.cli.main import COMMANDS, commands
from smrt.invoke.option_table import GLOBALS, Row
from smrt.protocol.messages import DEFAULT_TIMEOUT, INVOKE_READ_TIMEOUT
from tests.conftest import Smrt, without_coverage
from tests.local.checks.test_contract import SERVER
from tests.support import documented
from tests.support.polling import LIMIT
from tests.support.scripted_endpoint import Endpoint

PAGES = {page.name: page for page in help_option.pages(click.Context(commands, info_name="smrt"))}
CALLS = ("invoke-endpoint", "invoke-endpoint-async", "invoke-endpoint-with-response-stream")
ESCAPES = re.compile(r"\x1b\[\d*m")

SAMPLE = Page(
    "smrt greet",
    "Say hello to somebody, in the language of the house or in another one that you name here.",
    ("--name NAME", "[OPTION]...", "[OUTFILE]"),
    rows=(
        Row("--tone", "tone", "How it sounds.", "output", "TONE", ("warm", "cool"), "warm"),
        Row("--quietly-and-for-a-long-time", "quietly", "Whisper it, again and again.", "output"),
        Row("--name", "name", "Who it is.", "required", "NAME"),
        Row("--help", "help", "Show this help.", "other", short="-h"),
    ),
    examples=(("Say it", "smrt greet --name you"),),
)
SAMPLE_AT_80 = """\
Usage: smrt greet --name NAME [OPTION]... [OUTFILE]

Say hello to somebody, in the language of the house or in another one that you
name here.

Required:
  --name NAME  Who it is.

Output:
  --tone TONE  How it sounds. [one of warm, cool; default: warm]
  --quietly-and-for-a-long-time
               Whisper it, again and again.

Other options:
  -h, --help   Show this help.

Examples:
  Say it:
    smrt greet --name you
"""
SAMPLE_AT_40 = """\
Usage: smrt greet --name NAME
    [OPTION]... [OUTFILE]

Say hello to somebody, in the language
of the house or in another one that you
name here.

Required:
  --name NAME  Who it is.

Output:
  --tone TONE  How it sounds. [one of
               warm, cool; default:
               warm]
  --quietly-and-for-a-long-time
               Whisper it, again and
               again.

Other options:
  -h, --help   Show this help.

Examples:
  Say it:
    smrt greet --name you
"""


@pytest.mark.parametrize(("width", "expected"), [(80, SAMPLE_AT_80), (40, SAMPLE_AT_40)])
def test_a_page_is_wrapped_to_the_width(width: int, expected: str) -> None:
    assert help_text(SAMPLE, width) == expected


def test_a_very_wide_terminal_gets_lines_of_100_columns() -> None:
    assert help_text(SAMPLE, 200) == help_text(SAMPLE, 100)


@pytest.mark.parametrize("name", PAGES)
def test_every_help_fits_80_columns(name: str) -> None:
    assert max(map(len, help_text(PAGES[name], 80).splitlines())) <= 80


@settings(max_examples=60)
@given(width=st.integers(1, 250), name=st.sampled_from(sorted(PAGES)))
def test_every_width_has_all_words(width: int, name: str) -> None:
    narrow, wide = (help_text(PAGES[name], columns).split() for columns in (width, 80))
    assert sorted(set(narrow) | {CONTINUED}) == sorted(set(wide) | {CONTINUED})
    assert len(narrow) - narrow.count(CONTINUED) == len(wide) - wide.count(CONTINUED)


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_example_is_the_same_command(name: str) -> None:
    for width in (20, 40):
        text = " ".join(help_text(PAGES[name], width).replace(f"{CONTINUED}\n", "").split())
        for _, lines in PAGES[name].examples:
            for command in lines.replace(f"{CONTINUED}\n", "").split("\n"):
                assert " ".join(command.split()) in text


CONTINUED = "\\"
"""The end of a line that continues on the next."""


@given(width=st.integers(1, 250))
def test_bold_adds_only_escape_sequences(width: int) -> None:
    page = PAGES["smrt invoke-endpoint"]
    assert ESCAPES.sub("", help_text(page, width, bold=True)) == help_text(page, width)


@pytest.mark.parametrize("name", PAGES)
def test_every_option_has_help_with_its_choices_and_default(name: str) -> None:
    text = " ".join(help_text(PAGES[name], 80).split())
    for row in PAGES[name].rows:
        assert row.label in text
        if not row.flag and not row.help:
            continue  # the text of the page describes it
        assert row.help
        assert not row.choices or f"one of {', '.join(row.choices)}" in text
        assert not row.default or f"default: {row.default}" in text


def test_the_documented_timeouts_are_the_defaults() -> None:
    defaults = {row.flag: row.default for row in GLOBALS if row.flag.endswith("-timeout")}
    short, long = f"{DEFAULT_TIMEOUT:g}", f"{INVOKE_READ_TIMEOUT:g}"
    assert defaults == {
        "--cli-connect-timeout": short,
        "--cli-read-timeout": f"{long}; {short} for invoke-endpoint-async and wait",
    }


def test_the_documented_read_timeout_is_that_of_the_command() -> None:
    defaults = [
        row.default
        for name in (*CALLS, "wait")
        for row in PAGES[f"smrt {name}"].rows
        if row.flag == "--cli-read-timeout"
    ]
    assert defaults == ["70", "60", "70", "60"]


def test_the_outfile_of_an_asynchronous_call_needs_wait() -> None:
    helps = {name: row.help for name in CALLS for row in PAGES[f"smrt {name}"].rows if not row.flag}
    assert [name for name in CALLS if helps[name].startswith("With --wait, save ")] == [CALLS[1]]


@pytest.mark.parametrize("name", [*CALLS, "wait"])
def test_the_fields_of_the_metadata_are_documented(name: str) -> None:
    fields = PAGES[f"smrt {name}"].fields
    assert fields
    assert all(fields.values())


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS), ("local", "run")])
def test_both_flags_show_the_help_of_every_command(
    flag: str, words: tuple[str, ...], smrt: Smrt
) -> None:
    done = smrt(*words, flag)
    page = PAGES[" ".join(("smrt", *words))]
    assert (done.code, done.out.decode(), done.err) == (0, help_text(page, 80), "")


def test_a_command_for_programs_has_help_but_is_not_listed(smrt: Smrt) -> None:
    assert b"Save the names of your endpoints" in smrt("complete", "endpoint-names", "-h").out
    assert not any(name.startswith("smrt complete ") for name in PAGES)
    assert "complete" not in PAGES["smrt"].commands


def test_the_help_option_can_precede_the_command(smrt: Smrt) -> None:
    assert smrt("--help", "invoke-endpoint") == smrt("invoke-endpoint", "--help")


@pytest.mark.parametrize(
    ("terminal", "env", "bold"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": ""}, True),
    ],
)
def test_help_is_bold_only_on_a_terminal(
    *, terminal: bool, env: dict[str, str], bold: bool, smrt: Smrt
) -> None:
    out = smrt("invoke-endpoint", "-h", terminal=terminal, env=env).out.decode()
    assert bool(ESCAPES.search(out)) == bold
    assert ESCAPES.sub("", out) == help_text(PAGES["smrt invoke-endpoint"], 80)


HELP_WORDS = [
    (("help",), "smrt"),
    (("--region", "x", "help"), "smrt"),
    (("sagemaker-runtime", "help"), "smrt"),
    (("help", "invoke-endpoint"), "smrt invoke-endpoint"),
    (("help", "local", "run"), "smrt local run"),
    (("local", "help"), "smrt local"),
    (("local", "run", "help"), "smrt local run"),
    (("invoke-endpoint", "help"), "smrt invoke-endpoint"),
    (("sagemaker-runtime", "invoke-endpoint", "help"), "smrt invoke-endpoint"),
    (("invoke-endpoint", "--output", "json", "help"), "smrt invoke-endpoint"),
    (("--profile", "p", "invoke-endpoint", "help", "--debug"), "smrt invoke-endpoint"),
    (
        ("invoke-endpoint", "--endpoint-name", "x", "--body", "aGk=", "out", "help"),
        "smrt invoke-endpoint",
    ),
    (("invoke-endpoint-async", "help"), "smrt invoke-endpoint-async"),
    (("invoke-endpoint-async", "--endpoint-name", "x", "help"), "smrt invoke-endpoint-async"),
]


@pytest.mark.parametrize(("words", "name"), HELP_WORDS)
def test_the_word_help_shows_help_as_in_the_aws_cli(
    words: tuple[str, ...], name: str, smrt: Smrt
) -> None:
    done = smrt(*words)
    assert (done.code, done.out.decode(), done.err) == (0, help_text(PAGES[name], 80), "")


@pytest.mark.parametrize("words", [("--body", "aGk=", "help"), ("--body", "aGk=", "out", "help")])
def test_the_word_help_is_an_outfile_if_a_required_option_is_missing(
    words: tuple[str, ...], smrt: Smrt
) -> None:
    done = smrt("invoke-endpoint", *words)
    assert done.code == 252
    assert "the following arguments are required: --endpoint-name" in done.err


def test_help_for_an_unknown_command_is_a_usage_error(smrt: Smrt) -> None:
    done = smrt("help", "invoke-endpont")
    assert done.code == 252
    assert "did you mean invoke-endpoint?" in done.err


def test_help_as_the_outfile_is_a_file(process: Smrt, endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.respond(body=b"yes")
    done = process("invoke-endpoint", "--endpoint-name", "x", "--body", "aGk=", "help")
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "help").read_bytes() == b"yes"


def test_the_version_option_works_after_the_command(smrt: Smrt) -> None:
    assert smrt("--version") == smrt("invoke-endpoint", "--version")
    assert smrt("--version").out.startswith(b"smrt/")


def fake_man(folder: Path) -> str:
    """A PATH with a `man` that saves its page to the file `shown`."""
    (folder / "man").write_text(f'#!/bin/sh\ncat "$1" > {folder}/shown\n')
    (folder / "man").chmod(stat.S_IRWXU)
    return f"{folder}:{os.environ['PATH']}"


def test_on_a_terminal_the_word_help_shows_the_man_page(smrt: Smrt, tmp_path: Path) -> None:
    done = smrt("invoke-endpoint", "help", terminal=True, env={"PATH": fake_man(tmp_path)})
    assert (done.code, done.out, done.err) == (0, b"", "")
    assert (tmp_path / "shown").read_text().startswith('.TH "SMRT\\-INVOKE\\-ENDPOINT" 1 ')


def test_without_man_the_word_help_shows_the_short_help(smrt: Smrt) -> None:
    done = smrt("help", terminal=True, env={"PATH": "", "NO_COLOR": "1"})
    assert (done.code, done.out.decode()) == (0, help_text(PAGES["smrt"], 80))


EXAMPLES = [(page.name, line) for page in PAGES.values() for _, line in page.examples]
SERVING = "smrt local start"
"""Its examples run until they are stopped."""
BACKGROUND = ("smrt local env", "smrt local status", "smrt local stop")
"""Their examples are about a server that runs."""
CONTAINER = "http://127.0.0.1:8080"
DOCKER = " -- \\\n  docker run --rm -p 127.0.0.1:8080:8080 my-image serve"
PORT = "$(smrt local status | sed -n 's/.*0.0.1:\\([0-9]*\\) .*/\\1/p')"


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment variables of the endpoints that the examples call."""
    with documented.served(tmp_path_factory.mktemp("served")) as environ:
        yield environ


@pytest.mark.parametrize(
    "line",
    sorted(
        {
            line
            for name, line in EXAMPLES
            if name not in (SERVING, *BACKGROUND)
            and not (name == "smrt local check" and CONTAINER in line)
        }
    ),
)
def test_the_examples_of_every_command_work(
    line: str, tmp_path: Path, variables: Mapping[str, str]
) -> None:
    done = documented.run(tmp_path, ["sh", "-eu", "-c", line], variables)
    assert done.returncode == 0, done.stderr
    assert done.stdout or done.stderr or any(tmp_path.glob("output.csv"))


@pytest.mark.parametrize(
    "line", [line for name, line in EXAMPLES if name == "smrt local check" and CONTAINER in line]
)
def test_the_examples_of_checks_work(line: str, tmp_path: Path) -> None:
    (tmp_path / "container.py").write_text(SERVER)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    checked = line.replace(DOCKER, "").replace(CONTAINER, f"http://127.0.0.1:{port}")
    words = ["sh", "-eu", "-c", f"{checked} -- python3 container.py {port}"]
    done = documented.run(tmp_path, words, {})
    assert done.returncode == 0, done.stdout
    assert " 0 failed, " in done.stdout


def test_the_examples_about_running_servers_work(tmp_path: Path) -> None:
    (start,) = (line for name, line in EXAMPLES if name == SERVING and "--detach" in line)
    lines = {line.replace("8808", PORT) for name, line in EXAMPLES if name in BACKGROUND}
    stops = sorted((line for line in lines if "stop" in line), key=len, reverse=True)
    stop = "trap 'smrt local stop 2> /dev/null' EXIT"
    script = "\n".join([stop, f"{start} --port 0", *sorted(lines - {*stops}), *stops])
    done = documented.run(tmp_path, ["sh", "-eu", "-c", script], {})
    assert done.returncode == 0, done.stderr
    assert "smrt: stopped http://127.0.0.1:" in done.stderr


@pytest.mark.parametrize(
    "line", [line for name, line in EXAMPLES if name == SERVING and "--detach" not in line]
)
def test_the_examples_of_a_server_serve_until_ctrl_c(line: str, tmp_path: Path) -> None:
    documented.fill(tmp_path)
    env, pipe = without_coverage(documented.environ_with_smrt(tmp_path)), subprocess.PIPE
    words = ["sh", "-c", f"exec {line} --port 0"]
    with subprocess.Popen(words, cwd=tmp_path, env=env, stdout=pipe, stderr=pipe) as process:
        try:
            assert process.stderr
            serving = process.stderr.readline()
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=LIMIT)
        finally:
            process.kill()
    assert re.match(rb"smrt: serving (echo|my-endpoint) at http://127.0.0.1:", serving)
    assert process.returncode == 0
    assert out.startswith(b"export AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME=http://127.0.0.1:")


@pytest.mark.parametrize("name", PAGES)
def test_every_command_has_two_to_four_examples(name: str) -> None:
    assert 2 <= len(PAGES[name].examples) <= 4
