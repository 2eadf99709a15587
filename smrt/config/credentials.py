"""Who signs: keys of the environment or of a profile, roles and SSO from the AWS CLI's own cache.

The order is AWS CLI's; whatever is not found here goes through botocore, in `chain`.
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


def given(access_key: str | None, secret_key: str | None, token: str | None) -> Credentials | None:
    """The keys that a program names, None where it names none; ConfigurationError for one alone."""
    if access_key is None and secret_key is None:
        return None
    if access_key is None or secret_key is None:
        raise ConfigurationError(
            "Partial credentials found in explicit keywords",
            "give both aws_access_key_id and aws_secret_access_key",
        )
    return Credentials(access_key, secret_key, token)


def resolve(
    config: Config,
    settings: Settings = Settings(),  # noqa: B008 - a value: nobody can change it
    *,
    now: Callable[[], float] = time.time,
) -> Credentials | None:
    """Who signs, or None where there is nobody.

    Region, trust and timeouts of `settings` hold for the calls that have to be made, too.
    Raises ConfigurationError for a missing profile and for sources that fail, ServiceError where
    STS or SSO refuses, TransportError where they cannot be reached.
    """
    found = static(config, now=now)
    if found is None:
        from .credentials_cache import cached

        found = cached(config, now())
    if found is None:
        from . import botocore_chain as chain

        found = chain.load_credentials(config, settings)
    return found


def absent(config: Config | None = None) -> ConfigurationError:
    """What is raised where nobody signs; keys that `config` switches off are told of."""
    unheard = config is not None and config.explicit and "AWS_ACCESS_KEY_ID" in config.environ
    return ConfigurationError(
        "Unable to locate credentials.",
        *(["--profile switches the keys of the environment off; AWS_PROFILE does not"] * unheard),
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile",
        'to make a profile: "aws configure", "aws configure sso" or "aws login"',
        "to try a call without an account: smrt local run -- smrt invoke-endpoint ...",
        code="NoCredentials",
    )


def source(
    config: Config, settings: Settings, static_keys: Credentials | None = None
) -> Callable[[], Credentials | None]:
    """`resolve` for a client that has these settings, to be called whenever it needs credentials.

    `static_keys` are what `static` found before; those that expire are looked up again. Raises
    ConfigurationError where there are none, too.
    """

    def keys() -> Credentials:
        if static_keys is not None and static_keys.expires is None:
            return static_keys
        found = resolve(config, settings)
        if found is None:
            raise absent(config)
        return found

    return keys


def static(config: Config, *, now: Callable[[], float] = time.time) -> Credentials | None:
    """The keys that stand in the environment or the profile, None where something else goes first.

    Raises ConfigurationError for a missing profile and for keys that are incomplete.
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
    expires = epoch_seconds(environ.get("AWS_CREDENTIAL_EXPIRATION"))
    if expires is not None and expires <= now():
        raise ConfigurationError(
            "the credentials in the environment have expired",
            "AWS_CREDENTIAL_EXPIRATION tells when; set new keys, or unset it",
        )
    return Credentials(environ["AWS_ACCESS_KEY_ID"], secret_key, token, "env", expires)


def _profile(config: Config, section: Mapping[str, Any], source: str) -> Credentials:
    if _KEYS[1] not in section:
        from shlex import quote

        raise ConfigurationError(
            f"Partial credentials found in {source}, missing: {_KEYS[1]}",
            f"give both: aws configure --profile {quote(config.profile)}",
        )
    token = next((section[name] for name in _TOKENS if name in section), None)
    return Credentials(section[_KEYS[0]], section[_KEYS[1]], token, source)
