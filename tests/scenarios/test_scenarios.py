"""The golden scenarios: a command line and all of its results."""

import os
import re
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import Smrt
from tests.support.polling import until
from tests.support.scenario import Message, Scenario, scenarios
from tests.support.scripted_endpoint import Endpoint, Received

FOLDER = Path(__file__).parent / "cases"
SCENARIOS = {
    f"{path.stem}: {scenario.name}": scenario
    for path in sorted(FOLDER.glob("*.txt"))
    for scenario in scenarios(path)
}
PARAMETER_HEADERS = re.compile(r"content-type|accept|x-amzn-.*|x-amz-security-token")
"""Headers that are always compared; others are compared if the scenario lists them."""
VARYING = re.compile(r"(?m)^((?:> )?(?:User-Agent: smrt/|amz-sdk-invocation-id: )).*$")


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_scenario(
    scenario: Scenario,
    smrt: Smrt,
    endpoint: Endpoint,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert scenario.argv is not None
    for name in scenario.unset:
        del environ[name]
    for name, value in scenario.env.items():
        monkeypatch.setenv(name, _without_placeholders(value, endpoint))
    for name, content in scenario.files_before.items():
        path = Path(name).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    endpoint.script += scenario.responses

    result = smrt(
        *(_without_placeholders(word, endpoint) for word in scenario.argv),
        stdin=scenario.stdin,
        env={name: os.environ[name] for name in scenario.env},
        terminal=scenario.terminal,
    )

    with suppress(AssertionError):  # the endpoint may be behind a client that gave up
        until(lambda: len(endpoint.requests) >= len(scenario.requests), seconds=10)
    stderr = _with_placeholders(result.err, endpoint)
    assert {
        "exit": result.code,
        "requests": [
            _sent(*pair) for pair in zip(endpoint.requests, scenario.requests, strict=False)
        ],
        "number of requests": len(endpoint.requests),
        "stdout": _with_placeholders(result.out.decode("utf-8", "surrogateescape"), endpoint),
        "stderr": stderr,
        "files": _changed_files(scenario),
    } == {
        "exit": scenario.exit,
        "requests": scenario.requests,
        "number of requests": len(scenario.requests),
        "stdout": scenario.stdout.decode("utf-8", "surrogateescape"),
        "stderr": scenario.stderr.decode(),
        "files": scenario.files,
    }


def test_every_scenario_has_a_unique_name() -> None:
    names = [s.name for path in FOLDER.glob("*.txt") for s in scenarios(path)]
    assert len(names) == len(set(names))


def test_every_difference_has_a_scenario() -> None:
    listed = re.findall(r"(?m)^- (.*)$", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert [name for name in listed if name not in SCENARIOS] == []


def _sent(received: Received, expected: Message) -> Message:
    headers = {
        name: value
        for name, value in received.headers.items()
        if PARAMETER_HEADERS.fullmatch(name) or name in expected.headers
    }
    return Message(f"{received.method} {received.target}", headers, received.body)


def _changed_files(scenario: Scenario) -> dict[str, bytes]:
    """The files that are new or changed."""
    files = {
        str(path): path.read_bytes()
        for path in sorted(Path().rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
    return {
        name: content
        for name, content in files.items()
        if scenario.files_before.get(name) != content
    }


def _without_placeholders(text: str, endpoint: Endpoint) -> str:
    return text.replace("{url}", endpoint.url)


def _with_placeholders(text: str, endpoint: Endpoint) -> str:
    """`text` with placeholders for values that differ between runs and hosts."""
    text = text.replace(endpoint.url, "{url}").replace(f"127.0.0.1:{endpoint.port}", "{host}")
    text = text.replace(str(Path.cwd()), "{folder}").replace(os.environ["HOME"], "{home}")
    return VARYING.sub(r"\1...", text)
