"""STS, IAM Identity Center, instance metadata and container credentials, on loopback."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.credentials import SSOProvider
from botocore.tokens import SSOTokenProvider

from smrt.config.configuration import Config, load
from smrt.protocol.messages import Credentials

FAR = "2099-01-01T00:00:00Z"
FAR_SECONDS = 4070908800
STATIC = "aws_access_key_id=AKIDBASE\naws_secret_access_key=sb\n"
ROLE = "role_arn=arn:aws:iam::1:role/reader\n"
ENV = {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "se"}


class Call(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


class FakeServices(ThreadingHTTPServer):
    """All services in one server. `calls` are the requests.

    `reject` makes STS and SSO return errors; `response`, if set, is that of the others.
    """

    calls: list[Call]
    reject = False
    response: Any = None
    expiration = FAR

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def environ(self) -> dict[str, str]:
        """The environment variables that point AWS clients here."""
        services = ("STS", "SSO", "SSO_OIDC")
        return {
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.url + "/",
            "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_METADATA_SERVICE_TIMEOUT": "60",  # not 1 s, which a busy host may need
            "AWS_MAX_ATTEMPTS": "1",
            **{f"AWS_ENDPOINT_URL_{service}": self.url for service in services},
        }

    def received(self, action: str) -> list[dict[str, str]]:
        """The form parameters of each call of STS's `action`."""
        return [call.form for call in self.calls if call.form.get("Action") == action]


class Handler(BaseHTTPRequestHandler):
    server: FakeServices

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._respond("")

    def do_PUT(self) -> None:
        self._respond("")

    def do_POST(self) -> None:
        self._respond(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _respond(self, body: str) -> None:
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if body.startswith("{"):
            form = json.loads(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.calls.append(Call(self.command, self.path, headers, form))
        status, text = self._response(urlsplit(self.path).path, form)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def _response(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        server = self.server
        if server.reject:
            return self._error(form)
        if "Action" in form:
            return 200, assumed(form["Action"], form["RoleArn"], server.expiration)
        credentials = {"AccessKeyId": "AKIDMETA", "SecretAccessKey": "sm", "Token": "tm"}
        credentials = {"Code": "Success", "Expiration": server.expiration, **credentials}
        responses: dict[str, Any] = {
            "/latest/api/token": "metadata-token",
            "/latest/meta-data/placement/availability-zone/": "eu-north-1b",
            "/latest/meta-data/iam/security-credentials/": "machine",
            "/latest/meta-data/iam/security-credentials/machine": credentials,
            "/container": {**credentials, "AccessKeyId": "AKIDBOX"},
            "/federation/credentials": sso_credentials(),
            "/token": {"accessToken": "fresh", "expiresIn": 28800, "refreshToken": "again"},
        }
        content = responses.get(path) if server.response is None else server.response
        if content is None:
            return 404, ""
        return 200, content if isinstance(content, str) else json.dumps(content)

    def _error(self, form: dict[str, str]) -> tuple[int, str]:
        if "Action" in form:
            error = "<Code>AccessDenied</Code><Message>not yours</Message>"
            return 403, f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
        return 401, json.dumps({"__type": "UnauthorizedException", "message": "no"})


def assumed(action: str, role: str, expiration: str) -> str:
    """STS's response to `action`, with credentials named after `role`."""
    name = role.rpartition("/")[2]
    return f"""<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>
<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/{name}/s</Arn>
<AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>
<Credentials><AccessKeyId>AKID{name}</AccessKeyId><SecretAccessKey>s{name}</SecretAccessKey>
<SessionToken>t{name}</SessionToken><Expiration>{expiration}</Expiration></Credentials>
</{action}Result></{action}Response>"""


def sso_credentials() -> dict[str, Any]:
    credentials = {"accessKeyId": "AKIDSSO", "secretAccessKey": "ss", "sessionToken": "ts"}
    return {"roleCredentials": {**credentials, "expiration": FAR_SECONDS * 1000}}


def in_seconds(seconds: float) -> str:
    """The time in `seconds` from now, in ISO 8601."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


@contextmanager
def fake_services() -> Iterator[FakeServices]:
    with FakeServices(("127.0.0.1", 0), Handler) as server:
        server.calls = []
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class Emulator:
    """A home folder with AWS configuration files, and the environment of one test."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self._monkeypatch = monkeypatch
        for name in os.environ:
            if name.startswith("AWS_") or name.lower().endswith("_proxy"):
                monkeypatch.delenv(name)
        self.set(HOME=str(home), AWS_EC2_METADATA_DISABLED="true", AWS_REGION="eu-west-1")
        tokens = str(home / ".aws/sso/cache")  # botocore reads HOME at import
        monkeypatch.setattr(SSOProvider, "_SSO_TOKEN_CACHE_DIR", tokens)
        monkeypatch.setattr(SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", tokens)

    def set(self, **environ: str) -> None:
        for name, value in environ.items():
            self._monkeypatch.setenv(name, value)

    def write(self, name: str, content: object) -> Path:
        path = self.home / ".aws" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def config(self, text: str = "", profile: str | None = None, **environ: str) -> Config:
        self.set(**environ)
        self.write("config", text)
        return load(os.environ, profile)

    @property
    def cached(self) -> list[Path]:
        """The files of the credentials cache."""
        return sorted((self.home / ".aws/cli/cache").glob("*"))


def keys(credentials: Credentials | None) -> tuple[str, str, str | None, str]:
    """Access key, secret key, session token and source."""
    assert credentials is not None
    return credentials[:4]
