"""Credentials and region that take more than two strings: AWS's whole chain, run by botocore.

Botocore is imported when one of its functions is called, and reads the process's own environment.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from shlex import quote
from typing import Any

from smrt.errors import ConfigurationError, ServiceError, TransportError
from smrt.protocol.messages import Credentials, Settings
from smrt.protocol.redaction import cause

from .configuration import Config
from .configuration import region as configured_region
from .credentials_cache import Cache
from .profiles import Section


def load_credentials(config: Config, settings: Settings) -> Credentials | None:
    """The first credentials that AWS's chain gives, fetched; None where it gives none."""
    with _translated(config):
        from botocore.credentials import create_credential_resolver

        where = settings.region or configured_region(config) or metadata_region(config)
        found_by = session(config, where, settings)
        chain = create_credential_resolver(found_by, cache=Cache(config), region_name=where)
        # botocore's own prompter falls back to stdin, which may be the request's body
        chain.get_provider("assume-role")._prompter = ask_mfa_code  # noqa: SLF001 - there is no other way in
        with silence(verify=settings.verify):
            found = chain.load_credentials()
            return None if found is None else _frozen(found)


def metadata_region(config: Config) -> str | None:
    """The region of the machine, told by its instance metadata; None if there is none."""
    if config.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return None
    with _translated(config):
        from botocore.utils import IMDSRegionProvider

        found: str | None = IMDSRegionProvider(session(config, None)).provide()
        return found


def ask_mfa_code(prompt: str) -> str:
    """The answer to `prompt`, typed unseen on the terminal; ConfigurationError without one."""
    if not _has_terminal():
        raise ConfigurationError(
            "the role needs an MFA code, and there is no terminal to ask for it on",
            "run it once on a terminal: the credentials are kept for the next calls",
        )
    from getpass import getpass

    from smrt.protocol.visible import visible

    try:
        return getpass(visible(prompt))
    except EOFError as exc:
        raise ConfigurationError("the role needs an MFA code, and none was given") from exc


def _has_terminal() -> bool:
    """Whether getpass finds a terminal: the process's own, or stdin."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return os.isatty(0)
    return True


def session(
    config: Config,
    region: str | None,
    settings: Settings = Settings(),  # noqa: B008 - a value: nobody can change it
) -> Any:
    """A session of botocore that finds what AWS CLI would find, and waits as long."""
    from botocore.config import Config as ClientConfig
    from botocore.configprovider import ConstantProvider
    from botocore.session import Session

    made = Session()
    store = made.get_component("config_store")
    store.set_config_provider("config_file", ConstantProvider(config.config_path))
    store.set_config_provider("credentials_file", ConstantProvider(config.credentials_path))
    name = config.profile if config.named else None
    store.set_config_provider("profile", ConstantProvider(name))
    if config.explicit:  # as an instance variable it switches the environment's credentials off
        made.set_config_variable("profile", config.profile)
    if region is not None:
        made.set_config_variable("region", region)
    if not settings.verify:
        store.set_config_provider("ca_bundle", ConstantProvider(False))
    elif settings.ca_bundle is not None:
        made.set_config_variable("ca_bundle", settings.ca_bundle)
    connect, read = settings.connect_timeout or None, settings.read_timeout or None
    made.set_default_client_config(ClientConfig(connect_timeout=connect, read_timeout=read))
    return made


@contextmanager
def silence(*, verify: bool) -> Iterator[None]:
    """Without urllib3's warning of what was asked for: whoever asked is warned already."""
    if verify:
        yield
        return
    import warnings

    from urllib3.exceptions import InsecureRequestWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureRequestWarning)
        yield


def _frozen(found: Any) -> Credentials:
    """The keys as they are now: this is where roles are assumed and tokens refreshed."""
    keys = found.get_frozen_credentials()
    expiry = getattr(found, "_expiry_time", None)
    expires = None if expiry is None else expiry.timestamp()
    return Credentials(keys.access_key, keys.secret_key, keys.token, found.method, expires)


@contextmanager
def _translated(config: Config) -> Iterator[None]:
    """Botocore's failures as ours."""
    from botocore import exceptions as foreign

    try:
        yield
    except foreign.ClientError as exc:
        raise ServiceError(exc.response, exc.operation_name) from exc
    except (foreign.HTTPClientError, foreign.ConnectionError) as exc:
        raise TransportError(str(exc), code=type(exc).__name__) from cause(exc)
    except foreign.BotoCoreError as exc:
        raise ConfigurationError(str(exc), *_remedies(config, exc)) from cause(exc)
    except KeyError as exc:
        raise ConfigurationError(f"the answer of the credentials' source lacks {exc}") from exc
    except (OSError, ValueError, RuntimeError) as exc:
        # a program, a token file or an answer that is not there, or not what it should be
        raise ConfigurationError(f"the credentials cannot be had: {exc}") from cause(exc)


def _remedies(config: Config, exc: Exception) -> list[str]:
    """The command that mends it, where there is one."""
    from botocore import exceptions as foreign

    for command, names in _LOGINS.items():
        classes = tuple(getattr(foreign, name) for name in names if hasattr(foreign, name))
        if isinstance(exc, classes):
            name = _profile_with(config, command + "_")
            words = "sso login" if command == "sso" else command
            return [f"log in again: aws {words} --profile {quote(name)}"]
    return []


_LOGINS = {"sso": ("SSOError", "TokenRetrievalError"), "login": ("LoginError",)}
"""Exceptions that mean a login is over, by name: older versions of botocore lack some."""


def _profile_with(config: Config, prefix: str) -> str:
    """The profile, or the one that it takes its credentials from, with keys that begin so."""

    def merged(name: str) -> Section:
        return {**config.profiles.get(name, {}), **config.stored_profiles.get(name, {})}

    names = [config.profile]
    while (source := merged(names[-1]).get("source_profile")) not in (None, *names):
        names.append(str(source))
    fitting = (name for name in names if any(key.startswith(prefix) for key in merged(name)))
    return next(fitting, config.profile)
