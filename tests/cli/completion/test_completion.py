"""The completion scripts in the real shells: the TAB key on a pseudo-terminal."""

import os
import shutil
import stat
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from smrt.cli import completion
from smrt.cli.completion.endpoint_names import Listing, cached_names, fetch_names, save_names
from smrt.cli.completion.install_paths import install_path
from tests.conftest import Smrt
from tests.support.endpoint_listing import sagemaker
from tests.support.keyboard import Terminal
from tests.support.project import ROOT
from tests.support.scripted_endpoint import Endpoint

DONE = "@@"
"""Typed after a TAB: when a shell echoes it, the completion is done."""

READY = "printf 'r%sdy\\n' ea\n"
"""Prints `ready` when a shell has read its setup; the echo of the line does not contain it."""


class Shell(NamedTuple):
    """The command that starts a shell, and the line that loads the script and sets the prompt."""

    argv: tuple[str, ...]
    setup: str


SHELLS = {
    "bash": Shell(
        ("bash", "--norc", "--noprofile", "-i"),
        f"source {ROOT}/completions/smrt.bash; bind 'set show-all-if-ambiguous on'; "
        "bind 'set bell-style none'; bind 'set page-completions off'; "
        "bind 'set completion-query-items 0'; PS1='> '\n",
    ),
    "zsh": Shell(
        ("zsh", "-f", "-i"),
        f"fpath=({ROOT}/completions $fpath); autoload -Uz compinit; compinit -D -u; "
        "unsetopt beep list_ambiguous; LISTMAX=1000; PROMPT='> '\n",
    ),
    "fish": Shell(
        ("fish", "--no-config", "-i"),
        f"source {ROOT}/completions/smrt.fish; function fish_prompt; echo -n '> '; end; "
        "function fish_right_prompt; end\n",
    ),
}


@pytest.fixture(params=sorted(SHELLS))
def shell(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed (apt-get install {name})")
    return name


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory with profiles and a few files."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(
        '[default]\nregion = x\n[profile work]\n[profile "my team"]\n[sso-session corp]\n'
    )
    (tmp_path / ".aws/credentials").write_text("[work]\n[other]")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/in put.csv").touch()
    (tmp_path / "data/flowers.csv").touch()
    (tmp_path / "result.json").touch()
    return tmp_path


@contextmanager
def running(shell: str, home: Path, path: str, **env: str) -> Iterator[Terminal]:
    """The shell, ready for input, with `path` as its PATH."""
    program = shutil.which(SHELLS[shell].argv[0])
    assert program is not None
    base = {"HOME": str(home), "PATH": path, "TERM": "xterm", "LANG": "C.UTF-8"}
    argv = (program, *SHELLS[shell].argv[1:])
    with Terminal(argv, env={**base, **env}, cwd=home) as terminal:
        terminal.type(SHELLS[shell].setup + READY)
        terminal.until("ready\r")
        terminal.quiet(0.1)
        yield terminal


def press_tab(terminal: Terminal, line: str, *words: str) -> str:
    """Press TAB after `line`, wait for `words`, clear the line, and return the output."""
    terminal.type(line + "\t")
    for word in words:
        terminal.until(word)
    terminal.press(DONE)
    output = terminal.until(DONE)
    terminal.type("\x15")
    return output


LINES: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    ("smrt loc", ("smrt local",), ()),
    ("smrt ", ("invoke-endpoint", "invoke-endpoint-async", "local", "completion"), ("complete ",)),
    ("smrt local ", ("start", "run"), ("invoke-endpoint",)),
    ("smrt sagemaker-runtime invoke-endpoint-a", ("invoke-endpoint-async",), ()),
    ("smrt --region us-east-1 loc", ("us-east-1 local",), ()),
    ("smrt invoke-endpoint --endpoint-n", ("--endpoint-name",), ()),
    ("smrt invoke-endpoint --endpoint-name x --endp", ("--endpoint-url",), ()),
    ("smrt invoke-endpoint --debug --deb", (), ("--debug --debug",)),
    ("smrt invoke-endpoint --target-m", ("--target-model",), ()),
    ("smrt invoke-endpoint-async --target-", (), ("--target-model",)),
    ("smrt invoke-endpoint --output ", ("json", "text", "table", "yaml-stream", "off"), ()),
    ("smrt invoke-endpoint --output tab", ("--output table",), ()),
    ("smrt invoke-endpoint --output=tab", ("--output=table",), ()),
    ("smrt invoke-endpoint --generate-cli-skeleton yam", ("yaml-input",), ()),
    ("smrt invoke-endpoint --generate-cli-skeleton --dry", ("--dry-run",), ()),
    ("smrt --profile ", ("default", "work", "team", "other"), ("corp",)),
    ("smrt invoke-endpoint --profile my", (r"my\ team",), ()),
    ("smrt invoke-endpoint --region us-gov-w", ("us-gov-west-1",), ()),
    ("smrt invoke-endpoint --content-type text/c", ("text/csv",), ()),
    ("smrt invoke-endpoint --body fileb://da", ("fileb://data/",), ()),
    ("smrt invoke-endpoint --body fileb://data/fl", ("fileb://data/flowers.csv",), ()),
    ("smrt invoke-endpoint --body=file://data/fl", ("--body=file://data/flowers.csv",), ()),
    ("smrt invoke-endpoint --body fileb://~/data/fl", ("~/data/flowers.csv",), ()),
    ("smrt invoke-endpoint --body fileb://data/in", (r"data/in\ put.csv",), ()),
    ("smrt invoke-endpoint --cli-input-json file://res", ("file://result.json",), ()),
    ("smrt invoke-endpoint --metadata res", ("--metadata result.json",), ()),
    ("smrt invoke-endpoint --body x res", ("--body x result.json",), ()),
    ("smrt local run iris=da", ("iris=data/",), ()),
    ("smrt local run --verb", ("--verbose",), ()),
    ("smrt local run -- smrt invoke-endpoint --output tab", ("--output table",), ()),
    ("smrt completion fi", ("completion fish",), ()),
]


def test_tab_completes_without_starting_any_program(shell: str, home: Path) -> None:
    """PATH has no program except smrt: a shell would report a missing one, and smrt is not run."""
    path = recorder(home, "@")
    with running(shell, home, path.partition(":")[0]) as terminal:
        for line, shown, hidden in LINES:
            output = press_tab(terminal, line, *shown)
            assert not any(word in output for word in (*hidden, "not found", "nknown command")), (
                output
            )
    assert recorded_calls(home) == []


RECORDER = """#!/bin/sh
echo "$@" >> "$HOME/calls"
folder="$HOME/.cache/smrt/endpoint-names"
mkdir -p "$folder"
echo {now} > "$folder/$3-"
{{ echo {now}; echo iris; echo iris-two; }} > "$folder/{key}"
"""


def recorder(folder: Path, key: str) -> str:
    """A PATH with a `smrt` that records its arguments and writes the list `key`."""
    program = folder / "bin/smrt"
    program.parent.mkdir()
    program.write_text(RECORDER.format(now=int(time.time()), key=key))
    program.chmod(stat.S_IRWXU)
    return f"{program.parent}:{os.environ['PATH']}"


def recorded_calls(home: Path) -> list[str]:
    file = home / "calls"
    return file.read_text().splitlines() if file.exists() else []


def test_endpoint_names_are_fetched_once_and_then_cached(shell: str, home: Path) -> None:
    path = recorder(home, "work@eu-west-3")
    with running(shell, home, path, AWS_PROFILE="work") as terminal:
        for _ in range(2):
            line = "smrt invoke-endpoint --region eu-west-3 --endpoint-name iris-"
            press_tab(terminal, line, "iris-two")
    assert recorded_calls(home) == ["complete endpoint-names --profile work --region eu-west-3"]


@pytest.mark.parametrize(("age", "times"), [(500, 0), (700, 1)])
def test_names_are_fetched_again_after_ten_minutes(
    age: int, times: int, shell: str, home: Path
) -> None:
    path = recorder(home, "@")
    listing = Listing({"HOME": str(home)}, None, None)
    save_names(listing.path, ["old-one"], time.time() - age)
    with running(shell, home, path) as terminal:
        line = "smrt invoke-endpoint --endpoint-name "
        press_tab(terminal, line, "iris-two" if times else "old-one")
    assert recorded_calls(home) == ["complete endpoint-names"] * times


def names_list(environ: Mapping[str, str]) -> Path:
    return Path(Listing(environ, None, None).path)


def test_all_pages_of_names_are_saved_with_the_time(process: Smrt, environ: dict[str, str]) -> None:
    started_at = int(time.time())
    with sagemaker(["iris", "b", "c", "iris; rm -rf ~", "d"]) as url:
        line = ("complete", "endpoint-names", "--max-wait-seconds", "60")
        done = process(*line, env={"AWS_ENDPOINT_URL_SAGEMAKER": url})
    assert (done.code, done.out, done.err) == (0, b"", "")
    written_at, *names = names_list(environ).read_text().splitlines()
    assert started_at <= int(written_at) <= time.time()
    assert names == ["iris", "b", "c", "d"]


@pytest.mark.parametrize(
    ("status", "env"),
    [(400, {}), (200, {"AWS_PROFILE": "missing"}), (200, {"AWS_REGION": "-"})],
)
def test_an_error_prints_nothing_and_leaves_the_list_unchanged(
    status: int, env: dict[str, str], process: Smrt, environ: dict[str, str]
) -> None:
    cached = names_list({**environ, **env})
    save_names(str(cached), ["old"], 1)
    with sagemaker(["iris"], status=status) as url:
        done = process("complete", "endpoint-names", env={"AWS_ENDPOINT_URL_SAGEMAKER": url, **env})
    assert (done.code, done.out, done.err) == (0, b"", "")
    assert cached.read_text() == "1\nold\n"


@pytest.mark.parametrize(
    "body", [b"{}", b'{"Endpoints":[{}]}', b'{"Endpoints":1}', b"[" * 100_000, b"no JSON"]
)
def test_a_response_that_is_no_list_is_silent(
    body: bytes, process: Smrt, environ: dict[str, str], endpoint: Endpoint
) -> None:
    endpoint.respond(200, body)
    done = process("complete", "endpoint-names", env={"AWS_ENDPOINT_URL_SAGEMAKER": endpoint.url})
    assert (done.code, done.out, done.err) == (0, b"", "")


def test_a_timeout_prints_nothing_and_leaves_the_list_unchanged(
    process: Smrt, environ: dict[str, str]
) -> None:
    cached, ended = names_list(environ), threading.Event()
    save_names(str(cached), ["old"], 1)
    with sagemaker(["iris"], hold=ended) as url:
        line = ("complete", "endpoint-names", "--max-wait-seconds", "0.5")
        done = process(*line, env={"AWS_ENDPOINT_URL_SAGEMAKER": url})
        ended.set()
    assert (done.code, done.out, done.err) == (0, b"", "")
    assert cached.read_text() == "1\nold\n"


def test_without_credentials_there_are_no_names(environ: dict[str, str]) -> None:
    without_keys = {name: value for name, value in environ.items() if "KEY" not in name}
    assert fetch_names(Listing(without_keys, None, None)) is None


def test_a_list_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    save_names(str(tmp_path / "file/list"), ["iris"], 1)
    assert (tmp_path / "file").read_bytes() == b""


@pytest.mark.parametrize(
    ("environ", "profile", "region", "name"),
    [
        ({}, None, None, "@"),
        ({}, "my team", "eu-west-1", "my_team@eu-west-1"),
        ({"AWS_PROFILE": "a/b", "AWS_REGION": "r"}, None, None, "a_b@r"),
        ({"AWS_DEFAULT_PROFILE": "d", "AWS_DEFAULT_REGION": "s"}, None, "r", "d@r"),
        ({"AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "d"}, None, None, "@"),
    ],
)
def test_each_profile_and_region_has_its_list(
    environ: dict[str, str], profile: str | None, region: str | None, name: str
) -> None:
    path = Listing({"XDG_CACHE_HOME": "/c", **environ}, profile, region).path
    assert path == f"/c/smrt/endpoint-names/{name}"


@pytest.mark.parametrize("name", completion.FILE_NAMES)
def test_the_script_of_a_shell_can_be_printed(name: str, smrt: Smrt) -> None:
    done = smrt("completion", name)
    expected = (ROOT / "completions" / completion.FILE_NAMES[name]).read_bytes()
    assert (done.code, done.out, done.err) == (0, expected, "")


@pytest.mark.parametrize("name", completion.FILE_NAMES)
def test_a_script_is_installed_in_the_home_directory(name: str, smrt: Smrt, home: Path) -> None:
    environ = {"HOME": str(home)}
    done = smrt("completion", name, "--install", env=environ)
    target = install_path(name, environ)
    assert (done.code, done.out) == (0, b"")
    assert done.err.startswith(f"smrt: wrote {target.path}\n")
    assert Path(target.path).read_bytes() == smrt("completion", name).out
    assert target.path.startswith(str(home))


def test_a_folder_that_cannot_be_created_is_an_error(smrt: Smrt, home: Path) -> None:
    done = smrt(
        "completion", "fish", "--install", env={"XDG_CONFIG_HOME": str(home / "result.json")}
    )
    assert done.code == 255
    assert "cannot create the folder of " in done.err
    assert "smrt.fish: Not a directory" in done.err


def test_a_shell_loads_its_installed_script(shell: str, smrt: Smrt, home: Path) -> None:
    """Each shell loads the file that --install wrote, with the line that the notes name."""
    prompts = {
        "bash": "PS1='> '",
        "zsh": "PROMPT='> '",
        "fish": "function fish_prompt; echo -n '> '; end",
    }
    done = smrt("completion", shell, "--install", env={"HOME": str(home)})
    lines = [line.split(" this line", 1)[1] for line in done.err.splitlines() if "rc" in line]
    added = [line.split(": ", 1)[1] for line in lines]
    setup = "; ".join([*added, prompts[shell]])
    program = shutil.which(shell)
    assert program is not None
    env = {"HOME": str(home), "PATH": recorder(home, "@"), "TERM": "xterm", "LANG": "C.UTF-8"}
    with Terminal((program, "-i"), env=env, cwd=home) as terminal:
        terminal.quiet(0.3)
        terminal.type(f"{setup}\n{READY}")
        terminal.until("ready\r")
        terminal.quiet(0.1)
        press_tab(terminal, "smrt invoke-endpoint --cli-read-t", "--cli-read-timeout")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1000\niris\nb\n", ["iris", "b"]),
        ("401\niris\n", ["iris"]),
        ("400\niris\n", None),
        ("iris\n", None),
        ("", None),
    ],
)
def test_a_list_is_used_for_ten_minutes(
    text: str, expected: list[str] | None, tmp_path: Path
) -> None:
    (tmp_path / "list").write_text(text)
    assert cached_names(str(tmp_path / "list"), 1000) == expected
    assert cached_names(str(tmp_path / "none"), 1000) is None
