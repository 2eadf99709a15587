"""The completion scripts in the real shells: the TAB key on a pseudo-terminal."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from smrt.cli import completion
from smrt.cli.completion.endpoint_names import (
    Listing,
    cached_names,
    fetch_names,
    refresh,
    save_names,
)
from smrt.cli.completion.local_names import local_names
from smrt.cli.user_files import install_path
from smrt.local.endpoint import echo
from smrt.local.server import serving
from smrt.local.service import Service
from tests.conftest import Smrt, without_coverage
from tests.support.endpoint_listing import sagemaker
from tests.support.keyboard import Terminal
from tests.support.polling import LIMIT
from tests.support.project import ROOT
from tests.support.scripted_endpoint import Endpoint

DONE = "@@"
"""Typed after a TAB: when a shell echoes it, the completion is done."""

CTRL_C, CTRL_U = "\x03", "\x15"

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
        f"fpath=({ROOT}/completions $fpath); autoload -Uz compinit; compinit -u; "
        "unsetopt beep list_ambiguous; LISTMAX=1000; PROMPT='> '\n",
    ),
    "fish": Shell(
        ("fish", "--no-config", "-i"),
        f"source {ROOT}/completions/smrt.fish; function fish_prompt; echo -n '> '; end; "
        "function fish_right_prompt; end\n",
    ),
}


@pytest.fixture(scope="session")
def zsh_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that zsh writes when it loads its completions first, which takes a while."""
    path = tmp_path_factory.mktemp("zsh") / ".zcompdump"
    setup = SHELLS["zsh"].setup.partition("; unsetopt")[0]
    subprocess.run(["zsh", "-f", "-c", f"{setup} -d {path}"], check=True)
    return path


@pytest.fixture(params=sorted(SHELLS))
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed (apt-get install {name})")
    if name == "zsh":
        shutil.copy(request.getfixturevalue("zsh_cache"), tmp_path)
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
    (tmp_path / "data/photo@2x.jpg").touch()
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
    terminal.press(CTRL_U)
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
    ("smrt invoke-endpoint --data @da", ("data/",), ()),
    ("smrt invoke-endpoint --data @data/fl", ("data/flowers.csv",), ()),
    ("smrt invoke-endpoint --json=@res", ("result.json",), ()),
    ("smrt invoke-endpoint --data @~/data/in", (r"data/in\ put.csv",), ()),
    ("smrt invoke-endpoint --data=@data/photo@", ("2x.jpg",), ()),
    ("smrt invoke-endpoint --data @", ("data/", "result.json"), ()),
    ("smrt invoke-endpoint --cli-input-json file://res", ("file://result.json",), ()),
    ("smrt invoke-endpoint --metadata res", ("--metadata result.json",), ()),
    ("smrt invoke-endpoint --body x res", ("--body x result.json",), ()),
    ("smrt local run iris=da", ("iris=data/",), ()),
    ("smrt local run --verb", ("--verbose",), ()),
    ("smrt local run -- smrt invoke-endpoint --output tab", ("--output table",), ()),
    ("smrt bench comp", ("bench compare",), ()),
    ("smrt bench compare res", ("bench compare result.json",), ()),
    ("smrt bench compare --dr", ("--draws",), ()),
    ("smrt bench --report run.html --rep", ("--report run.html --report",), ()),
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


AWS_RUNTIME = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": ""}
"""No endpoint URL of the runtime: the names are those of the account."""


def names_list(environ: Mapping[str, str]) -> Path:
    return Path(Listing(environ, None, None).path)


def test_all_pages_of_names_are_saved_with_the_time(process: Smrt, environ: dict[str, str]) -> None:
    started_at = int(time.time())
    with sagemaker(["iris", "b", "c", "iris; rm -rf ~", "d"]) as url:
        line = ("complete", "endpoint-names", "--max-wait-seconds", "60")
        done = process(*line, env={"AWS_ENDPOINT_URL_SAGEMAKER": url, **AWS_RUNTIME})
    assert (done.code, done.out, done.err) == (0, b"", "")
    written_at, *names = names_list(environ).read_text().splitlines()
    assert started_at <= int(written_at) <= time.time()
    assert names == ["iris", "b", "c", "d"]


@pytest.mark.parametrize(
    ("status", "env"),
    [(400, {}), (200, {"AWS_PROFILE": "missing"}), (200, {"AWS_REGION": "-"})],
)
def test_an_error_prints_nothing_and_keeps_the_names(
    status: int, env: dict[str, str], process: Smrt, environ: dict[str, str]
) -> None:
    cached = names_list({**environ, **env})
    save_names(str(cached), ["old"], 1)
    with sagemaker(["iris"], status=status) as url:
        line = ("complete", "endpoint-names", "--max-wait-seconds", "60")
        done = process(*line, env={"AWS_ENDPOINT_URL_SAGEMAKER": url, **AWS_RUNTIME, **env})
    assert (done.code, done.out, done.err) == (0, b"", "")
    written_at, *names = cached.read_text().split()
    assert (int(written_at) > 1, names) == (True, ["old"])


def test_a_failure_is_not_repeated_for_some_seconds(environ: dict[str, str]) -> None:
    listing = Listing({**environ, "AWS_PROFILE": "missing"}, None, None)
    save_names(listing.path, ["old"], 1)
    assert refresh(listing, 5000) is None
    assert cached_names(listing.path, 5029) == ["old"]
    assert cached_names(listing.path, 5030) is None


def test_a_failure_without_old_names_is_remembered_too(environ: dict[str, str]) -> None:
    listing = Listing({**environ, "AWS_PROFILE": "missing"}, None, None)
    assert refresh(listing, 5000) is None
    assert cached_names(listing.path, 5029) == []
    assert cached_names(listing.path, 5030) is None


def test_a_failed_listing_is_not_repeated_by_the_next_tab(
    shell: str, home: Path, environ: dict[str, str]
) -> None:
    """The real program fails, as there are no credentials; the second TAB does not run it."""
    path = wrapper(home, "complete endpoint-names")
    without_keys = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1"}
    with running(shell, home, path, **without_keys) as terminal:
        for _ in range(2):
            press_tab(terminal, "smrt invoke-endpoint --endpoint-name ")
    assert recorded_calls(home) == ["complete endpoint-names --region us-east-1"]


def wrapper(folder: Path, line: str) -> str:
    """A PATH with a `smrt` that records its arguments, and runs the real one for `line`."""
    program = folder / "bin/smrt"
    program.parent.mkdir()
    python = f'PYTHONPATH={ROOT} exec {sys.executable} -m smrt "$@"'
    program.write_text(
        f'#!/bin/sh\necho "$@" >> "$HOME/calls"\ncase "$*" in "{line}"*) {python} ;; esac\n'
    )
    program.chmod(stat.S_IRWXU)
    return f"{program.parent}:{os.environ['PATH']}"


SLOW = "--max-wait-seconds 600"


def test_ctrl_c_cancels_a_listing_that_is_slow(shell: str, home: Path, endpoint: Endpoint) -> None:
    """As in other completions: bash discards the line, zsh and fish return to it."""
    requested, ended = threading.Event(), threading.Event()

    def never(_: socket.socket, __: object) -> None:
        requested.set()
        ended.wait(LIMIT)

    endpoint.respond_with(never)
    path = wrapper(home, "complete endpoint-names")
    program = home / "bin/smrt"
    program.write_text(program.read_text().replace('"$@" ;;', f'"$@" {SLOW} ;;'))
    env = {
        "AWS_ENDPOINT_URL_SAGEMAKER": endpoint.url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secretEXAMPLE",
    }
    with running(shell, home, path, **env) as terminal:
        terminal.type("smrt invoke-endpoint --endpoint-name \t")
        assert requested.wait(LIMIT)
        terminal.press(CTRL_C)
        if shell == "bash":
            terminal.until("\r\n> ")
        else:
            terminal.quiet(0.1)
            terminal.press(CTRL_U)
        terminal.type(READY)
        terminal.until("ready\r")
        ended.set()
    assert recorded_calls(home) == ["complete endpoint-names --region us-east-1"]


def test_a_completion_ends_by_the_signal_of_ctrl_c(
    environ: dict[str, str], endpoint: Endpoint
) -> None:
    requested, ended = threading.Event(), threading.Event()

    def never(_: socket.socket, __: object) -> None:
        requested.set()
        ended.wait(LIMIT)

    endpoint.respond_with(never)
    argv = [sys.executable, "-m", "smrt", "complete", "endpoint-names", *SLOW.split()]
    env = {**without_coverage(environ), "AWS_ENDPOINT_URL_SAGEMAKER": endpoint.url}
    with subprocess.Popen(argv, env=env, cwd=ROOT) as process:
        assert requested.wait(LIMIT)
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == -signal.SIGINT
        ended.set()
    assert cached_names(str(names_list(environ)), time.time()) == []


@pytest.mark.parametrize("option", [True, False], ids=["option", "variable"])
def test_names_of_an_endpoint_url_have_a_list_of_their_own(
    shell: str, home: Path, *, option: bool
) -> None:
    url = "http://user:pw@127.0.0.1:8808"
    path = recorder(home, "@@127.0.0.1_8808")
    words = f"--endpoint-url {url} " if option else ""
    env = {} if option else {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": url}
    with running(shell, home, path, **env) as terminal:
        for _ in range(2):
            line = f"smrt invoke-endpoint {words}--endpoint-name iris-"
            press_tab(terminal, line, "iris-two")
    assert recorded_calls(home) == ["complete endpoint-names" + f" --endpoint-url {url}" * option]


def test_local_endpoints_are_listed_for_some_seconds(environ: dict[str, str]) -> None:
    with serving(Service({"iris": echo, "two": echo}, time.time, print)) as url:
        listing = Listing(environ, None, None, url)
        assert refresh(listing, 5000, 60) == ["iris", "two"]
    assert cached_names(listing.path, 5009) == ["iris", "two"]
    assert cached_names(listing.path, 5010) is None


@pytest.mark.parametrize("body", [b"", b"[]", b'{"EndpointNames":1}', b"{}", b"\xff"])
def test_a_server_that_is_not_smrt_local_has_no_local_names(
    body: bytes, endpoint: Endpoint
) -> None:
    endpoint.respond(200, body)
    assert local_names(endpoint.url, 60) is None


@pytest.mark.parametrize("url", [None, "http://example.com", "https://127.0.0.1:1"])
def test_only_loopback_is_asked_for_local_names(url: str | None) -> None:
    assert local_names(url, 60) is None


@pytest.mark.parametrize(
    "body", [b"{}", b'{"Endpoints":[{}]}', b'{"Endpoints":1}', b"[" * 100_000, b"no JSON"]
)
def test_a_response_that_is_no_list_is_silent(
    body: bytes,
    environ: dict[str, str],
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    endpoint.respond(200, body)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", endpoint.url)  # botocore reads it itself
    assert fetch_names(Listing(environ, None, None), LIMIT) is None
    assert capfd.readouterr() == ("", "")


def test_a_timeout_prints_nothing_and_keeps_the_names(
    process: Smrt, environ: dict[str, str]
) -> None:
    cached, ended = names_list(environ), threading.Event()
    save_names(str(cached), ["old"], 1)
    with sagemaker(["iris"], hold=ended) as url:
        line = ("complete", "endpoint-names", "--max-wait-seconds", "0.5")
        done = process(*line, env={"AWS_ENDPOINT_URL_SAGEMAKER": url, **AWS_RUNTIME})
        ended.set()
    assert (done.code, done.out, done.err) == (0, b"", "")
    written_at, *names = cached.read_text().split()
    assert (int(written_at) > 1, names) == (True, ["old"])


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
        ({"AWS_ENDPOINT_URL": "http://u:p@h:1/"}, None, "r", "@r@h_1_"),
        (
            {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://a", "AWS_ENDPOINT_URL": "http://b"},
            *(None, "r", "@r@http___a"),
        ),
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
