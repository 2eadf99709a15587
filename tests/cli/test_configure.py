"""`smrt configure list`: every setting, its value and its origin."""

from pathlib import Path

import pytest

from smrt.config import configuration
from smrt.config.setting_list import SETTINGS, Listed, listed_settings
from smrt.protocol.messages import Credentials
from tests.conftest import Smrt

CONFIG = """
[default]
region = eu-west-1
smrt_endpoint_name = iris
output = yaml
[profile other]
services = local
smrt_accept = text/csv
[services local]
s3 =
  endpoint_url = http://user:secret@localhost:9000
"""
STORED = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtn\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(CONFIG)
    (tmp_path / ".aws/credentials").write_text(STORED)
    return tmp_path


def listed(
    home: Path,
    environ: dict[str, str] | None = None,
    *,
    profile: str | None = None,
    region: str | None = None,
    loaded: Credentials | None = None,
) -> dict[str, Listed]:
    values = {"HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", **(environ or {})}
    config = configuration.load(values, profile)
    rows = listed_settings(config, region, lambda: loaded)
    return {row.name: row for row in rows}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, Listed("region", "eu-west-1", "config-file", "{home}/.aws/config")),
        ({"AWS_REGION": "r"}, Listed("region", "r", "env", "AWS_REGION")),
        ({"AWS_DEFAULT_REGION": "r"}, Listed("region", "r", "env", "AWS_DEFAULT_REGION")),
        ({}, Listed("output", "yaml", "config-file", "{home}/.aws/config")),
        ({"AWS_DEFAULT_OUTPUT": ""}, Listed("output", "", "env", "AWS_DEFAULT_OUTPUT")),
        ({}, Listed("max_attempts", "3", "default")),
        ({}, Listed("smrt_endpoint_name", "iris", "config-file", "{home}/.aws/config")),
        (
            {"SMRT_ENDPOINT_NAME": "rose"},
            Listed("smrt_endpoint_name", "rose", "env", "SMRT_ENDPOINT_NAME"),
        ),
        ({}, Listed("smrt_accept")),
        ({}, Listed("endpoint_url")),
        ({"AWS_ENDPOINT_URL": "http://a"}, Listed("endpoint_url", "http://a", "env", "AWS_END")),
        ({"PAGER": "more"}, Listed("cli_pager", "more", "env", "PAGER")),
        ({"PAGER": "more", "AWS_PAGER": ""}, Listed("cli_pager", "", "env", "AWS_PAGER")),
        ({"SSL_CERT_FILE": "/c"}, Listed("ca_bundle", "/c", "env", "SSL_CERT_FILE")),
        (
            {"https_proxy": "http://user:secret@p:1"},
            Listed("https_proxy", "http://***@p:1", "env", "https_proxy"),
        ),
        ({}, Listed("profile", "default", "default")),
        ({"AWS_PROFILE": "other"}, Listed("profile", "other", "env", "AWS_PROFILE")),
        (
            {"AWS_PROFILE": "other"},
            Listed("s3_endpoint_url", "http://localhost:9000", "config-file", "{home}/.aws/config"),
        ),
    ],
)
def test_a_setting_is_listed_with_its_origin(
    environ: dict[str, str], expected: Listed, home: Path
) -> None:
    row = listed(home, environ)[expected.name]
    assert row[:3] == expected[:3]
    location = str(expected.location).format(home=home)
    assert str(row.location).startswith(location)


def test_options_are_an_origin(home: Path) -> None:
    rows = listed(home, profile="other", region="r")
    assert rows["profile"] == Listed("profile", "other", "manual", "--profile")
    assert rows["region"] == Listed("region", "r", "manual", "--region")
    assert rows["smrt_accept"].value == "text/csv"


@pytest.mark.parametrize(
    ("access_key", "shown"),
    [("AKIAIOSFODNN7EXAMPLE", "****************MPLE"), ("local", "****************")],
)
def test_credentials_are_masked(access_key: str, shown: str, home: Path) -> None:
    rows = listed(home, loaded=Credentials(access_key, "wJalrXUtnFEMI", "token", "sso"))
    assert rows["access_key"] == Listed("access_key", shown, "sso")
    assert rows["secret_key"] == Listed("secret_key", "****************", "sso")


def test_every_variable_and_key_of_the_settings_is_read_somewhere(home: Path) -> None:
    """A setting that is set is listed with its own value."""
    for setting in SETTINGS:
        for variable in (*setting.variables, *setting.fallbacks):
            row = listed(home, {variable: "v"})[setting.name]
            assert row == Listed(setting.name, "v", "env", variable)


def test_the_list_is_a_table_in_a_pipe(smrt: Smrt, home: Path) -> None:
    ran = smrt("configure", "list", env={"HOME": str(home), "SMRT_ENDPOINT_NAME": "rose"})
    assert (ran.code, ran.err) == (0, "")
    header, *rows = ran.out.decode().splitlines()
    assert header.split() == ["NAME", "VALUE", "TYPE", "LOCATION"]
    assert ["smrt_endpoint_name", "rose", "env", "SMRT_ENDPOINT_NAME"] in map(str.split, rows)
    assert len({row.index(row.split()[1]) for row in rows}) == 1


def test_the_list_fits_a_narrow_terminal(smrt: Smrt, home: Path) -> None:
    environ = {"HOME": str(home), "AWS_REGION": "us-east-1"}
    ran = smrt("configure", "list", env=environ, terminal=True)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.decode().splitlines()
    assert max(len(line) for line in lines if " " in line.strip()) <= 80
    assert ["region", "us-east-1", "(env", "AWS_REGION)"] in map(str.split, lines)


def test_credentials_that_cannot_be_loaded_are_a_note(smrt: Smrt, home: Path) -> None:
    (home / ".aws/config").write_text("[profile broken]\ncredential_process = false\n")
    ran = smrt("configure", "list", "--profile", "broken", env={"HOME": str(home)})
    assert ran.code == 0
    assert ran.err.startswith("smrt: no credentials: ")
    assert ["access_key", "<not", "set>", "None", "None"] in map(
        str.split, ran.out.decode().splitlines()
    )


def test_a_missing_profile_is_reported(smrt: Smrt, home: Path) -> None:
    ran = smrt("configure", "list", "--profile", "nope", env={"HOME": str(home)})
    assert (ran.code, ran.out) == (253, b"")
    assert "The config profile (nope) could not be found" in ran.err
