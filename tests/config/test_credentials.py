"""Credentials from every provider of AWS's chain; the services are real servers on loopback."""

import socket
import subprocess
import sys
import traceback
from hashlib import sha1
from threading import Event
from typing import Any

import pytest
from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher

from smrt.config.botocore_chain import metadata_region
from smrt.config.configuration import epoch_seconds
from smrt.config.credentials import resolve, static
from smrt.config.instance_metadata import limit_time
from smrt.config.settings import settings
from smrt.errors import ConfigurationError, ServiceError, TransportError
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
from tests.support.scripted_endpoint import Endpoint, Received, Responder

OTHER = "[profile p]\naws_access_key_id=AKIDP\naws_secret_access_key=sp\n"


@pytest.mark.parametrize(
    ("text", "stored", "profile", "environ", "expected"),
    [
        ("", "", None, ENV, ("AKIDENV", "se", None, "env")),
        ("", "", None, {**ENV, "AWS_SECURITY_TOKEN": "o"}, ("AKIDENV", "se", "o", "env")),
        (
            "",
            "",
            None,
            {**ENV, "AWS_SECURITY_TOKEN": "o", "AWS_SESSION_TOKEN": "n"},
            ("AKIDENV", "se", "n", "env"),
        ),
        (OTHER, "", None, {**ENV, "AWS_PROFILE": "p"}, ("AKIDENV", "se", None, "env")),
        (OTHER, "", "p", ENV, ("AKIDP", "sp", None, "config-file")),
        (
            OTHER,
            "[p]\n" + STATIC + "aws_session_token=t\n",
            "p",
            {},
            ("AKIDBASE", "sb", "t", "shared-credentials-file"),
        ),
        (
            "",
            "[default]\n" + STATIC,
            None,
            {"AWS_ACCESS_KEY_ID": ""},
            ("AKIDBASE", "sb", None, "shared-credentials-file"),
        ),
        ("[default]\n" + ROLE + STATIC, "", None, {}, None),
        ("[default]\ncredential_process=x\n" + STATIC, "", None, {}, None),
        ("", "[default]\n" + STATIC, None, {"AWS_WEB_IDENTITY_TOKEN_FILE": "f"}, None),
        ("[profile p]\n", "", "p", ENV, None),
    ],
)
def test_static_credentials_have_their_precedence(
    aws_home: Emulator,
    text: str,
    stored: str,
    profile: str | None,
    environ: dict[str, str],
    expected: tuple[Any, ...] | None,
) -> None:
    aws_home.write("credentials", stored)
    credentials = static(aws_home.config(text, profile, **environ))
    assert (credentials and credentials[:4]) == expected


@pytest.mark.parametrize(
    ("text", "environ", "message"),
    [
        (
            "",
            {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": ""},
            "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY",
        ),
        (
            "[default]\naws_access_key_id=a\n",
            {},
            "Partial credentials found in config-file, missing: aws_secret_access_key",
        ),
        ("", {"AWS_PROFILE": "nope"}, "The config profile (nope) could not be found"),
        (
            "",
            {**ENV, "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"},
            "the credentials in the environment have expired",
        ),
    ],
)
def test_unusable_credentials_are_errors_with_remedies(
    aws_home: Emulator, text: str, environ: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve(aws_home.config(text, **environ))
    assert caught.value.message == message
    assert caught.value.hints


@pytest.mark.parametrize("text", ["soon", "2099-99-99", " ", "9" * 400])
def test_an_expiration_that_is_no_time_is_an_error(aws_home: Emulator, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve(aws_home.config(**ENV, AWS_CREDENTIAL_EXPIRATION=text))
    assert caught.value.hints == (
        "it comes from the environment variable AWS_CREDENTIAL_EXPIRATION",
        "write it as in ISO 8601: 2030-12-31T23:59:59Z",
    )


@pytest.mark.parametrize("text", ["2099-01-01 00:00", "20990101T000000Z", "Jan 1 2099"])
def test_an_expiration_can_have_any_format_that_botocore_reads(
    aws_home: Emulator, text: str
) -> None:
    credentials = resolve(aws_home.config(**ENV, AWS_CREDENTIAL_EXPIRATION=text))
    assert credentials is not None
    assert credentials.expires == FAR_SECONDS


def test_the_environment_sets_the_expiration_of_its_credentials(aws_home: Emulator) -> None:
    credentials = resolve(aws_home.config(**ENV, AWS_CREDENTIAL_EXPIRATION="2099-01-01T00:00:00Z"))
    assert credentials is not None
    assert credentials.expires == FAR_SECONDS
    assert "se" not in repr(credentials).replace("access_key", "").replace("source", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2099-01-01T00:00:00Z", FAR_SECONDS),
        ("2099-01-01T00:00:00UTC", FAR_SECONDS),
        ("2099-01-01T01:00:00+01:00", FAR_SECONDS),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_parsed_to_seconds(text: str | None, expected: float | None) -> None:
    assert epoch_seconds(text) == expected


def test_without_any_provider_there_are_no_credentials(aws_home: Emulator) -> None:
    assert resolve(aws_home.config()) is None


@pytest.mark.parametrize(
    ("token", "expected"),
    [({}, None), ({"AWS_CONTAINER_AUTHORIZATION_TOKEN": "abc"}, "abc")],
)
def test_the_container_service_provides_credentials(
    aws_home: Emulator, aws: FakeServices, token: dict[str, str], expected: str | None
) -> None:
    uri = f"{aws.url}/container"
    credentials = resolve(aws_home.config(AWS_CONTAINER_CREDENTIALS_FULL_URI=uri, **token))
    assert keys(credentials) == ("AKIDBOX", "sm", "tm", "container-role")
    assert credentials is not None
    assert credentials.expires == FAR_SECONDS
    assert aws.calls[0].headers.get("authorization") == expected


def test_the_container_service_accepts_a_token_file_and_a_relative_uri(
    aws_home: Emulator, aws: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContainerMetadataFetcher, "IP_ADDRESS", aws.url.removeprefix("http://"))
    token = str(aws_home.write("token", "from-file"))
    aws_home.set(AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token)
    credentials = resolve(aws_home.config(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="/container"))
    assert keys(credentials)[0] == "AKIDBOX"
    assert aws.calls[0].headers["authorization"] == "from-file"


def test_the_instance_metadata_provides_credentials_and_region(
    aws_home: Emulator, aws: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")
    config = aws_home.config()
    assert keys(resolve(config)) == ("AKIDMETA", "sm", "tm", "iam-role")
    assert settings(config).region == "eu-north-1"
    assert aws.calls[0].method == "PUT"
    aws_home.set(AWS_EC2_METADATA_DISABLED="true")
    assert metadata_region(aws_home.config()) is None


PROCESS = "[default]\ncredential_process={}\n"


def printing(code: str) -> str:
    return PROCESS.format(f"{sys.executable} -c '{code}'")


def test_a_credential_process_provides_credentials(aws_home: Emulator) -> None:
    answer = {"Version": 1, "AccessKeyId": "AKIDPROC", "SecretAccessKey": "s"}
    path = aws_home.write("answer", answer)
    credentials = resolve(aws_home.config(printing(f'print(open("{path}").read())')))
    assert credentials == ("AKIDPROC", "s", None, "custom-process", None)


WRONG = [
    (printing('import sys; sys.exit("no luck")'), "custom-process: no luck"),
    (printing('print("{}")'), "Unsupported version '<Version key not provided>'"),
    (printing("print(1"), "Error when retrieving credentials from custom-process"),
    (PROCESS.format("/nowhere/program"), "could not load credentials: [Errno 2] No such file"),
    (printing('print("not JSON")'), "could not load credentials: Expecting value"),
    (PROCESS.format(""), "could not load credentials: credential_process is empty"),
    (
        f"[default]\n{ROLE}source_profile=base\n[profile base]\ncredential_process =\n",
        "could not load credentials: credential_process is empty",
    ),
    (f"[default]\n{ROLE}", "assume-role, missing: source_profile or credential_source"),
    (
        f"[default]\n{ROLE}source_profile=missing\n",
        'The source_profile "missing" referenced in the profile "default" does not exist.',
    ),
    (
        f"[default]\n{ROLE}credential_source=Bogus\n",
        'The credential source "Bogus" referenced in profile "default" is not valid.',
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_failed_provider_is_a_configuration_error(
    aws_home: Emulator, text: str, message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve(aws_home.config(text))
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "the provider returned unexpected data"),
        ("null", "the provider returned unexpected data"),
        ("1", "the provider returned unexpected data"),
        ('"text"', "the provider returned unexpected data"),
        (
            '{"Version":1,"AccessKeyId":5,"SecretAccessKey":[]}',
            "the credentials of custom-process are not text",
        ),
        ('{"Version":1,"AccessKeyId":"a","SecretAccessKey":"s","SessionToken":1}', "not text"),
        ('{"Version":1,"AccessKeyId":"a","SecretAccessKey":"s","Expiration":[]}', "unexpected"),
        ('{"Version":1,"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"soon"}', "soon"),
        ("", "Expecting value"),
        ("[" * 100_000, "maximum recursion depth exceeded"),
    ],
    ids=lambda text: text[:40],
)
def test_a_process_that_prints_no_credentials_is_a_configuration_error(
    aws_home: Emulator, text: str, message: str
) -> None:
    path = aws_home.write("printed", text)
    with pytest.raises(ConfigurationError) as caught:
        resolve(aws_home.config(PROCESS.format(f"cat {path}")))
    assert message in caught.value.message


def test_a_response_without_a_required_field_is_an_error(
    aws_home: Emulator, aws: FakeServices
) -> None:
    aws.response = {"AccessKeyId": "a"}
    with pytest.raises(ConfigurationError, match="provider has no 'SecretAccessKey'"):
        resolve(aws_home.config(AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{aws.url}/container"))


REJECTED = "Received non 200 response 403 from container metadata"
CONTAINER_ERRORS = [
    ("AccessDenied: no role", f"{REJECTED}: AccessDenied: no role"),
    ('{"code": "NoId", "message": "no id"}', f"{REJECTED}: no id"),
    ('{"SecretAccessKey": "pl4nt3d"}', REJECTED),
    ('"SecretAccessKey": "pl4nt3d"}', REJECTED),
    ('["pl4nt3d"]', REJECTED),
    ('"' + "[" * 99_999, REJECTED),
]


@pytest.mark.parametrize(("body", "message"), CONTAINER_ERRORS)
def test_an_error_of_the_container_service_shows_no_credentials(
    aws_home: Emulator, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, body: str, message: str
) -> None:
    monkeypatch.setattr(ContainerMetadataFetcher, "SLEEP_TIME", 0)
    for _ in range(ContainerMetadataFetcher.RETRY_ATTEMPTS):
        endpoint.respond(403, body.encode())
    with pytest.raises(ConfigurationError) as caught:
        resolve(aws_home.config(AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{endpoint.url}/container"))
    assert caught.value.message.endswith(message)
    assert "pl4nt3d" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("response", [[], 1, "null", "[" * 5000, {"AccessKeyId": 1}])
def test_a_response_of_another_kind_is_an_error(
    aws_home: Emulator, aws: FakeServices, response: object
) -> None:
    aws.response = response
    with pytest.raises(ConfigurationError):
        resolve(aws_home.config(AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{aws.url}/container"))


def drip(released: Event) -> Responder:
    """A response that sends a byte well within each timeout, and does not end."""

    def respond(sock: socket.socket, _: Received) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not released.wait(0.02):
            sock.sendall(b"x")

    return respond


@pytest.mark.parametrize("dripping", ["token", "role", "credentials"])
def test_an_instance_metadata_service_that_drips_is_cut(endpoint: Endpoint, dripping: str) -> None:
    released = Event()
    for step in ("token", "role", "credentials"):
        if step == dripping:
            endpoint.respond_with(drip(released))
            break
        endpoint.respond(200, b"machine")
    fetcher = InstanceMetadataFetcher(
        env={}, config={"ec2_metadata_service_endpoint": endpoint.url}
    )
    limit_time(fetcher, seconds=0.2)
    assert fetcher.retrieve_iam_role_credentials() == {}
    released.set()


def test_the_chain_limits_the_time_of_instance_metadata(
    aws_home: Emulator, endpoint: Endpoint
) -> None:
    released = Event()
    endpoint.respond_with(drip(released))
    aws_home.set(AWS_EC2_METADATA_DISABLED="false", AWS_METADATA_SERVICE_TIMEOUT="1")
    config = aws_home.config(AWS_EC2_METADATA_SERVICE_ENDPOINT=endpoint.url)
    assert resolve(config) is None
    released.set()


def test_an_error_of_sts_is_a_service_error(aws_home: Emulator, aws: FakeServices) -> None:
    aws.reject = True
    text = f"[default]\n{STATIC}{ROLE}source_profile=default\n"
    with pytest.raises(ServiceError, match=r"AccessDenied.*AssumeRole.*not yours"):
        resolve(aws_home.config(text))


def test_an_error_of_sts_without_a_code_is_a_service_error(
    aws_home: Emulator, endpoint: Endpoint
) -> None:
    endpoint.respond(404, b"<AssumeRoleResponse/>", [])
    aws_home.set(AWS_ENDPOINT_URL_STS=endpoint.url, AWS_MAX_ATTEMPTS="1")
    text = f"[default]\n{STATIC}{ROLE}source_profile=default\n"
    with pytest.raises(ServiceError, match=r"\(Unknown\) when calling the AssumeRole operation"):
        resolve(aws_home.config(text))


def test_an_unreachable_provider_is_a_transport_error(aws_home: Emulator) -> None:
    text = f"[default]\n{STATIC}{ROLE}source_profile=default\n"
    aws_home.set(AWS_ENDPOINT_URL_STS="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1")
    with pytest.raises(TransportError, match="Could not connect to the endpoint URL") as caught:
        resolve(aws_home.config(text))
    assert caught.value.code == "EndpointConnectionError"


LOADED = """
import os, sys
from smrt.config.configuration import load
from smrt.config.credentials import resolve
print(resolve(load(os.environ, sys.argv[1])).source, "botocore" in sys.modules)
"""


@pytest.mark.parametrize(
    ("profile", "expected"),
    [("base", "config-file False"), ("role", "assume-role False"), ("sso", "sso False")],
)
def test_static_and_cached_credentials_load_no_botocore(
    aws_home: Emulator, aws: FakeServices, profile: str, expected: str
) -> None:
    sso = "sso_role_name=r\nsso_account_id=1\nsso_start_url=https://s\nsso_region=eu-west-1\n"
    text = f"[profile base]\n{STATIC}[profile role]\n{ROLE}source_profile=base\n"
    config = aws_home.config(f"{text}[profile sso]\n{sso}", profile)
    aws_home.write(
        f"sso/cache/{sha1(b'https://s').hexdigest()}.json",
        {"accessToken": "t", "expiresAt": in_seconds(3600)},
    )
    resolve(config)
    aws.calls.clear()
    command = [sys.executable, "-c", LOADED, profile]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected
    assert not aws.calls
