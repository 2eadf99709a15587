"""IAM Identity Center and `aws login`: their caches, refreshed, expired and missing."""

import re
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

import pytest

from smrt.config.credentials import resolve
from smrt.config.credentials_cache import cached
from smrt.config.installation import install_command
from smrt.errors import ConfigurationError
from tests.support.aws_services import (
    FAR,
    FAR_SECONDS,
    ROLE,
    Emulator,
    FakeServices,
    in_seconds,
    keys,
)

LEGACY = """[profile dev team]
sso_role_name = reader
sso_account_id = 123456789012
sso_start_url = https://start
sso_region = eu-west-1
"""
SESSION = """[profile dev team]
sso_session = corp
sso_role_name = reader
sso_account_id = 123456789012
[sso-session corp]
sso_start_url = https://start
sso_region = eu-west-1
"""
KINDS = [(LEGACY, "https://start"), (SESSION, "corp")]


def logged_in(aws_home: Emulator, name: str, left: float, **more: str) -> Path:
    token = {"accessToken": "token", "expiresAt": in_seconds(left), **more}
    return aws_home.write(f"sso/cache/{sha1(name.encode()).hexdigest()}.json", token)


@pytest.mark.parametrize(("text", "name"), KINDS)
def test_a_login_provides_credentials_that_are_cached(
    aws_home: Emulator, aws: FakeServices, text: str, name: str
) -> None:
    logged_in(aws_home, name, 3600)
    text = text.replace("dev team", '"dev team"')
    first = resolve(aws_home.config(text, "dev team"))
    assert keys(first) == ("AKIDSSO", "ss", "ts", "sso")
    assert first is not None
    assert first.expires == FAR_SECONDS
    assert resolve(aws_home.config(text, "dev team")) == first
    (call,) = aws.calls
    assert call.headers["x-amz-sso_bearer_token"] == "token"
    assert call.path.endswith("?role_name=reader&account_id=123456789012")
    assert aws_home.cached[0].stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("left", "message"),
    [
        (None, "Error loading SSO Token: Token for .* does not exist"),
        (-1, "expired|has expired"),
        (3600, "The SSO session associated with this profile has expired"),
    ],
)
@pytest.mark.parametrize(("text", "name"), KINDS)
@pytest.mark.parametrize("through_role", [True, False])
def test_the_error_for_an_expired_login_names_the_login_command(
    aws_home: Emulator,
    aws: FakeServices,
    text: str,
    name: str,
    left: float | None,
    message: str,
    *,
    through_role: bool,
) -> None:
    aws.reject = True
    if left is not None:
        logged_in(aws_home, name, left)
    text = text.replace("dev team", '"dev team"')
    text += f"[profile role]\n{ROLE}source_profile = dev team\n"
    config = aws_home.config(text, "role" if through_role else "dev team")
    with pytest.raises(ConfigurationError) as caught:
        resolve(config)
    assert re.search(message, caught.value.message)
    assert caught.value.hints == ("log in again: aws sso login --profile 'dev team'",)


def test_a_token_of_a_session_is_refreshed(aws_home: Emulator, aws: FakeServices) -> None:
    registration = {"clientId": "i", "clientSecret": "s", "registrationExpiresAt": FAR}
    path = logged_in(aws_home, "corp", 60, refreshToken="r", **registration)
    text = SESSION.replace("dev team", '"dev team"')
    assert keys(resolve(aws_home.config(text, "dev team")))[0] == "AKIDSSO"
    assert aws.calls[0].form["refreshToken"] == "r"
    assert aws.calls[1].headers["x-amz-sso_bearer_token"] == "fresh"
    assert '"fresh"' in path.read_text()


BROKEN = ["", "null", "[]", "1", '"x"', "[" * 100_000, '{"accessToken": 5, "expiresAt": 7}']


@pytest.mark.parametrize("content", BROKEN, ids=lambda text: text[:40])
@pytest.mark.parametrize(("text", "name"), KINDS)
def test_the_error_for_a_broken_login_names_the_login_command(
    aws_home: Emulator, aws: FakeServices, text: str, name: str, content: str
) -> None:
    logged_in(aws_home, name, 3600).write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        resolve(aws_home.config(text.replace("dev team", "dev"), "dev"))
    assert caught.value.hints == ("log in again: aws sso login --profile dev",)


@pytest.mark.parametrize("more", ["", "sso_start_url = https://start\nsso_region = eu-west-1\n"])
def test_a_session_that_does_not_exist_is_an_error(
    aws_home: Emulator, aws: FakeServices, more: str
) -> None:
    text, _, _ = SESSION.replace("dev team", "dev").partition("[sso-session")
    valid = aws_home.config(
        text + more + "[sso-session corp]\n" + LEGACY.partition("012\n")[2], "dev"
    )
    logged_in(aws_home, "corp", 3600)
    resolve(valid)
    with pytest.raises(ConfigurationError) as caught:
        resolve(aws_home.config(text + more, "dev"))
    assert caught.value.message == 'The specified sso-session does not exist: "corp"'


LOGIN = "[default]\nlogin_session = arn:aws:iam::1:user/me\n"


def login_token(aws_home: Emulator, left: float, folder: str = "login/cache") -> None:
    token: dict[str, Any] = {"accessKeyId": "AKIDIN", "secretAccessKey": "s", "sessionToken": "t"}
    token = {**token, "accountId": "1", "expiresAt": in_seconds(left)}
    content = {"accessToken": token, "refreshToken": "r", "dpopKey": "", "clientId": "c"}
    aws_home.write(f"{folder}/{sha256(b'arn:aws:iam::1:user/me').hexdigest()}.json", content)


@pytest.mark.parametrize("folder", ["login/cache", "elsewhere"])
def test_a_valid_login_session_is_used(aws_home: Emulator, folder: str) -> None:
    login_token(aws_home, 400, folder)
    if folder == "elsewhere":
        aws_home.set(AWS_LOGIN_CACHE_DIRECTORY="$HOME/.aws/elsewhere")
    assert keys(resolve(aws_home.config(LOGIN))) == ("AKIDIN", "s", "t", "login")


@pytest.mark.parametrize("left", [-1, 299, None])
def test_an_expired_login_session_is_refreshed_by_botocore(
    aws_home: Emulator, left: float | None
) -> None:
    if left is not None:
        login_token(aws_home, left)
    config = aws_home.config(LOGIN)
    assert cached(config, 0) is None or left is not None
    with pytest.raises(ConfigurationError) as caught:
        resolve(config)
    # refreshing needs botocore's extra crt
    remedies = {"log in again: aws login --profile default", install_command(["botocore[crt]"])}
    assert set(caught.value.hints) <= remedies
    assert len(caught.value.hints) == 1
