"""The settings of a call: their precedence and errors."""

import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from smrt.client.boto3_client import Client
from smrt.config.connection_options import (
    LONGEST_TIMEOUT,
    ConnectionOptions,
    endpoint_url_option,
    timeout,
    wait_ready_seconds,
)
from smrt.config.settings import settings, user_agent
from smrt.errors import ConfigurationError, ExitCode, SmrtError, UsageError
from smrt.protocol.messages import DEFAULT_TIMEOUT
from tests.config.test_configuration import configured

SERVICE = "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"
URL_LINES = "endpoint_url=http://profile\nservices=s\n"
SERVICES = "[services s]\nsagemaker_runtime =\n  endpoint_url = http://services\n"


@pytest.mark.parametrize(
    ("environ", "option", "expected"),
    [
        ({}, None, "of-profile"),
        ({"AWS_DEFAULT_REGION": "of-default"}, None, "of-default"),
        ({"AWS_DEFAULT_REGION": "of-default", "AWS_REGION": "of-env"}, None, "of-env"),
        ({"AWS_REGION": "of-env"}, "of-option", "of-option"),
        ({"AWS_REGION": ""}, None, ""),
    ],
)
def test_the_first_configured_region_is_used(
    tmp_path: Path, environ: dict[str, str], option: str | None, expected: str
) -> None:
    config = configured(tmp_path, "[default]\nregion = of-profile\n", **environ)
    assert settings(config, ConnectionOptions(region=option)).region == expected


@pytest.mark.parametrize("sign", [True, False])
def test_a_missing_region_is_an_error_with_a_hint(tmp_path: Path, *, sign: bool) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings(configured(tmp_path), ConnectionOptions(sign=sign))
    assert caught.value.sentence == (
        "An error occurred (NoRegion): You must specify a region. You can also configure your "
        'region by running "aws configure".'
    )
    assert "--region" in caught.value.hints[0]


def test_a_fips_region_is_the_plain_region_with_fips_enabled(tmp_path: Path) -> None:
    resolved = settings(configured(tmp_path), ConnectionOptions(region="fips-us-east-1"))
    assert (resolved.region, resolved.use_fips) == ("us-east-1", True)


@pytest.mark.parametrize(
    ("environ", "lines", "expected"),
    [
        ({}, "", None),
        ({}, "endpoint_url=http://profile", "http://profile"),
        ({}, "endpoint_url=", None),
        ({}, URL_LINES, "http://services"),
        ({}, URL_LINES.replace("=s", "=flat"), "http://profile"),
        ({"AWS_ENDPOINT_URL": "http://global"}, URL_LINES, "http://global"),
        ({"AWS_ENDPOINT_URL": "http://global", SERVICE: ""}, URL_LINES, "http://global"),
        ({"AWS_ENDPOINT_URL": "http://global", SERVICE: "http://own"}, URL_LINES, "http://own"),
        ({SERVICE: "http://own", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"}, "", None),
        ({SERVICE: "http://own"}, "ignore_configured_endpoint_urls=true", None),
        ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "services=none", None),
    ],
)
def test_the_first_configured_endpoint_url_is_used(
    tmp_path: Path, environ: dict[str, str], lines: str, expected: str | None
) -> None:
    text = f"[default]\n{lines}\n{SERVICES}[services flat]\nsagemaker_runtime = text\n"
    config = configured(tmp_path, text, **environ)
    assert settings(config, ConnectionOptions(region="r")).endpoint_url == expected
    assert (
        settings(config, ConnectionOptions(region="r", endpoint_url="HTTP://o")).endpoint_url
        == "HTTP://o"
    )


@pytest.mark.parametrize(
    ("environ", "lines", "field", "expected"),
    [
        ({}, "", "max_attempts", 3),
        ({}, "max_attempts=2", "max_attempts", 2),
        ({"AWS_MAX_ATTEMPTS": " 1_0 "}, "max_attempts=2", "max_attempts", 10),
        ({}, "retry_mode=adaptive", "retry_mode", "adaptive"),
        ({"AWS_RETRY_MODE": "standard"}, "retry_mode=adaptive", "retry_mode", "standard"),
        ({"AWS_USE_FIPS_ENDPOINT": "True"}, "", "use_fips", True),
        ({"AWS_USE_FIPS_ENDPOINT": "1"}, "use_fips_endpoint=true", "use_fips", False),
        ({}, "use_dualstack_endpoint=true", "use_dualstack", True),
        ({}, "parameter_validation=false", "validate", False),
        ({}, "parameter_validation=True", "validate", True),
        ({}, "", "ca_bundle", None),
        ({"REQUESTS_CA_BUNDLE": "r"}, "", "ca_bundle", "r"),
        ({"REQUESTS_CA_BUNDLE": "r"}, "ca_bundle=p", "ca_bundle", "p"),
        ({"AWS_CA_BUNDLE": "e"}, "ca_bundle=p", "ca_bundle", "e"),
        ({"SSL_CERT_FILE": "f", "SSL_CERT_DIR": "d"}, "", "ca_bundle", "f"),
        ({"SSL_CERT_FILE": "", "SSL_CERT_DIR": "d"}, "", "ca_bundle", "d"),
        ({"SSL_CERT_DIR": ""}, "", "ca_bundle", None),
        ({"SSL_CERT_DIR": os.pathsep.join(("d", os.curdir, "e"))}, "", "ca_bundle", os.curdir),
        ({"SSL_CERT_FILE": "f", "REQUESTS_CA_BUNDLE": "r"}, "", "ca_bundle", "r"),
        ({"SSL_CERT_FILE": "f"}, "ca_bundle=p", "ca_bundle", "p"),
        ({"SSL_CERT_FILE": "f", "AWS_CA_BUNDLE": "e"}, "", "ca_bundle", "e"),
        ({"HTTPS_PROXY": "http://big"}, "", "https_proxy", "http://big"),
        ({"HTTPS_PROXY": "http://big", "https_proxy": ""}, "", "https_proxy", None),
        ({"no_proxy": "a", "NO_PROXY": "b"}, "", "no_proxy", "a"),
        ({}, "read_timeout=5", "read_timeout", DEFAULT_TIMEOUT),
    ],
)
def test_the_first_configured_setting_is_used(
    tmp_path: Path, environ: dict[str, str], lines: str, field: str, expected: object
) -> None:
    config = configured(tmp_path, f"[default]\n{lines}\n", **environ)
    assert getattr(settings(config, ConnectionOptions(region="r")), field) == expected


def test_options_become_settings_unchanged(tmp_path: Path) -> None:
    config = configured(tmp_path, AWS_CA_BUNDLE="")
    options = ConnectionOptions(
        region="r",
        sign=False,
        verify=False,
        connect_timeout=timeout("connect", "3"),
        read_timeout=0.5,
        retry_timeouts=True,
        wait_ready=wait_ready_seconds("600"),
    )
    resolved = settings(config, options)
    assert (resolved.sign, resolved.verify, resolved.retry_timeouts) == (False, False, True)
    assert (resolved.connect_timeout, resolved.read_timeout, resolved.ca_bundle) == (3, 0.5, None)
    assert resolved.wait_ready == 600
    assert (
        settings(configured(tmp_path), ConnectionOptions(region="r", ca_bundle="o")).ca_bundle
        == "o"
    )


INVALID = [
    ({"AWS_REGION": "us_bad!"}, "", "Provided region_name 'us_bad!' doesn't match", "AWS_REGION"),
    ({"AWS_DEFAULT_REGION": "-x"}, "", "Provided region_name '-x'", "AWS_DEFAULT_REGION"),
    ({}, "region=a.b", "Provided region_name 'a.b'", "region in the profile default of"),
    (
        {"AWS_MAX_ATTEMPTS": "0"},
        "region=r",
        'Value provided to "max_attempts": 0 must be an integer greater than or equal to one.',
        "AWS_MAX_ATTEMPTS",
    ),
    (
        {},
        "region=r\nmax_attempts=abc",
        "invalid literal for int() with base 10: 'abc'",
        "max_attempts in the profile default of",
    ),
    (
        {"AWS_RETRY_MODE": "legacy"},
        "region=r",
        'Invalid value provided to "mode": "legacy" must be one of: "standard" or "adaptive"',
        "AWS_RETRY_MODE",
    ),
    ({"AWS_ENDPOINT_URL": "foo"}, "region=r", "Invalid endpoint: foo", "AWS_ENDPOINT_URL"),
    ({}, "region=r\nendpoint_url=foo", "Invalid endpoint: foo", "endpoint_url in the profile"),
    (
        {},
        "region=r\nservices=zz",
        'use the services section but the "zz" services configuration does not exist.',
        "add a section [services zz]",
    ),
    (
        {},
        "region=r\nservices=s\n[services s]\nsagemaker_runtime=\n  endpoint_url=foo",
        "Invalid endpoint: foo",
        "a services section",
    ),
    ({}, "cli_timestamp_format=bogus", "Unknown cli_timestamp_format value: bogus", "comes from"),
]


@pytest.mark.parametrize(("environ", "lines", "message", "hint"), INVALID)
def test_invalid_configuration_is_reported_with_its_origin(
    tmp_path: Path, environ: dict[str, str], lines: str, message: str, hint: str
) -> None:
    config = configured(tmp_path, f"[default]\n{lines}\n", **environ)
    with pytest.raises(ConfigurationError) as caught:
        settings(config)
    assert message in caught.value.message
    assert hint in caught.value.hints[-1]


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (
            partial(endpoint_url_option, "x"),
            'Bad value for --endpoint-url "x": scheme is missing.  Must be of',
        ),
        (partial(endpoint_url_option, "localhost:1"), "scheme is missing"),
        (partial(endpoint_url_option, "ftp://x"), "Not supported URL scheme ftp"),
        (partial(timeout, "read", "abc"), "invalid literal for int() with base 10: 'abc'"),
        (partial(timeout, "connect", "1.5"), "invalid literal for int() with base 10: '1.5'"),
        (
            partial(timeout, "read", "-1"),
            "Attempted to set read timeout to -1, but the timeout cannot",
        ),
        (
            partial(timeout, "connect", float("nan")),
            "Attempted to set connect timeout to nan",
        ),
        (partial(wait_ready_seconds, "soon"), "could not convert string to float: 'soon'"),
        (partial(wait_ready_seconds, "-1"), "--wait-ready cannot be -1"),
        (partial(wait_ready_seconds, "nan"), "--wait-ready cannot be nan"),
    ],
)
def test_an_invalid_option_is_a_usage_error(check: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        check()
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ConnectionOptions(region="us_bad!"),
            "Provided region_name 'us_bad!' doesn't match a supported format.",
        ),
        (
            ConnectionOptions(ca_bundle=" "),
            "Invalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE",
        ),
    ],
)
def test_an_invalid_region_or_ca_bundle_option_is_a_usage_error(
    tmp_path: Path, options: ConnectionOptions, message: str
) -> None:
    config = configured(tmp_path, "[default]\nregion=r\n")
    with pytest.raises(UsageError) as caught:
        settings(config, options)
    assert message in caught.value.message


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_an_empty_ca_bundle_is_an_error(tmp_path: Path, variable: str) -> None:
    with pytest.raises(ConfigurationError, match="Invalid CA bundle") as caught:
        settings(configured(tmp_path, **{variable: " "}), ConnectionOptions(region="r"))
    assert caught.value.hints == (f"it comes from the environment variable {variable}",)


def test_an_empty_ca_bundle_in_a_profile_is_reported_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings(configured(tmp_path, "[default]\nca_bundle =\n"), ConnectionOptions(region="r"))
    assert "it comes from ca_bundle in the profile default of" in caught.value.hints[0]


def test_a_timestamp_format_is_checked_before_the_profile(tmp_path: Path) -> None:
    config = configured(tmp_path, "[profile p]\ncli_timestamp_format=bogus\n", profile="p")
    with pytest.raises(ConfigurationError, match="cli_timestamp_format"):
        settings(config)


@pytest.mark.parametrize(("url", "expected"), [("x", UsageError), (None, ConfigurationError)])
def test_options_are_checked_before_the_configuration(
    tmp_path: Path, url: str | None, expected: type[SmrtError]
) -> None:
    path = tmp_path / "config"
    path.write_text("[default]\ncli_timestamp_format=bogus\n", encoding="utf-8")
    environ = {"HOME": str(tmp_path), "AWS_CONFIG_FILE": str(path)}
    with pytest.raises(expected):
        Client(endpoint_url=url, environ=environ)


def test_a_missing_profile_is_reported_before_the_region(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"The config profile \(nope\) could not"):
        settings(configured(tmp_path, profile="nope"))


@pytest.mark.parametrize("kind", ["connect", "read"])
@pytest.mark.parametrize("value", ["99999999999999", "9" * 40, 1e300])
def test_a_timeout_that_sockets_do_not_support_is_an_error(kind: str, value: str | float) -> None:
    with pytest.raises(SmrtError) as caught:
        timeout(kind, value)
    assert caught.value.exit_code == ExitCode.GENERAL
    assert caught.value.message == (
        "An HTTP Client raised an unhandled exception: timestamp out of range for platform time_t"
    )
    assert caught.value.hints == (f"--cli-{kind}-timeout 0 waits without end",)


def test_the_longest_timeout_is_supported_by_sockets() -> None:
    with socket.socket() as sock:
        sock.settimeout(timeout("connect", str(LONGEST_TIMEOUT)))


def test_a_timeout_has_a_default() -> None:
    assert timeout("read", None) == DEFAULT_TIMEOUT
    assert timeout("read", None, 70.0) == 70


@pytest.mark.parametrize(
    ("environ", "parts"),
    [
        ({}, []),
        ({"AWS_EXECUTION_ENV": "CloudShell", "AWS_SDK_UA_APP_ID": ""}, ["exec-env/CloudShell"]),
        ({"AWS_SDK_UA_APP_ID": "a b\r\n" + "c" * 54}, ["app/a-b--" + "c" * 54]),
    ],
)
def test_the_user_agent_has_the_app_id_and_the_execution_environment(
    tmp_path: Path, environ: dict[str, str], parts: list[str]
) -> None:
    words = user_agent(configured(tmp_path, **environ)).split(" ")
    assert words[0].startswith("smrt/")
    assert [word for word in words if word.startswith(("exec-env/", "app/"))] == parts
    assert "cfg/retry-mode#standard" in words
