"""The AWS CLI's own cache of temporary credentials, ~/.aws/cli/cache, read without botocore.

A file is named by a hash of what was asked for, computed here as botocore's fetchers do it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .config import Config, home_path
from .credentials import seconds
from .message import Credentials

CACHE = "~/.aws/cli/cache"
MARGIN = 900
"""Seconds: credentials with less left are fetched anew, as botocore does."""


def cached(config: Config, now: float) -> Credentials | None:
    """The profile's role or SSO credentials, if they are in the cache and good at `now`."""
    merged = {**config.values, **config.stored}
    source, key = _source(config, merged)
    if key is None:
        return None
    return _read(Path(home_path(config.environ, f"{CACHE}/{key}.json")), source, now)


def _source(config: Config, profile: Mapping[str, Any]) -> tuple[str, str | None]:
    """The first of the chain's sources that is cached, and its file's name."""
    if "role_arn" in profile and "web_identity_token_file" not in profile:
        return "assume-role", assume_role_key(profile)
    if key := web_identity_key(config, profile):
        return "assume-role-with-web-identity", key
    return "sso", sso_key(config, profile)


def assume_role_key(profile: Mapping[str, Any]) -> str | None:
    """The name of the file for a profile's role; None unless one source of keys goes with it."""
    if ("source_profile" in profile) == ("credential_source" in profile):
        return None
    arguments = {
        "RoleArn": profile["role_arn"],
        "RoleSessionName": profile.get("role_session_name") or None,
        "ExternalId": profile.get("external_id"),
        "SerialNumber": profile.get("mfa_serial"),
        "DurationSeconds": _integer(profile.get("duration_seconds")),
    }
    return _hash(json.dumps(_given(arguments), sort_keys=True))


def web_identity_key(config: Config, profile: Mapping[str, Any]) -> str | None:
    """The name of the file for a role assumed with a token file, of environment or profile."""

    def setting(key: str, variable: str) -> Any:
        found = None if config.explicit else config.environ.get(variable)
        return profile.get(key) if found is None else found

    role = setting("role_arn", "AWS_ROLE_ARN")
    if not role or not setting("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        return None
    session = setting("role_session_name", "AWS_ROLE_SESSION_NAME") or None
    arguments = {"RoleArn": role, "RoleSessionName": session}
    return _hash(json.dumps(_given(arguments), sort_keys=True))


def sso_key(config: Config, profile: Mapping[str, Any]) -> str | None:
    """The name of the file for a profile of IAM Identity Center."""
    session = profile.get("sso_session")
    merged = {**profile, **(config.sso_sessions.get(session, {}) if session else {})}
    if not {"sso_role_name", "sso_account_id", "sso_start_url", "sso_region"} <= merged.keys():
        return None
    arguments = {"roleName": merged["sso_role_name"], "accountId": merged["sso_account_id"]}
    if session:
        arguments["sessionName"] = session
    else:
        arguments["startUrl"] = merged["sso_start_url"]
    return _hash(json.dumps(arguments, sort_keys=True, separators=(",", ":")))


def _read(path: Path, source: str, now: float) -> Credentials | None:
    try:
        found = json.loads(path.read_bytes())["Credentials"]
        expires = seconds(found["Expiration"])
        if expires is None or expires - now < MARGIN:
            return None
        return Credentials(
            found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], source, expires
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None  # botocore would fetch anew, and so it will


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _integer(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def _hash(text: str) -> str:
    from hashlib import sha1

    return sha1(text.encode()).hexdigest()  # noqa: S324 - a file's name, not a secret
