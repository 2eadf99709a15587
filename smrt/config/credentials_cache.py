"""AWS CLI's cache of temporary credentials, read and written without botocore.

The name of a file is a hash of the request's parameters, computed as in botocore.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from smrt.protocol.messages import Credentials

from .configuration import Config, epoch_seconds
from .paths import expanded, home_path

CACHE = "~/.aws/cli/cache"
LOGIN_CACHE = "~/.aws/login/cache"
MARGIN = 900
LOGIN_MARGIN = 300
"""Seconds; credentials that expire sooner are refreshed, as in botocore."""


_FIELDS = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")


class Cache:
    """The cache folder as a mapping, which botocore's fetchers use as their cache.

    A file that is empty, truncated or otherwise broken counts as absent, and is written anew.
    """

    def __init__(self, config: Config) -> None:
        self._folder = Path(home_path(config.environ, CACHE))

    def __contains__(self, key: str) -> bool:
        return self._entry(key) is not None

    def __getitem__(self, key: str) -> Any:
        entry = self._entry(key)
        if entry is None:
            raise KeyError(key)
        return entry

    def __setitem__(self, key: str, value: Mapping[str, Any]) -> None:
        """Save `value`, readable by its owner only; without effect if the folder is read-only."""
        text = json.dumps(value, default=_timestamp)
        with suppress(OSError):
            for folder in (*reversed(self._folder.parents), self._folder):
                folder.mkdir(mode=0o700, exist_ok=True)
            _write(self._path(key), text)

    def _entry(self, key: str) -> Any:
        document = _document(self._path(key))
        return None if _values(document, "Credentials", _FIELDS) is None else document

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"


def _write(path: Path, text: str) -> None:
    from tempfile import mkstemp

    descriptor, name = mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def _timestamp(moment: Any) -> str:
    text: str = moment.strftime("%Y-%m-%dT%H:%M:%S%Z")
    return text


def cached(config: Config, now: float) -> Credentials | None:
    """The profile's temporary credentials, if they are cached and valid at `now`."""
    merged = {**config.values, **config.stored}
    if "role_arn" in merged and "web_identity_token_file" not in merged:
        return _role(config, "assume-role", assume_role_key(merged), now)
    if key := web_identity_key(config, merged):
        return _role(config, "assume-role-with-web-identity", key, now)
    if "sso_role_name" in merged or "sso_account_id" in merged:
        return _role(config, "sso", sso_key(config, merged), now)
    if "login_session" in merged:
        return _login(config, str(merged["login_session"]), now)
    return None


def _role(config: Config, source: str, key: str | None, now: float) -> Credentials | None:
    if key is None:
        return None
    location = _Location(f"{CACHE}/{key}.json", "Credentials", _FIELDS, MARGIN)
    return _read(config, location, source, now)


def _login(config: Config, session: str, now: float) -> Credentials | None:
    from hashlib import sha256

    folder = expanded(config.environ, "AWS_LOGIN_CACHE_DIRECTORY", LOGIN_CACHE)
    fields = ("accessKeyId", "secretAccessKey", "sessionToken", "expiresAt")
    path = f"{folder}/{sha256(session.encode()).hexdigest()}.json"
    return _read(config, _Location(path, "accessToken", fields, LOGIN_MARGIN), "login", now)


def assume_role_key(profile: Mapping[str, Any]) -> str | None:
    """The cache key of a profile's role; None unless the profile has one credential source."""
    if ("source_profile" in profile) == ("credential_source" in profile):
        return None
    arguments = {
        "RoleArn": profile["role_arn"],
        "RoleSessionName": profile.get("role_session_name") or None,
        "ExternalId": profile.get("external_id"),
        "SerialNumber": profile.get("mfa_serial"),
        "DurationSeconds": _integer(profile.get("duration_seconds")),
    }
    return _hash(json.dumps(_without_none(arguments), sort_keys=True))


def web_identity_key(config: Config, profile: Mapping[str, Any]) -> str | None:
    """The cache key of a role with a web identity token file, from environment or profile."""

    def setting(key: str, variable: str) -> Any:
        value = None if config.explicit else config.environ.get(variable)
        return profile.get(key) if value is None else value

    role = setting("role_arn", "AWS_ROLE_ARN")
    if not role or not setting("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        return None
    session = setting("role_session_name", "AWS_ROLE_SESSION_NAME") or None
    arguments = {"RoleArn": role, "RoleSessionName": session}
    return _hash(json.dumps(_without_none(arguments), sort_keys=True))


def sso_key(config: Config, profile: Mapping[str, Any]) -> str | None:
    """The cache key of a profile with IAM Identity Center."""
    session = profile.get("sso_session")
    if session and session not in config.sso_sessions:
        return None  # botocore reports the error
    merged = {**profile, **(config.sso_sessions[session] if session else {})}
    if not {"sso_role_name", "sso_account_id", "sso_start_url", "sso_region"} <= merged.keys():
        return None
    arguments = {"roleName": merged["sso_role_name"], "accountId": merged["sso_account_id"]}
    if session:
        arguments["sessionName"] = session
    else:
        arguments["startUrl"] = merged["sso_start_url"]
    return _hash(json.dumps(arguments, sort_keys=True, separators=(",", ":")))


class _Location(NamedTuple):
    """The location of credentials: a JSON file, a key of its object, and the names of fields."""

    path: str
    key: str
    fields: tuple[str, str, str, str]
    margin: float


def _read(config: Config, location: _Location, source: str, now: float) -> Credentials | None:
    document = _document(Path(home_path(config.environ, location.path)))
    values = _values(document, location.key, location.fields)
    if values is None:
        return None  # botocore fetches them or reports the error
    access_key, secret_key, token, expires = values
    if expires - now < location.margin:
        return None
    return Credentials(access_key, secret_key, token, source, expires)


def _document(path: Path) -> Any:
    """The JSON in the file at `path`; None if it cannot be read or parsed."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _values(document: Any, key: str, fields: tuple[str, ...]) -> tuple[str, str, str, float] | None:
    """Access key, secret key, token and expiration in `document`; None unless all are valid."""
    section = document.get(key) if isinstance(document, dict) else None
    members = map(section.get, fields) if isinstance(section, dict) else ()
    values = [value for value in members if isinstance(value, str)]
    if len(values) < len(fields):
        return None
    access_key, secret_key, token, expiration = values
    expires = epoch_seconds(expiration)
    return None if expires is None else (access_key, secret_key, token, expires)


def _without_none(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _integer(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def _hash(text: str) -> str:
    from hashlib import sha1

    return sha1(text.encode()).hexdigest()  # noqa: S324 - a file's name, not a secret
