import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from smrt.config import installation
from smrt.local import child
from smrt.local.environment import variables
from tests.conftest import Smrt, without_coverage
from tests.support.local_server import EXAMPLES, client
from tests.support.polling import LIMIT
from tests.support.project import PACKAGE, ROOT

URL = "http://127.0.0.1:8808"

LOCAL = """
import sys
from smrt.__main__ import main

sys.argv[1:1] = ["local"]
raise SystemExit(main())
"""
"""`smrt local`, as Python code that a test can prefix."""

INVOKE = """
import sys, smrt
response = smrt.Client().invoke_endpoint(
    EndpointName=sys.argv[1], Body=sys.argv[2], ContentType="text/csv", Accept="text/csv")
print(response["Body"].read().decode())
"""
WITH_BOTO3 = INVOKE.replace("smrt.Client()", "boto3.client('sagemaker-runtime')").replace(
    "sys, smrt", "sys, boto3"
)


class Result(NamedTuple):
    code: int
    out: str
    err: str


def environ(**added: str) -> dict[str, str]:
    """The environment without AWS and proxy variables of the user."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and "proxy" not in name.lower()
    }
    return {**inherited, "PYTHONPATH": str(ROOT), **added}


def local(*arguments: str, **added: str) -> Result:
    argv = [sys.executable, "-c", LOCAL, *arguments]
    done = subprocess.run(
        argv, capture_output=True, text=True, env=environ(**added), timeout=LIMIT, check=False
    )
    return Result(done.returncode, done.stdout, done.stderr)


def python(source: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", textwrap.dedent(source), *arguments)


def test_boto3_finds_the_endpoint_by_environment_variables() -> None:
    flower = "5.1,3.5,1.4,0.2"
    done = local("run", f"iris={EXAMPLES / 'iris'}", "--", *python(WITH_BOTO3, "iris", flower))
    assert done.err == ""
    assert done.code == 0
    assert done.out.startswith("setosa,0.98")


def test_the_users_own_credentials_are_accepted() -> None:
    credentials = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "theirs"}
    done = local(
        "run",
        "--",
        *python(INVOKE, "echo", "hello"),
        **credentials,
        http_proxy="http://127.0.0.1:9",
    )
    assert done == Result(0, "hello\n", "")


def test_verbose_logs_each_request() -> None:
    done = local("run", "--verbose", "--", *python(INVOKE, "echo", "hello"))
    expected = r"smrt: ..:..:.. echo 200: text/csv, 5 bytes -> text/csv, 5 bytes in .* ms\n"
    assert re.fullmatch(expected, done.err)


def test_what_handlers_print_goes_to_standard_error(tmp_path: Path) -> None:
    (tmp_path / "inference.py").write_text(
        "print('loading')\n"
        "def model_fn(model_dir): return print('loaded')\n"
        "def transform_fn(model, body, content_type, accept): print('called'); return body\n"
    )
    done = local("run", f"a={tmp_path}", "--", *python(INVOKE, "a", "hello"))
    assert done == Result(0, "hello\n", "loading\nloaded\ncalled\n")


def test_a_models_traceback_starts_in_its_own_code(tmp_path: Path) -> None:
    (tmp_path / "inference.py").write_text(
        "def model_fn(model_dir): pass\ndef predict_fn(data, model): return data / 0\n"
    )
    done = local("run", f"a={tmp_path}", "--", *python(WITH_BOTO3, "a", "hello"))
    assert done.code == 1
    first, frame, *_ = done.err.splitlines()
    assert first == "smrt: endpoint a: Traceback (most recent call last):"
    assert frame.startswith(f'  File "{tmp_path}/inference.py", line 2, in predict_fn')
    assert str(PACKAGE) not in done.err


STATUSES = [
    (("sh", "-c", "exit 0"), 0),
    (("sh", "-c", "exit 7"), 7),
    (("sh", "-c", "kill -TERM $$"), 128 + signal.SIGTERM),
    (("sh", "-c", "kill -KILL $$"), 128 + signal.SIGKILL),
]


@pytest.mark.parametrize(("command", "status"), STATUSES)
def test_the_exit_status_is_that_of_the_command(command: tuple[str, ...], status: int) -> None:
    assert local("run", "--", *command) == Result(status, "", "")


def test_a_missing_command_exits_with_127() -> None:
    done = local("run", "--", "no-such-command", AWS_CLI_ERROR_FORMAT="json")
    assert (done.code, done.out) == (127, "")
    assert json.loads(done.err) == {
        "Code": "CommandNotFound",
        "Message": "cannot run no-such-command: No such file or directory",
    }


def test_a_command_that_is_not_executable_exits_with_126(tmp_path: Path) -> None:
    done = local("run", "--", str(tmp_path))
    assert (done.code, done.out) == (126, "")
    assert done.err == (
        "smrt: [ERROR]: An error occurred (CommandNotExecutable): "
        f"cannot run {tmp_path}: Permission denied\n"
    )


def test_options_after_the_command_are_passed_to_it() -> None:
    source = "import sys; print(sys.argv[1:])"
    done = local("run", "--", *python(source, "--verbose", "-x", "--port=1", "--", "--help"))
    assert done.out == "['--verbose', '-x', '--port=1', '--', '--help']\n"


@pytest.mark.parametrize("argv", [("-h",), ("run", "-h"), ("start", "--help")])
def test_help_has_two_options(argv: tuple[str, ...], smrt: Smrt) -> None:
    assert b"Usage: smrt local" in smrt("local", *argv).out


def test_the_usage_line_ends_with_the_command(smrt: Smrt) -> None:
    out = smrt("local", "run", "--help").out.decode()
    assert "run [OPTION]... [NAME=FOLDER|URL]... -- COMMAND..." in " ".join(out.split())


def test_without_a_command_run_is_an_error(smrt: Smrt) -> None:
    done = smrt("local", "run", "a=.")
    assert done.code == 252
    assert done.err.splitlines() == [
        (
            "smrt: [ERROR]: An error occurred (ParamValidation): "
            "the following arguments are required: COMMAND"
        ),
        "smrt: hint: usage: smrt local run [NAME=FOLDER|URL]... -- COMMAND",
    ]


def test_an_invalid_folder_is_an_error_before_the_command_runs(tmp_path: Path, smrt: Smrt) -> None:
    done = smrt("local", "run", f"a={tmp_path}", "--", "touch", "ran")
    assert done.code == 252
    assert os.listdir(tmp_path) == []
    assert "there is no inference.py" in done.err


def test_without_numpy_the_error_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "inference.py").write_text(
        "def model_fn(model_dir): pass\ndef predict_fn(data, model): return data\n"
    )
    blocked = "import sys\nsys.modules['numpy'] = None\n" + LOCAL
    argv = [sys.executable, "-c", blocked, "run", f"a={tmp_path}", "--", "true"]
    done = subprocess.run(argv, capture_output=True, text=True, env=environ(), check=False)
    assert done.returncode == 253
    command = installation.install_command(installation.LOCAL)
    assert done.stderr.splitlines()[1:] == [f"smrt: hint: {command}"]


def test_the_command_handles_ctrl_c() -> None:
    source = """
        import os, signal, sys, time
        signal.signal(signal.SIGINT, lambda *_: sys.exit(5))
        os.killpg(0, signal.SIGINT)
        time.sleep(60)
    """
    argv = [sys.executable, "-c", LOCAL, "run", "--", *python(source)]
    done = subprocess.run(argv, env=environ(), timeout=LIMIT, start_new_session=True, check=False)
    assert done.returncode == 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_sigterm_and_sighup_are_forwarded(number: signal.Signals) -> None:
    source = f"import os, time; os.kill(os.getppid(), {int(number)}); time.sleep(60)"
    assert local("run", "--", *python(source)).code == 128 + number


class SignalingEnvironment(dict[str, str]):
    """An environment that raises SIGTERM while it is read."""

    def items(self) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return super().items()


def test_a_signal_before_the_command_starts_is_forwarded_when_it_has_started() -> None:
    assert (
        child.run_command(["sleep", "60"], SignalingEnvironment(os.environ)) == 128 + signal.SIGTERM
    )


def test_signal_handlers_are_restored() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    assert child.run_command(["sh", "-c", "exit 3"], os.environ) == 3
    assert [signal.getsignal(number) for number in numbers] == before


def test_an_ignored_signal_stays_ignored() -> None:
    source = "import signal; print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        done = local("run", "--", *python(source))
    finally:
        signal.signal(signal.SIGHUP, before)
    assert done.out == "True\n"


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-c", LOCAL, "start", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        argv, stdout=pipe, stderr=pipe, text=True, env=without_coverage(environ())
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_start_serves_until_it_is_stopped(number: signal.Signals) -> None:
    with started("--port", "0", "--verbose") as process:
        assert process.stderr
        ready = process.stderr.readline()
        assert ready.startswith("smrt: serving echo at http://127.0.0.1:")
        assert "AWS_ENDPOINT_URL_S3 points every AWS client" in process.stderr.readline()
        url = ready.split()[4].rstrip(";")
        with closing(client(url)) as boto:
            assert boto.invoke_endpoint(EndpointName="echo", Body=b"1")["Body"].read() == b"1"
        process.send_signal(number)
        out, err = process.communicate(timeout=LIMIT)
        assert process.returncode == 0
    assert out.splitlines()[0] == f"export AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME={url}"
    (line,) = err.splitlines()
    assert re.fullmatch(r"smrt: ..:..:.. echo 200: no type, 1 bytes -> .* ms", line)


def test_start_prints_exports_that_a_shell_can_run() -> None:
    with started("--port", "0") as process:
        assert process.stderr
        process.stderr.readline()
        process.terminate()
        out, _ = process.communicate(timeout=LIMIT)
    printed = "echo $AWS_DEFAULT_REGION $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $NO_PROXY"
    argv = ["sh", "-c", f"{out}\n{printed}"]
    done = subprocess.run(argv, capture_output=True, text=True, env=environ(), check=True)
    assert done.stdout == "us-east-1 local local-secret 127.0.0.1,localhost\n"


def test_a_port_in_use_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = local("start", "--port", str(port))
    assert done.code == 253
    assert done.out == ""
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use\n" in done.err


def test_there_is_no_host_option(smrt: Smrt) -> None:
    assert "Unknown options: --host" in smrt("local", "start", "--host", "0.0.0.0").err


ADDED = {
    "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": URL,
    "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME_HTTP2": URL,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local-secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    "no_proxy": "127.0.0.1,localhost",
    "NO_PROXY": "127.0.0.1,localhost",
}
NO_CREDENTIALS: dict[str, str | None] = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}


def no(name: str) -> dict[str, str | None]:
    return {name: "false"}


ENVIRONMENTS: list[tuple[dict[str, str], dict[str, str | None]]] = [
    ({}, {}),
    ({"AWS_DEFAULT_REGION": "eu-west-3"}, {"AWS_DEFAULT_REGION": None}),
    ({"AWS_REGION": "eu-west-3"}, {"AWS_DEFAULT_REGION": "eu-west-3"}),
    ({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}, NO_CREDENTIALS),
    ({"AWS_PROFILE": "work"}, NO_CREDENTIALS),
    ({"AWS_DEFAULT_PROFILE": "work"}, NO_CREDENTIALS),
    ({"AWS_PROFILE": ""}, {}),
    ({"AWS_USE_FIPS_ENDPOINT": "false", "AWS_USE_DUALSTACK_ENDPOINT": ""}, {}),
    ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"}, no("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")),
    ({"AWS_USE_FIPS_ENDPOINT": "true"}, no("AWS_USE_FIPS_ENDPOINT")),
    ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, no("AWS_USE_DUALSTACK_ENDPOINT")),
    (
        {"NO_PROXY": "a.example, localhost"},
        dict.fromkeys(("no_proxy", "NO_PROXY"), "a.example,localhost,127.0.0.1"),
    ),
    (
        {"no_proxy": "a", "NO_PROXY": "b"},
        {"no_proxy": "a,127.0.0.1,localhost", "NO_PROXY": "b,127.0.0.1,localhost"},
    ),
]


@pytest.mark.parametrize(("environ", "changed"), ENVIRONMENTS)
def test_the_users_own_variables_are_kept(
    environ: dict[str, str], changed: dict[str, str | None]
) -> None:
    expected = {name: value for name, value in {**ADDED, **changed}.items() if value is not None}
    assert variables(URL, environ) == expected
