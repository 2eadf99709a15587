"""The examples in README and docs work with `smrt local`, without an AWS account."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click
import pytest
import yaml

from benchmarks import speed_page
from smrt.cli.commands import batch, invoke_endpoint
from tests.support import documented
from tests.support.aws_services import fake_services
from tests.support.polling import LIMIT
from tests.support.project import PACKAGE, ROOT

README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
MOST_LINES = 250


class Example(NamedTuple):
    """A code block and its output, if any; `...` in the output matches anything."""

    page: str
    language: str
    text: str
    output: str


def examples() -> Iterator[Example]:
    for path in PAGES:
        for language, text, output in FENCE.findall(path.read_text()):
            yield Example(path.stem, language, text, output)


EXAMPLES = list(examples())
SHELL = [each for each in EXAMPLES if each.language == "sh" and "make " not in each.text]
PYTHON = [each for each in EXAMPLES if each.language == "python"]
POWERSHELL = [each for each in EXAMPLES if each.language == "powershell"]
WEB_IDENTITY = [each for each in SHELL if "AWS_WEB_IDENTITY_TOKEN_FILE" in each.text]
DETACHED = [each for each in SHELL if "--detach" in each.text]
TEXT = [each for each in EXAMPLES if each.language == "text" and "smrt local start" in each.text]


MANIFESTS = [each for each in EXAMPLES if each.language in ("json", "yaml", "bash")]


def name(example: Example) -> str:
    """The first words of an example, for the id of its test."""
    return f"{example.page}-" + re.sub(r"\W+", "-", example.text)[:70]


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment variables of the endpoints that the examples call."""
    with documented.served(tmp_path_factory.mktemp("served")) as environ:
        yield environ


def assert_output(example: Example, done: "subprocess.CompletedProcess[str]") -> None:
    assert (done.returncode, done.stderr) == (0, "")
    pattern = re.escape(example.output.strip("\n")).replace(r"\.\.\.", ".*") or ".*"
    assert re.fullmatch(pattern, done.stdout.strip("\n"), re.DOTALL), done.stdout


@pytest.mark.parametrize(
    "example",
    [each for each in SHELL if each not in (*WEB_IDENTITY, *DETACHED)],
    ids=name,
)
def test_a_shell_example_prints_the_documented_output(
    example: Example, tmp_path: Path, variables: Mapping[str, str]
) -> None:
    assert_output(example, documented.run(tmp_path, ["sh", "-eu", "-c", example.text], variables))


@pytest.mark.parametrize("example", DETACHED, ids=name)
def test_an_example_in_the_background_works(example: Example, tmp_path: Path) -> None:
    text = example.text.replace("--detach", "--detach --port 0")
    text = f"trap 'smrt local stop 2> /dev/null' EXIT\n{text}"
    done = documented.run(tmp_path, ["sh", "-eu", "-c", text], {})
    notes = done.stderr.splitlines()
    assert all(line.startswith("smrt: ") and "[ERROR]" not in line for line in notes), notes
    assert done.returncode == 0
    assert "setosa,0.98" in done.stdout


@pytest.mark.parametrize("example", WEB_IDENTITY, ids=name)
def test_the_example_for_ci_assumes_the_role(
    example: Example, tmp_path: Path, variables: Mapping[str, str]
) -> None:
    (tmp_path / "oidc-token").write_text("a token")
    without_keys = {name: value for name, value in variables.items() if "_KEY" not in name}
    with fake_services() as services:
        env = {**without_keys, "AWS_ENDPOINT_URL_STS": services.url}
        assert_output(example, documented.run(tmp_path, ["sh", "-eu", "-c", example.text], env))
        [form] = services.received("AssumeRoleWithWebIdentity")
    assert (form["RoleArn"], form["WebIdentityToken"]) == (
        "arn:aws:iam::123456789012:role/ci",
        "a token",
    )


@pytest.mark.parametrize("example", PYTHON, ids=name)
def test_a_python_example_prints_the_documented_output(
    example: Example, tmp_path: Path, variables: Mapping[str, str]
) -> None:
    words = [sys.executable, "-W", "error", "-c", example.text]
    assert_output(example, documented.run(tmp_path, words, variables))


@pytest.mark.parametrize("example", POWERSHELL, ids=name)
def test_the_options_of_a_powershell_example_parse(example: Example) -> None:
    words = shlex.split(example.text)
    assert words[:2] == ["smrt", "invoke-endpoint"]
    with click.Context(invoke_endpoint.command) as ctx:
        assert invoke_endpoint.command.parse_args(ctx, words[2:]) == []
    assert ctx.params["Body"] == "fileb://input.json"
    assert ctx.params["outfile"] == "output.json"


@pytest.mark.parametrize("example", TEXT, ids=name)
def test_the_endpoints_that_an_example_starts_can_be_served(
    example: Example, tmp_path: Path
) -> None:
    line = example.text.strip().replace("smrt local start", "smrt local run")
    done = documented.run(tmp_path, ["sh", "-c", f"{line} -- echo served"], {})
    assert (done.returncode, done.stdout, done.stderr) == (0, "served\n", "")


def manifest_lines(example: Example) -> Iterator[list[str]]:
    """The command lines of smrt in a manifest or a script."""
    if example.language == "bash":
        for line in example.text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if "smrt" in words:
                yield words[words.index("smrt") :]
        return
    waiting = [yaml.safe_load(example.text)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list) and value[:1] == ["smrt"]:
            yield value
        elif isinstance(value, list | dict):
            waiting += value.values() if isinstance(value, dict) else value


@pytest.mark.parametrize("example", MANIFESTS, ids=name)
def test_the_command_lines_of_a_manifest_parse(example: Example) -> None:
    [line] = manifest_lines(example)
    assert line[:2] == ["smrt", "batch"]
    options = batch.gather(batch.command.make_context("batch", line[2:])).batch
    assert (options.input[-10:], options.output[-13:]) == ("rows.jsonl", "results.jsonl")
    assert options.shared_path is not None


@pytest.mark.parametrize(
    ("language", "index"),
    [
        ("json", "AWS_BATCH_JOB_ARRAY_INDEX"),
        ("yaml", "JOB_COMPLETION_INDEX"),
        ("bash", "SLURM_ARRAY_TASK_ID"),
    ],
)
def test_three_processes_of_a_manifest_share_the_records(
    language: str, index: str, tmp_path: Path, variables: Mapping[str, str]
) -> None:
    example = next(each for each in MANIFESTS if each.language == language)
    rows = "".join(f'{{"n":{number}}}\n' for number in range(30))
    (tmp_path / "rows.jsonl").write_text(rows)
    (tmp_path / "script").write_text(example.text)
    documented.put_object(variables, f"{language}-bucket", "rows.jsonl", rows.encode())
    words = ["bash", "script"]
    if language != "bash":
        [line] = manifest_lines(example)
        words = [word.replace("my-bucket", f"{language}-bucket") for word in line]
    environ = {**documented.environ_with_smrt(tmp_path), **variables}
    environ["SLURM_SUBMIT_DIR"] = str(tmp_path)
    processes = [
        subprocess.Popen(
            words, cwd=tmp_path, env={**environ, index: str(number)}, stdout=subprocess.PIPE
        )
        for number in range(3)
    ]
    printed = [process.communicate(timeout=LIMIT)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    summaries = [json.loads(text) for text in printed]
    assert [each["successRecordCount"] for each in summaries] == [30, 30, 30]
    assert sum(each["requestCount"] for each in summaries) == 30


def test_every_example_is_run_or_a_known_exception() -> None:
    docker = [each for each in EXAMPLES if "docker run" in each.text]  # an example of help, too
    clients = [each for each in EXAMPLES if each.page == "clients"]  # of packages of their own
    tested = {*SHELL, *PYTHON, *POWERSHELL, *TEXT, *MANIFESTS, *docker, *clients}
    others = {each.text.split()[0] for each in EXAMPLES if each not in tested}
    installers = {"pipx", "make", "uv", "sha256sum", "useradd", "echo"}
    assert others <= installers | {"aws", "ffmpeg", "__main__.py"}  # not installed here


def test_the_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) <= MOST_LINES


def test_the_release_checklist_tries_the_installation_of_the_readme() -> None:
    [example] = (each for each in EXAMPLES if each.text.startswith("pipx install ./smrt_cli"))
    lines = example.text.splitlines()
    checklist = (ROOT / "docs" / "releasing.md").read_text().splitlines()
    start = checklist.index("  " + lines[0])
    assert checklist[start : start + 3] == ["  " + line for line in lines]


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^make (\w+)", README.read_text(), re.MULTILINE)
    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.name)
def test_the_links_of_a_page_have_targets(page: Path) -> None:
    targets = re.findall(r"\]\(([^)]+)\)", page.read_text())
    for path, _, anchor in (target.partition("#") for target in targets if "://" not in target):
        linked = page.parent / path if path else page
        assert linked.exists(), path
        assert not anchor or anchor in _anchors(linked.read_text())


def _anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_the_readme_links_every_page_of_the_docs() -> None:
    text = README.read_text()
    assert [path.name for path in PAGES[1:] if f"docs/{path.name}" not in text] == []


def test_the_chart_shows_the_ratios_of_the_table() -> None:
    page = speed_page.PAGE.read_text(encoding="utf-8")
    assert speed_page.PICTURE.read_text(encoding="utf-8") == speed_page.picture(page)


def test_the_readmes_ratios_are_those_of_the_table() -> None:
    ratios = {
        row.peer: f"{row.ratio:.2f}"
        for row in speed_page.rows(speed_page.PAGE.read_text(encoding="utf-8"))
        if row.scenario == "http"
    }
    sentence = " ".join(README.read_text().partition("## Speed\n")[2].partition("![")[0].split())
    for peer in ("aws v1", "aws v2", "boto3", "awscurl"):
        assert ratios[peer] in sentence


def test_the_files_that_contributing_names_exist() -> None:
    paths = set(re.findall(r"`([\w/]+\.py)`", (ROOT / "CONTRIBUTING.md").read_text()))
    assert paths
    folders = (ROOT, PACKAGE)
    assert [path for path in paths if not any((top / path).exists() for top in folders)] == []
