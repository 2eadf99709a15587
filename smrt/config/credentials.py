"""Credentials from the environment, from a profile, or for roles and SSO from AWS CLI's cache.

The precedence is AWS CLI's; all other providers are botocore's (see botocore_chain).
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-authentication.html#cli-chap-authentication-precedence
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from smrt.errors import ConfigurationError
from smrt.protocol.messages import Credentials, Settings

from .configuration import Config, check_profile, epoch_seconds

_KEYS = ("aws_access_key_id", "aws_secret_access_key")
_TOKENS = ("aws_security_token", "aws_session_token")


def explicit(
    access_key: str | None, secret_key: str | None, token: str | None
) -> Credentials | None:
    """Explicit credentials, None without any; raises ConfigurationError if one key is missing."""
    if access_key is None and secret_key is None:
        return None
    if access_key is None or secret_key is None:
        raise ConfigurationError(
            "Partial credentials found in explicit keywords",
            "set both aws_access_key_id and aws_secret_access_key",
        )
    return Credentials(access_key, secret_key, token)


def resolve(
    config: Config,
    settings: Settings = Settings(),  # noqa: B008 - it is immutable
    *,
    now: Callable[[], float] = time.time,
) -> Credentials | None:
    """Load credentials; returns None if no provider has any.

    Requests to providers use the region, CA bundle and timeouts of `settings`.
    Raises ConfigurationError for a missing profile or a failed provider, ServiceError if STS or SSO
    returns an error, TransportError if it cannot be reached.
    """
    credentials = static(config, now=now)
    if credentials is None:
        from .credentials_cache import cached

        credentials = cached(config, now())
    if credentials is None:
        from . import botocore_chain as chain

        credentials = chain.load_credentials(config, settings)
    return credentials


def missing(config: Config | None = None) -> ConfigurationError:
    """The error for missing credentials; a hint names those that `config` disables."""
    disabled = config is not None and config.explicit and "AWS_ACCESS_KEY_ID" in config.environ
    return ConfigurationError(
        "Unable to locate credentials.",
        *(
            ["--profile disables the credentials in the environment; AWS_PROFILE does not"]
            * disabled
        ),
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a profile (--profile)",
        'to create a profile: "aws configure", "aws configure sso" or "aws login"',
        "to try a call without an account: smrt local run -- smrt invoke-endpoint ...",
        code="NoCredentials",
    )


def loader(
    config: Config, settings: Settings, static_credentials: Credentials | None = None
) -> Callable[[], Credentials | None]:
    """Return a function that calls `resolve` with this configuration.

    `static_credentials` are the result of `static`; credentials that expire are resolved again.
    The function raises ConfigurationError if there are no credentials.
    """

    def load() -> Credentials:
        if static_credentials is not None and static_credentials.expires is None:
            return static_credentials
        credentials = resolve(config, settings)
        if credentials is None:
            raise missing(config)
        return credentials

    return load


def static(config: Config, *, now: Callable[[], float] = time.time) -> Credentials | None:
    """Credentials in the environment or profile, None if another provider takes precedence.

    Raises ConfigurationError for a missing profile or incomplete credentials.
    """
    check_profile(config)
    if not config.explicit and config.environ.get("AWS_ACCESS_KEY_ID"):
        return _environment(config.environ, now)
    if not config.explicit and config.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
        return None
    merged = {**config.values, **config.stored}
    if _BEFORE_STORED.intersection(merged):
        return None
    if _KEYS[0] in config.stored:
        return _profile(config, config.stored, "shared-credentials-file")
    if not _BEFORE_VALUES.intersection(merged) and _KEYS[0] in config.values:
        return _profile(config, config.values, "config-file")
    return None


_BEFORE_STORED = {"role_arn", "web_identity_token_file", "sso_role_name", "sso_account_id"}
_BEFORE_VALUES = {"login_session", "credential_process"}


def _environment(environ: Mapping[str, str], now: Callable[[], float]) -> Credentials:
    secret_key = environ.get("AWS_SECRET_ACCESS_KEY")
    if not secret_key:
        message = "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY"
        raise ConfigurationError(message, "set it, or unset AWS_ACCESS_KEY_ID")
    token = environ.get("AWS_SESSION_TOKEN") or environ.get("AWS_SECURITY_TOKEN") or None
    expires = _expiration(environ.get("AWS_CREDENTIAL_EXPIRATION"))
    if expires is not None and expires <= now():
        raise ConfigurationError(
            "the credentials in the environment have expired",
            "set new ones, or unset AWS_CREDENTIAL_EXPIRATION if it is wrong",
        )
    return Credentials(environ["AWS_ACCESS_KEY_ID"], secret_key, token, "env", expires)


def _expiration(text: str | None) -> float | None:
    """Parse the time as botocore does, which accepts more formats than ISO 8601."""
    if not text:
        return None
    seconds = epoch_seconds(text)
    if seconds is not None:
        return seconds
    from dateutil.parser import parse

    try:
        return epoch_seconds(parse(text).isoformat())
    except (ValueError, OverflowError) as exc:
        raise ConfigurationError(
            str(exc),
            "it comes from the environment variable AWS_CREDENTIAL_EXPIRATION",
            "write it as in ISO 8601: 2030-12-31T23:59:59Z",
        ) from exc


def _profile(config: Config, section: Mapping[str, Any], source: str) -> Credentials:
    if _KEYS[1] not in section:
        from shlex import quote

        raise ConfigurationError(
            f"Partial credentials found in {source}, missing: {_KEYS[1]}",
            f"set both: aws configure --profile {quote(config.profile)}",
        )
    token = next((section[name] for name in _TOKENS if name in section), None)
    return Credentials(section[_KEYS[0]], section[_KEYS[1]], token, source)
