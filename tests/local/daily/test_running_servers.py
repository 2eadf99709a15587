"""smrt local start --detach, status, env and stop; and the files that list the servers."""

import io
import json
import os
import subprocess
from pathlib import Path

import pytest

from smrt.cli.main import main
from smrt.local.daily.running_servers import (
    RunningServer,
    recorded,
    running_servers,
    state_folder,
)
from smrt.local.endpoint import echo
from smrt.output.console import Console
from tests.conftest import Result, without_coverage
from tests.support.local_server import client, serve
from tests.support.polling import until


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
    kept = {name: value for name, value in environ.items() if name not in names}
    return dict(without_coverage(kept))


def local(environ: dict[str, str], *argv: str) -> Result:
    out, err = io.BytesIO(), io.BytesIO()
    console = Console(io.BytesIO(), out, err)
    code = main(["local", *argv], console=console, environ=environ)
    return Result(code, out.getvalue(), err.getvalue().decode())


def server(url: str, process_id: int | None = None, started_at: float = 1.0) -> RunningServer:
    return RunningServer(process_id or os.getpid(), url, None, ("echo",), started_at)


def test_a_server_in_the_background_is_started_listed_called_and_stopped(
    environ: dict[str, str],
) -> None:
    started = local(environ, "start", "--detach", "--port", "0", "echo")
    try:
        assert started.code == 0
        (listed,) = running_servers(state_folder(environ))
        assert f"smrt: serving echo at {listed.url}; smrt local stop stops it\n" in started.err
        assert f"export AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME={listed.url}\n" in started.out.decode()
        invoked = client(listed.url).invoke_endpoint(EndpointName="echo", Body=b"1")
        assert invoked["Body"].read() == b"1"
        status = local(environ, "status")
        assert status.out.decode().splitlines()[1].split()[:2] == [
            listed.url,
            str(listed.process_id),
        ]
        assert f"={listed.url}\n" in local(environ, "env").out.decode()
    finally:
        stopped = local(environ, "stop")
    assert (stopped.code, stopped.err) == (0, f"smrt: stopped {listed.url}\n")
    assert local(environ, "status").code == 1
    until(lambda: list(state_folder(environ).iterdir()) == [])


def test_a_server_that_cannot_start_reports_why(environ: dict[str, str]) -> None:
    with serve() as url:
        port = url.rpartition(":")[2]
        started = local(environ, "start", "--detach", "--port", port)
    assert started.code == 253
    assert started.out == b""
    assert f"cannot listen on 127.0.0.1:{port}" in started.err
    assert list(state_folder(environ).iterdir()) == []


def test_without_a_server_each_command_says_so(environ: dict[str, str]) -> None:
    assert local(environ, "status") == Result(1, b"", "smrt: no smrt local is running\n")
    assert local(environ, "stop") == Result(0, b"", "smrt: no smrt local is running\n")
    for line in ("env", "env --port 1", "stop --port 1"):
        ran = local(environ, *line.split())
        assert (ran.code, ran.out) == (253, b"")
        assert "no smrt local is running" in ran.err
        assert "hint: start one: smrt local start --detach" in ran.err


def test_with_several_servers_the_port_selects_one(environ: dict[str, str], tmp_path: Path) -> None:
    folder = state_folder(environ)
    with serve() as first, serve() as second:
        later = server(second, started_at=2.0)
        (folder / "x").parent.mkdir(parents=True)
        (folder / "1.json").write_text(json.dumps(server(first)))
        with recorded(folder, later):
            assert running_servers(folder) == [server(first), later]
            ran = local(environ, "env")
            assert "several smrt local are running" in ran.err
            assert f"--port {later.port}" in ran.err
            only = local(environ, "env", "--port", str(later.port))
            assert f"RUNTIME={second}\n" in only.out.decode()


STALE = [
    "no JSON",
    "[1]",
    json.dumps(server("http://127.0.0.1:1")),
    json.dumps(server("http://127.0.0.1:99999")),
]


@pytest.mark.parametrize("content", STALE, ids=["text", "list", "no server", "no port"])
def test_a_file_without_its_server_is_removed(tmp_path: Path, content: str) -> None:
    (tmp_path / "1.json").write_text(content)
    assert running_servers(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_another_process_at_the_url_is_not_the_server(tmp_path: Path) -> None:
    with serve({"echo": echo}) as url, recorded(tmp_path, server(url, process_id=1)):
        assert running_servers(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with recorded(tmp_path / "file", server("http://127.0.0.1:1")):
        assert running_servers(tmp_path / "file") == []


def test_the_variables_point_to_the_local_s3_only_on_request(environ: dict[str, str]) -> None:
    folder = state_folder(environ)
    with serve() as url:
        with_storage = server(url)._replace(storage_url="http://127.0.0.1:9")
        with recorded(folder, with_storage):
            plain = local(environ, "env")
            assert b"AWS_ENDPOINT_URL_S3" not in plain.out
            assert "asynchronous results are in the local S3: smrt local env --s3" in plain.err
            asked = local(environ, "env", "--s3")
            assert b"export AWS_ENDPOINT_URL_S3=http://127.0.0.1:9\n" in asked.out
            assert "points every AWS client" in asked.err
        with recorded(folder, server(url)):
            assert "is not installed" in local(environ, "env", "--s3").err


def test_sh_runs_env_and_unset(environ: dict[str, str], tmp_path: Path) -> None:
    before = {**environ, "NO_PROXY": "it's.example"}
    with serve() as url, recorded(state_folder(environ), server(url)):
        set_ = local(before, "env").out.decode()
        shown = 'echo "$AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME $NO_PROXY $AWS_ACCESS_KEY_ID"'
        saved = 'printf "%s" "$SMRT_LOCAL_SAVED"'
        done = subprocess.run(
            ["sh", "-c", f"{set_}{shown}\n{saved}"],
            env=before,
            capture_output=True,
            text=True,
            check=True,
        )
        line, _, memory = done.stdout.partition("\n")
        assert line == f"{url} it's.example,127.0.0.1,localhost local"
        inside = {**before, "NO_PROXY": "changed", "SMRT_LOCAL_SAVED": memory}
        unset = local(inside, "env", "--unset").out.decode()
        assert "unset AWS_ACCESS_KEY_ID\n" in unset
        assert "export NO_PROXY='it'\"'\"'s.example'\n" in unset
        again = local(inside, "env").out.decode()
        assert again == set_
