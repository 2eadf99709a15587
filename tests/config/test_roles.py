"""Roles: assumed from a fake STS, cached in AWS CLI's cache, with MFA on a real terminal."""

import json
import os
import pty
import socket
import ssl
import subprocess
import sys
import threading
from codecs import BOM_UTF8
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    AssumeRoleWithWebIdentityCredentialFetcher,
    SSOCredentialFetcher,
)
from botocore.utils import JSONFileCache
from hypothesis import given
from hypothesis import strategies as st

from smrt.config.configuration import load
from smrt.config.credentials import resolve
from smrt.config.credentials_cache import (
    Cache,
    _write,
    assume_role_key,
    cached,
    sso_key,
    web_identity_key,
)
from smrt.errors import TransportError
from smrt.protocol.messages import Settings
from tests.support.aws_services import (
    ENV,
    FAR_SECONDS,
    ROLE,
    STATIC,
    Emulator,
    FakeServices,
    in_seconds,
    keys,
)
from tests.support.scripted_endpoint import Endpoint, Received


def test_a_role_is_assumed_with_the_parameters_of_its_profile(
    aws_home: Emulator, aws: FakeServices
) -> None:
    more = "external_id=xyz\nrole_session_name=me\nduration_seconds=900\nsource_profile=base\n"
    text = f"[profile base]\n{STATIC}[profile role]\n{ROLE}{more}"
    credentials = resolve(aws_home.config(text, "role"), Settings(region="eu-north-1"))
    assert keys(credentials) == ("AKIDreader", "sreader", "treader", "assume-role")
    assert credentials is not None
    assert credentials.expires == FAR_SECONDS
    form = aws.received("AssumeRole")[0]
    values = [
        form[name] for name in ("RoleArn", "ExternalId", "RoleSessionName", "DurationSeconds")
    ]
    assert values == ["arn:aws:iam::1:role/reader", "xyz", "me", "900"]
    authorization = aws.calls[0].headers["authorization"]
    assert "Credential=AKIDBASE/" in authorization
    assert "/eu-north-1/sts/" in authorization


@pytest.mark.parametrize("marked", ["config", "credentials"])
def test_botocores_providers_read_files_with_a_byte_order_mark(
    aws_home: Emulator, aws: FakeServices, marked: str
) -> None:
    aws_home.set(AWS_REGION="eu-north-1")
    config = f"[profile role]\n{ROLE}source_profile=base\n[profile other]\nx=1\n"
    aws_home.write("credentials", f"[base]\n{STATIC}")
    aws_home.config(config)
    path = aws_home.home / ".aws" / marked
    path.write_bytes(BOM_UTF8 + path.read_bytes())
    assert keys(resolve(load(os.environ, "role")))[0] == "AKIDreader"
    assert "Credential=AKIDBASE/" in aws.calls[0].headers["authorization"]


def test_a_second_call_uses_the_cached_credentials(aws_home: Emulator, aws: FakeServices) -> None:
    text = f"[profile base]\n{STATIC}[profile role]\n{ROLE}source_profile=base\n"
    first = resolve(aws_home.config(text, "role"))
    assert resolve(aws_home.config(text, "role")) == first
    assert len(aws.calls) == 1
    (path,) = aws_home.cached
    assert path.stat().st_mode & 0o777 == 0o600


def test_credentials_near_expiration_are_refreshed(aws_home: Emulator, aws: FakeServices) -> None:
    text = f"[profile base]\n{STATIC}[profile role]\n{ROLE}source_profile=base\n"
    aws.expiration = in_seconds(899)
    resolve(aws_home.config(text, "role"))
    resolve(aws_home.config(text, "role"))
    assert len(aws.calls) == 2


def test_an_unwritable_cache_is_no_error(aws_home: Emulator, aws: FakeServices) -> None:
    aws_home.write("cli", "a file with the name of the folder")
    text = f"[profile base]\n{STATIC}[profile role]\n{ROLE}source_profile=base\n"
    assert keys(resolve(aws_home.config(text, "role")))[0] == "AKIDreader"
    assert len(aws.calls) == 1


def test_roles_are_chained(aws_home: Emulator, aws: FakeServices) -> None:
    middle = "role_arn=arn:aws:iam::1:role/middle\nsource_profile=base\n"
    text = f"[profile base]\n{STATIC}[profile m]\n{middle}[profile role]\n{ROLE}source_profile=m\n"
    assert keys(resolve(aws_home.config(text, "role")))[0] == "AKIDreader"
    assert [form["RoleArn"][-6:] for form in aws.received("AssumeRole")] == ["middle", "reader"]
    assert "Credential=AKIDmiddle/" in aws.calls[1].headers["authorization"]
    assert len(aws_home.cached) == 2


@pytest.mark.parametrize(
    ("source", "environ", "key"),
    [
        ("Environment", ENV, "AKIDENV"),
        ("Ec2InstanceMetadata", {}, "AKIDMETA"),
        ("EcsContainer", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}, "AKIDBOX"),
    ],
)
def test_a_role_can_have_a_credential_source(
    aws_home: Emulator, aws: FakeServices, source: str, environ: dict[str, str], key: str
) -> None:
    aws_home.set(**{name: value.format(url=aws.url) for name, value in environ.items()})
    text = f"[profile role]\n{ROLE}credential_source={source}\n"
    assert keys(resolve(aws_home.config(text, "role")))[0] == "AKIDreader"
    assert f"Credential={key}/" in aws.calls[-1].headers["authorization"]


@pytest.mark.parametrize("in_environment", [True, False])
def test_a_token_file_assumes_a_role(
    aws_home: Emulator, aws: FakeServices, *, in_environment: bool
) -> None:
    token = str(aws_home.write("token", "web-token"))
    text = f"[default]\nweb_identity_token_file={token}\n{ROLE}role_session_name=me\n"
    if in_environment:
        names = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME")
        values = (token, "arn:aws:iam::1:role/reader", "me")
        aws_home.set(**dict(zip(names, values, strict=True)))
        text = ""
    expected = ("AKIDreader", "sreader", "treader", "assume-role-with-web-identity")
    assert keys(resolve(aws_home.config(text))) == expected
    assert keys(resolve(aws_home.config(text))) == expected
    (form,) = aws.received("AssumeRoleWithWebIdentity")
    assert (form["WebIdentityToken"], form["RoleSessionName"]) == ("web-token", "me")


TEXT = st.text(min_size=1, max_size=9)


@given(
    st.fixed_dictionaries(
        {"role_arn": TEXT, "source_profile": TEXT},
        optional={
            "role_session_name": TEXT,
            "external_id": TEXT,
            "mfa_serial": TEXT,
            "duration_seconds": st.integers().map(str) | st.just("soon"),
        },
    )
)
def test_the_cache_key_of_a_role_is_botocores(profile: dict[str, str]) -> None:
    names = {"external_id": "ExternalId", "mfa_serial": "SerialNumber"}
    names["role_session_name"] = "RoleSessionName"
    extra: dict[str, Any] = {name: profile[key] for key, name in names.items() if key in profile}
    if profile.get("duration_seconds", "soon") != "soon":
        extra["DurationSeconds"] = int(profile["duration_seconds"])
    fetcher = AssumeRoleCredentialFetcher(None, None, profile["role_arn"], extra_args=extra)
    assert assume_role_key(profile) == fetcher._cache_key


@pytest.mark.parametrize("keys_of", [[], ["source_profile", "credential_source"]])
def test_a_role_without_exactly_one_source_has_no_cache_key(keys_of: list[str]) -> None:
    assert assume_role_key({"role_arn": "r", **dict.fromkeys(keys_of, "x")}) is None


@given(TEXT, st.none() | TEXT)
def test_the_cache_key_of_a_web_identity_is_botocores(role: str, session: str | None) -> None:
    profile = {"role_arn": role, "web_identity_token_file": "f"}
    extra = {}
    if session is not None:
        profile["role_session_name"] = extra["RoleSessionName"] = session
    fetcher = AssumeRoleWithWebIdentityCredentialFetcher(None, None, role, extra_args=extra)
    assert web_identity_key(load({"HOME": "/nowhere"}), profile) == fetcher._cache_key


@given(TEXT, TEXT, TEXT, st.none() | TEXT)
def test_the_cache_key_of_an_sso_profile_is_botocores(
    role: str, account: str, url: str, session: str | None
) -> None:
    profile = {"sso_role_name": role, "sso_account_id": account}
    config = load({"HOME": "/nowhere"})
    shared = {"sso_start_url": url, "sso_region": "r"}
    if session is None:
        profile |= shared
    else:
        profile["sso_session"] = session
        config = config._replace(sso_sessions={session: shared})
    fetcher = SSOCredentialFetcher(url, "r", role, account, None, sso_session_name=session)
    assert sso_key(config, profile) == fetcher._cache_key


def test_an_incomplete_sso_profile_has_no_cache_key() -> None:
    profile = {"sso_role_name": "r", "sso_account_id": "1", "sso_session": "gone"}
    assert sso_key(load({"HOME": "/nowhere"}), profile) is None


def entry(expiration: object) -> dict[str, Any]:
    fields = {"AccessKeyId": "a", "SecretAccessKey": "s", "SessionToken": "t"}
    return {"Credentials": {**fields, "Expiration": expiration}, "ProviderType": "sts"}


def test_the_cache_is_botocores_in_both_directions(aws_home: Emulator) -> None:
    smrts = Cache(aws_home.config())
    botocores = JSONFileCache(str(aws_home.home / ".aws/cli/cache"))
    moment = datetime(2099, 1, 1, tzinfo=timezone.utc)
    smrts["one"] = entry(moment)
    botocores["two"] = entry(moment)
    assert botocores["one"] == smrts["one"] == botocores["two"] == smrts["two"]
    one, two = aws_home.cached
    assert one.read_bytes() == two.read_bytes()
    assert one.stat().st_mode == two.stat().st_mode
    assert "one" in smrts
    assert "three" not in smrts
    with pytest.raises(KeyError):
        smrts["three"]


def test_a_new_cache_folder_is_readable_by_its_owner_only(aws_home: Emulator) -> None:
    cache = Cache(load({"HOME": str(aws_home.home / "me")}))
    cache["one"] = entry("2099-01-01T00:00:00Z")
    folders = [aws_home.home / "me" / name for name in (".aws", ".aws/cli", ".aws/cli/cache")]
    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700] * 3


def test_credentials_cached_by_botocore_are_read(aws_home: Emulator) -> None:
    profile = {"role_arn": "r", "source_profile": "b"}
    text = "[default]\n" + "".join(f"{key}={value}\n" for key, value in profile.items())
    key = assume_role_key(profile)
    moment = datetime(2099, 1, 1, tzinfo=timezone.utc)
    JSONFileCache(str(aws_home.home / ".aws/cli/cache"))[key] = entry(moment)
    config = aws_home.config(text)
    assert cached(config, 0) == ("a", "s", "t", "assume-role", FAR_SECONDS)
    assert cached(config, FAR_SECONDS - 900) is not None
    assert cached(config, FAR_SECONDS - 899) is None


FAR = "2099-01-01T00:00:00Z"
BROKEN = [
    "",
    "nul",
    "null",
    "1",
    "[]",
    "{}",
    "[" * 100_000,
    '{"Credentials": 1}',
    '{"Credentials": null}',
    '{"Credentials": []}',
    json.dumps(entry("soon")),
    json.dumps(entry(1)),
    json.dumps(entry(None)),
    json.dumps(entry("9" * 400)),
    json.dumps(entry(FAR)).replace('"s"', "5"),
    json.dumps(entry(FAR)).replace('"t"', "[]"),
    json.dumps(entry(FAR))[:-30],
]


@pytest.mark.parametrize("content", BROKEN, ids=lambda text: text[:40])
def test_a_broken_cache_file_is_replaced(
    aws_home: Emulator, aws: FakeServices, content: str
) -> None:
    text = f"[profile base]\n{STATIC}[profile role]\n{ROLE}source_profile=base\n"
    config = aws_home.config(text, "role")
    key = str(assume_role_key(config.values))
    path = aws_home.write(f"cli/cache/{key}.json", content)
    assert cached(config, 0) is None
    assert key not in Cache(config)
    assert keys(resolve(config))[0] == "AKIDreader"
    assert json.loads(path.read_bytes())["Credentials"]["AccessKeyId"] == "AKIDreader"
    resolve(config)
    assert len(aws.calls) == 1


def test_a_cache_file_with_a_byte_order_mark_is_read(aws_home: Emulator) -> None:
    config = aws_home.config(f"[default]\n{ROLE}source_profile=base\n")
    path = aws_home.write(f"cli/cache/{assume_role_key(config.values)}.json", "")
    path.write_bytes(BOM_UTF8 + json.dumps(entry(FAR)).encode())
    assert keys(cached(config, 0))[0] == "a"


def test_only_the_user_can_read_the_cache_folder(aws_home: Emulator, aws: FakeServices) -> None:
    text = f"[profile base]\n{STATIC}[profile role]\n{ROLE}source_profile=base\n"
    resolve(aws_home.config(text, "role"))
    (path,) = aws_home.cached
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_failed_write_leaves_no_temporary_file(aws_home: Emulator) -> None:
    cache = Cache(aws_home.config())
    aws_home.write("cli/cache/taken.json/file", "")
    cache["taken"] = entry("never")
    assert [path.name for path in aws_home.cached] == ["taken.json"]


def test_every_failed_write_leaves_no_credentials(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        _write(tmp_path / "role.json", "secret \udcff")
    assert list(tmp_path.iterdir()) == []


MFA = """
import os, sys
os.close(os.open(sys.argv[1], os.O_RDWR))  # it becomes the controlling terminal of a session leader
from smrt.config.configuration import load
from smrt.config.credentials import resolve
from smrt.errors import ConfigurationError
try: print(resolve(load(os.environ, "role")).source)
except ConfigurationError as exc: print(exc.message)
"""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (b"123456\n", "assume-role"),
        (b"\x04", "the role requires an MFA code, but none was entered"),
    ],
)
def test_the_mfa_code_is_read_from_the_terminal(
    aws_home: Emulator, aws: FakeServices, typed: bytes, expected: str
) -> None:
    mfa = "mfa_serial=arn:mfa:mine\nsource_profile=base\n"
    aws_home.config(f"[profile base]\n{STATIC}[profile role]\n{ROLE}{mfa}")
    terminal, process_side = pty.openpty()
    try:
        done = subprocess.Popen(
            [sys.executable, "-c", MFA, os.ttyname(process_side)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert b"Enter MFA code for arn:mfa:mine: " in os.read(terminal, 99)
        os.write(terminal, typed)
        assert done.communicate()[0].decode().strip() == expected
    finally:
        os.close(terminal)
        os.close(process_side)
    assert [form["TokenCode"] for form in aws.received("AssumeRole")] == ["123456"][
        : len(aws.calls)
    ]


def test_an_mfa_code_without_a_terminal_is_an_error(aws_home: Emulator, aws: FakeServices) -> None:
    mfa = "mfa_serial=arn:mfa:mine\nsource_profile=base\n"
    aws_home.config(f"[profile base]\n{STATIC}[profile role]\n{ROLE}{mfa}")
    done = subprocess.run(
        [sys.executable, "-c", MFA, os.devnull],
        input=b"123456\n",
        capture_output=True,
        start_new_session=True,
        check=True,
    )
    assert b"there is no terminal to enter it" in done.stdout
    assert not aws.calls


def test_requests_to_sts_use_the_tls_options(
    aws_home: Emulator, aws: FakeServices, context: ssl.SSLContext, ca_bundle: str
) -> None:
    aws.socket = context.wrap_socket(aws.socket, server_side=True)
    aws_home.set(AWS_ENDPOINT_URL_STS=aws.url.replace("http:", "https:"))
    config = aws_home.config(f"[default]\n{STATIC}{ROLE}source_profile=default\n")
    with pytest.raises(TransportError, match="SSL validation failed"):
        resolve(config)
    assert keys(resolve(config, Settings(ca_bundle=ca_bundle)))[0] == "AKIDreader"
    aws_home.cached[0].unlink()
    assert keys(resolve(config, Settings(verify=False)))[0] == "AKIDreader"


def test_requests_to_sts_use_the_timeout_options(aws_home: Emulator) -> None:
    silent, ended = Endpoint(), threading.Event()

    def wait(sock: socket.socket, received: Received) -> None:
        ended.wait(30)  # past the timeout

    silent.respond_with(wait)
    aws_home.set(AWS_MAX_ATTEMPTS="1", AWS_ENDPOINT_URL_STS=silent.url)
    config = aws_home.config(f"[default]\n{STATIC}{ROLE}source_profile=default\n")
    with pytest.raises(TransportError, match="Read timeout") as caught:
        resolve(config, Settings(read_timeout=0.2))
    assert caught.value.code == "ReadTimeoutError"
    ended.set()
    silent.close()


def url(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"
