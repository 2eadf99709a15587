"""Config and credentials files in many forms: smrt resolves the same values as botocore."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from botocore.configprovider import ConfiguredEndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from smrt.config.configuration import Config, check_profile, load, region
from smrt.config.connection_options import ConnectionOptions
from smrt.config.credentials import static
from smrt.config.settings import settings as resolve
from smrt.errors import ConfigurationError

NAMES = st.sampled_from(["default", "a", "with é"])
URLS = st.sampled_from(["http://one:1/x", "https://two.example", "http://[::1]:3"])
WORDS = st.sampled_from(["us-east-1", "eu-west-1", "AKIDX", "x = y", "standard", "true", "ü"])
SPACES = st.sampled_from(["", " ", "  ", "\t"])
COMMENTS = st.sampled_from(["", "# all of it\n", "; all of it\n", "\n", "  # indented\n"])
VALUES: dict[str, st.SearchStrategy[str]] = {
    "region": WORDS,
    "output": st.sampled_from(["json", "text", ""]),
    "aws_access_key_id": st.sampled_from(["AKIDA", "AKIDB", "AKID#C"]),
    "aws_secret_access_key": st.sampled_from(["secret", "with = equals", "with ; semicolon"]),
    "aws_session_token": WORDS,
    "aws_security_token": WORDS,
    "role_arn": st.just("arn:aws:iam::1:role/r"),
    "endpoint_url": URLS,
    "services": st.sampled_from(["mine", "other", "none"]),
    "max_attempts": st.sampled_from(["1", "7", " 3 "]),
    "retry_mode": st.sampled_from(["standard", "adaptive"]),
    "use_fips_endpoint": st.sampled_from(["true", "TRUE", "1", "false"]),
    "ignore_configured_endpoint_urls": st.sampled_from(["true", "false"]),
    "s3": st.sampled_from(["\n  a = b\n  c=d", "\n  region = nested", "\n  no equals", "plain"]),
    "sagemaker_runtime": URLS.map(lambda url: f"\n  endpoint_url = {url}"),
    "Region": WORDS,
}
ENVIRON = st.fixed_dictionaries(
    {},
    optional={
        "AWS_DEFAULT_REGION": st.sampled_from(["sa-east-1", ""]),
        "AWS_ACCESS_KEY_ID": st.sampled_from(["AKIDENV", ""]),
        "AWS_SECRET_ACCESS_KEY": st.sampled_from(["senv", ""]),
        "AWS_SESSION_TOKEN": st.sampled_from(["tenv", ""]),
        "AWS_ENDPOINT_URL": URLS | st.just(""),
        "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": URLS | st.just(""),
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": st.sampled_from(["true", "0"]),
        "AWS_MAX_ATTEMPTS": st.just("5"),
        "AWS_RETRY_MODE": st.just("adaptive"),
        "AWS_PROFILE": NAMES | st.just(""),
    },
)


@st.composite
def item(draw: st.DrawFn, key: str) -> str:
    equals = draw(SPACES) + draw(st.sampled_from("=:")) + draw(SPACES)
    return f"{draw(COMMENTS)}{key}{equals}{draw(VALUES[key])}{draw(SPACES)}\n"


@st.composite
def section(draw: st.DrawFn, header: str) -> str:
    keys = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=6, unique=True))
    if draw(st.booleans()):
        keys = [key for key in keys if not key.startswith("aws_")]
        keys += ["aws_access_key_id", "aws_secret_access_key"]
    items = [draw(item(key)) for key in keys]
    return f"{draw(COMMENTS)}[{header}]\n" + "".join(items)


def files(headers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    unique = st.lists(headers, min_size=1, max_size=5, unique=True)
    return unique.flatmap(lambda every: st.tuples(*map(section, every)).map("".join))


CONFIG = files(
    NAMES
    | NAMES.map('profile "{}"'.format)
    | NAMES.map("profile   {}".format)
    | st.sampled_from(["services mine", "services other", "sso-session a", "preview", "DEFAULT"])
    | st.sampled_from(['profile "open', "profile", "profile\tb", "profile a'b", "profile a b"])
)
STORED = st.just("") | files(NAMES)


def session_of(environ: dict[str, str], profile: str | None) -> Session:
    session = Session(profile=profile)
    session.set_config_variable("config_file", environ["AWS_CONFIG_FILE"])
    session.set_config_variable("credentials_file", environ["AWS_SHARED_CREDENTIALS_FILE"])
    return session


@given(CONFIG, STORED, ENVIRON, st.none() | NAMES)
def test_files_and_environment_are_resolved_as_by_botocore(
    text: str, stored: str, environ: dict[str, str], profile: str | None
) -> None:
    with TemporaryDirectory() as name:
        paths = {"AWS_CONFIG_FILE": f"{name}/c", "AWS_SHARED_CREDENTIALS_FILE": f"{name}/s"}
        Path(name, "c").write_text(text)
        Path(name, "s").write_text(stored)
        every = {**environ, **paths, "AWS_EC2_METADATA_DISABLED": "true", "HOME": name}
        with patch.dict(os.environ, every, clear=True):
            compare(every, profile)


def outcome(resolved: Callable[[], Any]) -> Any:
    """The result, or the message of the error."""
    try:
        return resolved()
    except (BotoCoreError, ConfigurationError) as exc:
        return str(exc).partition("config file:")[0]


def compare(environ: dict[str, str], profile: str | None) -> None:
    session = session_of(environ, profile)
    scoped = outcome(session.get_scoped_config)
    assert outcome(lambda: values(load(environ, profile))) == scoped
    if isinstance(scoped, str):
        return
    config = load(environ, profile)
    assert region(config) == as_text(session.get_config_variable("region"))
    if "role_arn" not in scoped:
        assert outcome(lambda: smrt_credentials(config)) == outcome(
            lambda: botocore_credentials(session)
        )
    expected = outcome(lambda: botocore_settings(session, scoped))
    assert outcome(lambda: smrt_settings(config)) == expected


def values(config: Config) -> dict[str, Any]:
    check_profile(config)
    return {**config.values, **config.stored}


def as_text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def smrt_credentials(config: Config) -> tuple[str | None, ...] | None:
    credentials = static(config)
    return credentials and credentials[:4]


def botocore_credentials(session: Session) -> tuple[str | None, ...] | None:
    credentials = session.get_credentials()
    if credentials is None:
        return None
    return credentials.access_key, credentials.secret_key, credentials.token, credentials.method


def smrt_settings(config: Config) -> tuple[Any, ...]:
    resolved = resolve(config, ConnectionOptions(region="r"))
    return resolved.endpoint_url, resolved.retry_mode, resolved.max_attempts, resolved.use_fips


def botocore_settings(session: Session, scoped: dict[str, Any]) -> tuple[Any, ...]:
    chain = ConfiguredEndpointProvider(session.full_config, scoped, "sagemaker-runtime")
    setting = session.get_config_variable
    url = None if setting("ignore_configured_endpoint_urls") else chain.provide()
    attempts = setting("max_attempts") or 3
    return url, setting("retry_mode"), attempts, bool(setting("use_fips_endpoint"))
