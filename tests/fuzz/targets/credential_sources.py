"""Sources of credentials: files, programs and services that return something else than expected."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha1, sha256
from random import Random
from socket import socket
from typing import NamedTuple

from tests.fuzz import sandbox
from tests.fuzz.edits import Edit, edited, random_edits
from tests.fuzz.judging import judged
from tests.fuzz.sandbox import ENDPOINT, ENVIRON, SECRET, Setup
from tests.fuzz.target import Finding
from tests.support.aws_services import FAR, assumed, sso_credentials
from tests.support.scripted_endpoint import Received, response

_NO_KEYS = {name: value for name, value in ENVIRON.items() if "KEY" not in name}
_NO_KEYS.pop("AWS_SESSION_TOKEN")
_METADATA = "/latest/meta-data/iam/security-credentials/"
_ROLE = "arn:aws:iam::123456789012:role/reader"
_PROCESS = "[default]\ncredential_process = cat {home}/document\n"
_SSO = """[default]
sso_session = s
sso_account_id = 123456789012
sso_role_name = reader
[sso-session s]
sso_region = us-east-1
sso_start_url = https://example.awsapps.com/start
"""
_ASSUME = f"[default]\nrole_arn = {_ROLE}\nsource_profile = base\n[profile base]\n"
_BASE = f"aws_access_key_id = AKIDBASE\naws_secret_access_key = {SECRET}\n"
_STATIC = f"[default]\n{_BASE}aws_session_token = {SECRET}\n"
_WEB = {"AWS_ROLE_ARN": _ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"}
_LOGIN = "arn:aws:iam::123456789012:user/me"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _named(text: str) -> str:
    return sha1(text.encode()).hexdigest()


_KEYS = {"AccessKeyId": "AKIDX", "SecretAccessKey": SECRET, "Expiration": FAR}
_METADATA_KEYS = _json({"Code": "Success", **_KEYS, "Token": SECRET})
_SESSION = {**_KEYS, "SessionToken": SECRET}
_SSO_KEY = '{"accountId":"123456789012","roleName":"reader","sessionName":"s"}'
_SSO_TOKEN = {
    "startUrl": "https://example.awsapps.com/start",
    "region": "us-east-1",
    "accessToken": SECRET,
    "expiresAt": FAR,
}
_LOGIN_TOKEN = {
    "accessToken": {
        "accessKeyId": "AKIDX",
        "secretAccessKey": SECRET,
        "sessionToken": SECRET,
        "accountId": "123456789012",
        "expiresAt": FAR,
    },
    "tokenType": "aws_sigv4",
    "clientId": "arn:aws:signin:::devtools/same-device",
    "refreshToken": SECRET,
    "idToken": SECRET,
    "dpopKey": SECRET,
}


class Source(NamedTuple):
    """A document that is edited, below the home folder or at a path of a URL, and what names it."""

    path: str
    document: bytes
    environ: Mapping[str, str] = {}
    config: str = "[default]\n"
    responses: Mapping[str, bytes] = {}


SOURCES = {
    "process": Source("document", _json({"Version": 1, **_SESSION}), config=_PROCESS),
    "config": Source(".aws/config", _STATIC.encode()),
    "credentials": Source(".aws/credentials", _STATIC.encode()),
    "role cache": Source(
        f".aws/cli/cache/{_named(json.dumps({'RoleArn': _ROLE}))}.json",
        _json({"Credentials": _SESSION}),
        config=_ASSUME + _BASE,
    ),
    "role": Source("/", assumed("AssumeRole", _ROLE, FAR).encode(), config=_ASSUME + _BASE),
    "web identity": Source(
        "/", assumed("AssumeRoleWithWebIdentity", _ROLE, FAR).encode(), environ=_WEB
    ),
    "token file": Source(
        "token",
        b"token",
        _WEB,
        responses={"/": assumed("AssumeRoleWithWebIdentity", _ROLE, FAR).encode()},
    ),
    "sso cache": Source(
        f".aws/cli/cache/{_named(_SSO_KEY)}.json", _json({"Credentials": _SESSION}), config=_SSO
    ),
    "sso token": Source(
        f".aws/sso/cache/{_named('s')}.json",
        _json(_SSO_TOKEN),
        config=_SSO,
        responses={"/federation/credentials": _json(sso_credentials())},
    ),
    "sso": Source("/federation/credentials", _json(sso_credentials()), config=_SSO),
    "login cache": Source(
        f".aws/login/cache/{sha256(_LOGIN.encode()).hexdigest()}.json",
        _json(_LOGIN_TOKEN),
        config=f"[default]\nlogin_session = {_LOGIN}\n",
    ),
    "container": Source(
        "/container",
        _json({**_KEYS, "Token": SECRET}),
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": ENDPOINT + "/container"},
    ),
    "metadata": Source(
        f"{_METADATA}machine",
        _METADATA_KEYS,
        {"AWS_EC2_METADATA_DISABLED": "false"},
        responses={_METADATA: b"machine", "/latest/api/token": b"token"},
    ),
    "metadata role": Source(
        _METADATA,
        b"machine",
        {"AWS_EC2_METADATA_DISABLED": "false"},
        responses={f"{_METADATA}machine": _METADATA_KEYS, "/latest/api/token": b"token"},
    ),
}
WORDS = ("invoke-endpoint", "--endpoint-name=e", "--body=e30=")
BODY = b'{"predictions":[1]}'


class Case(NamedTuple):
    """A source by its name, the edits of its document, and the status of a service's response."""

    name: str
    edits: tuple[Edit, ...]
    status: int = 200
    debug: bool = False


def cases(random: Random) -> Iterator[Case]:
    """Each source as it should be, then edits."""
    yield from (Case(name, ()) for name in SOURCES)
    while True:
        name = random.choice(tuple(SOURCES))
        edits = random_edits(random, SOURCES[name].document)
        status = random.choice((200, 200, 200, 400, 403, 404, 500))
        yield Case(name, edits, status, bool(random.randrange(2)))


def run(case: Case) -> Finding | None:
    """Make a call with the credentials of the source."""
    source = SOURCES[case.name]
    document = edited(source.document, case.edits)
    responses = dict(source.responses)
    files = {".aws/config": source.config.encode(), "token": b"token"}
    if case.name == "sso":
        files[SOURCES["sso token"].path] = _json(_SSO_TOKEN)
    if source.path.startswith("/"):
        responses[source.path] = document
    else:
        files[source.path] = document

    def respond(sock: socket, received: Received) -> None:
        path = received.target.partition("?")[0]
        status = case.status if path == source.path else 200
        sock.sendall(response(status, responses.get(path, BODY)))

    environ = {
        **_NO_KEYS,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": ENDPOINT + "/",
        **source.environ,
    }
    setup = Setup(environ, files, b"", respond)
    outcome = sandbox.run((*WORDS, *(["--debug"] * case.debug)), setup)
    if finding := judged(outcome):
        return finding
    if not case.edits and case.status == 200 and outcome.code:
        return Finding("failure of a valid source", f"{case.name}: {outcome.err}")
    return None
