"""No signature, repr, traceback or debug message contains a secret."""

import inspect
import io
import os
import pkgutil
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import smrt as package
from smrt.cli.main import main
from smrt.client.boto3_client import Client
from smrt.client.payload import IN_MEMORY
from smrt.config.profiles import config_file
from smrt.errors import SmrtError, redacted
from smrt.output.console import App, Console
from smrt.protocol.messages import Credentials, Payload, Request, Settings, Url
from smrt.transport.proxy import parse_proxy
from tests.conftest import CREDENTIAL_VARIABLES, Result, Smrt
from tests.support.scripted_endpoint import MODEL_HEADERS, Endpoint, Received, error, response

PLANTED = "pl4nt3d0000deadbeef"
SIGNED = f"X-Amz-Signature={PLANTED}&X-Amz-Security-Token={PLANTED}&X-Amz-Credential={PLANTED}"
CALL = ("invoke-endpoint", "--endpoint-name", "e", "--body", "e30=")
CLOSED = f"http://user:{PLANTED}@127.0.0.1:1"
"""The URL of a port on which nothing listens."""

LISTING = """
import inspect, pkgutil, pydoc
from importlib import import_module
import smrt

for info in pkgutil.walk_packages(smrt.__path__, "smrt."):
    module = import_module(info.name)
    print(pydoc.plain(pydoc.render_doc(module)))
    for kind in vars(module).values():  # the page of a module has the public ones
        private = inspect.isclass(kind) and kind.__name__.startswith("_")
        if private and kind.__module__ == info.name:
            print(pydoc.plain(pydoc.render_doc(kind)))
print(inspect.signature(smrt.Client))
"""


def test_no_help_or_signature_shows_the_environment(environ: dict[str, str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LISTING],
        env={**environ, "AWS_SESSION_TOKEN": PLANTED, "ANY_OTHER": PLANTED},
        capture_output=True,
        check=True,
    )
    assert b"region_name: str | None = None" in ran.stdout
    assert PLANTED.encode() not in ran.stdout


WITHOUT_SECRETS = {
    *("AsyncResult", "Message", "Object", "OperationResponse", "Prediction", "Response"),
    *("Candidates", "ServerResponse"),
}
"""Named tuples with a response or functions, which do not mask fields."""


def named_tuples() -> Iterator[type[Any]]:
    for info in pkgutil.walk_packages(package.__path__, "smrt."):
        for kind in vars(import_module(info.name)).values():
            named = inspect.isclass(kind) and hasattr(kind, "_fields")
            if named and kind.__module__ == info.name and kind.__qualname__ not in WITHOUT_SECRETS:
                yield kind


SENSITIVE = {
    *("environ", "secret_key", "token", "payload", "content", "body", "values", "parameters"),
    *("profiles", "stored_profiles", "sso_sessions", "http_proxy", "https_proxy", "endpoint_url"),
}


@pytest.mark.parametrize("kind", [*named_tuples()], ids=lambda kind: kind.__qualname__)
def test_no_value_shows_its_secret_fields(kind: type[Any]) -> None:
    url = f"http://user:{PLANTED}@host/?{SIGNED}"
    value = kind(**{name: url if name in SENSITIVE else None for name in kind._fields})
    assert PLANTED not in repr(value)


def test_no_value_shows_credentials(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(f"[default]\naws_secret_access_key = {PLANTED}\n")
    headers = (("Authorization", f"Signature={PLANTED}"), ("X-Amz-Security-Token", PLANTED))
    request = Request("POST", Url("http", "h", 80, f"/?{SIGNED}"), headers, Payload(b"", 0, ""))
    console = Console(io.BytesIO(), io.BytesIO(), io.BytesIO())
    for value in (
        App(console, {"ANY": PLANTED}, ExitStack()),
        Credentials("AKID", PLANTED, PLANTED),
        Settings(http_proxy=f"u:{PLANTED}@h", endpoint_url=f"http://u:{PLANTED}/x@h"),
        config_file(str(config)),
        parse_proxy(f"http://u:{PLANTED}@h"),
        request,
    ):
        assert PLANTED not in repr((value,))


DEBUG = (*CALL, "--debug")
URLS = [
    "http://user:{planted}@{host}",
    "http://user:x@{planted}@{host}",
    "http://user:{planted}/x?y#@{host}",
    "ftp://user:{planted}@{host}",
    "http://user:{planted}://x@{host}",
    "user:{planted}://x@{host}",
    "http://user:{planted}@{host}0000",
    "user:{planted}@{host}",
    "http://{host}/?{signed}",
    CLOSED,
    f"http://127.0.0.1:1/?{SIGNED}",
]
OPTIONS = {"AWS_MAX_ATTEMPTS": "1"}


def is_clean(ran: Result) -> bool:
    return PLANTED not in ran.out.decode() + ran.err


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("words", [DEBUG, (*DEBUG, "--dry-run")], ids=["call", "dry run"])
def test_a_url_is_shown_without_its_secrets(
    smrt: Smrt, endpoint: Endpoint, tmp_path: Path, url: str, words: tuple[str, ...]
) -> None:
    text = url.format(planted=PLANTED, host=f"127.0.0.1:{endpoint.port}", signed=SIGNED)
    variable = "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"
    config = tmp_path / "config"
    config.write_text(f"[default]\nendpoint_url = {text}\n")
    for options, env in (
        (("--endpoint-url", text), {}),
        ((), {variable: text}),
        ((), {variable: "", "AWS_CONFIG_FILE": str(config)}),
    ):
        assert is_clean(smrt(*words, *options, env={**OPTIONS, **env}))


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY"])
@pytest.mark.parametrize(
    "url", [CLOSED, f"user:{PLANTED}@127.0.0.1:1", f"http://u:{PLANTED}@:x", f"u:{PLANTED}://x@h"]
)
def test_a_proxy_is_shown_without_its_password(smrt: Smrt, name: str, url: str) -> None:
    ran = smrt(*DEBUG, env={**OPTIONS, name: url})
    assert ran.code != 0
    assert is_clean(ran)


HEADERS = [
    ("Location", f"https://user:{PLANTED}@elsewhere/?{SIGNED}"),
    ("Set-Cookie", f"session={PLANTED}"),
]


@pytest.mark.parametrize("status", [200, 302, 400])
def test_a_response_is_shown_without_its_secrets(
    smrt: Smrt, endpoint: Endpoint, status: int
) -> None:
    endpoint.respond(status, b"{}", [*MODEL_HEADERS, *HEADERS])
    assert is_clean(smrt(*DEBUG))


def test_a_token_that_the_service_repeats_is_masked(smrt: Smrt, endpoint: Endpoint) -> None:
    message = f"The Canonical String should have been\n'POST\nx-amz-security-token:{PLANTED}\n'"
    data = error(403, "InvalidSignatureException", message)
    endpoint.respond_with(lambda sock, _: sock.sendall(data))
    ran = smrt(*DEBUG, env={"AWS_SESSION_TOKEN": PLANTED})
    assert "The Canonical String should have been" in ran.err
    assert is_clean(ran)


def test_a_body_is_not_in_debug_messages(smrt: Smrt) -> None:
    raw = ("--cli-binary-format", "raw-in-base64-out")
    assert is_clean(smrt(*CALL[:3], "--body", PLANTED, *raw, "--debug"))


@pytest.mark.parametrize("url", [CLOSED, "http://user:{planted}@127.0.0.1:{port}"])
def test_the_command_that_resumes_a_wait_has_no_secret(
    smrt: Smrt, endpoint: Endpoint, url: str
) -> None:
    text = url.format(planted=PLANTED, port=endpoint.port)
    if text != CLOSED:
        endpoint.respond(404, b"<Error><Code>NoSuchKey</Code></Error>")
    words = ("wait", "--output-location", "s3://b/k", "--wait-timeout", "0", "--debug")
    ran = smrt(*words, "--endpoint-url", text, env=OPTIONS)
    assert "--endpoint-url=http://127.0.0.1" in ran.err
    assert is_clean(ran)


def test_the_endpoint_url_of_sts_is_shown_without_secrets(smrt: Smrt, aws_home: Any) -> None:
    role = "[default]\nrole_arn=arn:aws:iam::000000000000:role/r\ncredential_source=Environment\n"
    config = aws_home.config(role)
    aws_home.set(**CREDENTIAL_VARIABLES, AWS_ENDPOINT_URL_STS=CLOSED, AWS_MAX_ATTEMPTS="1")
    ran = smrt(*DEBUG, "--profile", "default", env={"AWS_CONFIG_FILE": config.config_path})
    assert ran.code == 255
    assert is_clean(ran)


def _arguments() -> Iterator[bytes]:
    """The arguments of every process of this host."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended
            yield path.read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_no_argument_of_a_process_and_no_file_has_a_secret(
    process: Callable[..., Result], endpoint: Endpoint, tmp_path: Path
) -> None:
    shown: list[bytes] = []

    def responder(sock: socket.socket, _: Received) -> None:
        shown.extend(_arguments())
        shown.extend(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        sock.sendall(response())

    endpoint.respond_with(responder)
    env = {"AWS_SECRET_ACCESS_KEY": PLANTED, "AWS_SESSION_TOKEN": PLANTED, "TMPDIR": str(tmp_path)}
    ran = process(*CALL[:3], "--body", "-", "out", stdin=bytes(IN_MEMORY + 1), env=env)
    assert ran.code == 0
    assert any(b"invoke-endpoint" in text for text in shown)
    assert not any(PLANTED.encode() in text for text in shown)


LINES = [DEBUG, ("wait", "--output-location", "s3://b/k", "--debug")]
ROLE = "[default]\nrole_arn=arn:aws:iam::000000000000:role/r\ncredential_source=Environment\n"


@pytest.mark.parametrize("end", ["\n", "\x7f", "\udcff"])
@pytest.mark.parametrize("words", LINES, ids=["call", "wait"])
def test_a_token_that_no_header_can_contain_is_not_shown(
    smrt: Smrt, endpoint: Endpoint, words: tuple[str, ...], end: str
) -> None:
    ran = smrt(*words, env={**CREDENTIAL_VARIABLES, "AWS_SESSION_TOKEN": PLANTED + end})
    assert is_clean(ran)
    assert (ran.code, endpoint.requests) == (253, [])
    assert "the token contains a nonprintable character" in ran.err


@pytest.mark.parametrize("words", LINES, ids=["call", "wait"])
def test_nor_is_it_where_it_signs_a_request_to_sts(
    smrt: Smrt, aws_home: Any, endpoint: Endpoint, words: tuple[str, ...]
) -> None:
    aws_home.set(
        **CREDENTIAL_VARIABLES, AWS_SESSION_TOKEN=PLANTED + "\n", AWS_ENDPOINT_URL_STS=endpoint.url
    )
    config = aws_home.config(ROLE).config_path
    ran = smrt(*words, "--profile", "default", env={**OPTIONS, "AWS_CONFIG_FILE": config})
    assert "Invalid header value ****" in ran.err
    assert is_clean(ran)
    assert endpoint.requests == []


class Failing(io.BytesIO):
    """A stream that raises an unexpected error."""

    def read(self, *_: object) -> bytes:
        raise RuntimeError(f"{CLOSED}/?{SIGNED} {PLANTED}")


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "MY_PASSWORD"])
def test_a_crash_shows_no_secret(environ: dict[str, str], name: str) -> None:
    out, err = io.BytesIO(), io.BytesIO()
    code = main(
        [*CALL[:3], "--body", "-", "--debug"],
        console=Console(Failing(), out, err),
        environ={**environ, name: PLANTED},
    )
    text = err.getvalue().decode()
    assert (code, "Traceback" in text, "in read" in text) == (255, True, True)
    assert PLANTED not in text


def _invoke(client: Client) -> None:
    client.invoke_endpoint(EndpointName="e", Body=b"")


def _wait(client: Client) -> None:
    client.wait({"OutputLocation": "s3://b/k"})


@pytest.mark.parametrize("act", [_invoke, _wait])
def test_no_traceback_of_the_python_api_has_a_secret(
    environ: dict[str, str], act: Callable[[Client], None]
) -> None:
    variables = dict.fromkeys(("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"), CLOSED)
    client = Client(environ={**environ, **variables, **OPTIONS})
    with pytest.raises(SmrtError) as caught:
        act(client)
    assert PLANTED not in "".join(traceback.format_exception(caught.value))
    assert PLANTED not in f"{caught.value!r} {client!r} {client.meta!r}"


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert Client().meta.region_name == "eu-west-3"
    assert "environ" in inspect.signature(Client).parameters
    assert os.environ["AWS_REGION"] == "eu-west-3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('to "http://u:p@h:1/a@b"', 'to "http://***@h:1/a@b"'),
        ("http://u:p@ss@h", "http://***@h"),
        ("https://h/?a=1&X-Amz-Signature=ab&b=2", "https://h/?a=1&X-Amz-Signature=****&b=2"),
        ("s3://bucket/a@b, me@host", "s3://bucket/a@b, me@host"),
        ("http://[USER:PASSWORD@]HOST[:PORT]", "http://[USER:PASSWORD@]HOST[:PORT]"),
        ("X-Amz-Security-Token: t", "X-Amz-Security-Token: ****"),
        ("Invalid header value b'a\\n'", "Invalid header value ****"),
    ],
)
def test_only_secrets_are_masked(text: str, expected: str) -> None:
    assert redacted(text) == expected
    assert redacted(expected) == expected
