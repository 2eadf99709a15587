"""Credentials and region from botocore: the sources that need requests or programs.

Botocore is imported on first use; it reads the process's own environment.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from shlex import quote
from typing import TYPE_CHECKING, Any

from smrt.errors import ConfigurationError, ServiceError, SmrtError, TransportError
from smrt.protocol.certificates import certificate_hints
from smrt.protocol.messages import Credentials, Settings
from smrt.protocol.redaction import cause, without_credentials

from .configuration import Config
from .configuration import region as configured_region
from .credentials_cache import Cache
from .instance_metadata import limit_time
from .marked_files import full_config, is_marked, set_parsers
from .profiles import Section

if TYPE_CHECKING:
    from ssl import SSLContext


def load_credentials(config: Config, settings: Settings) -> Credentials | None:
    """Load the first credentials of AWS's provider chain; None if it has none."""
    with _translated(config):
        from botocore.credentials import create_credential_resolver

        region = settings.region or configured_region(config) or metadata_region(config)
        botocore_session = session(config, region, settings)
        resolver = create_credential_resolver(
            botocore_session, cache=Cache(config), region_name=region
        )
        if is_marked(config):
            set_parsers(resolver, config)
        # botocore's own prompter falls back to stdin, which may be the request's body
        resolver.get_provider("assume-role")._prompter = ask_mfa_code  # noqa: SLF001 - there is no public way
        limit_time(resolver.get_provider("iam-role")._role_fetcher)  # noqa: SLF001 - likewise
        with silence(verify=settings.verify):
            credentials = resolver.load_credentials()
            return None if credentials is None else _frozen(credentials)


def metadata_region(config: Config) -> str | None:
    """The region of the EC2 instance, from its metadata; None elsewhere."""
    if config.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return None
    with _translated(config):
        from botocore.utils import IMDSRegionProvider

        provider = IMDSRegionProvider(session(config, None))
        limit_time(provider._get_fetcher())  # noqa: SLF001 - there is no public way
        region: str | None = provider.provide()
        return region


def ask_mfa_code(prompt: str) -> str:
    """Prompt for an MFA code on the terminal; raises ConfigurationError without a terminal."""
    if not _has_terminal():
        raise ConfigurationError(
            "the role requires an MFA code, but there is no terminal to enter it",
            "run the command once in a terminal: later calls use the cached credentials",
        )
    from getpass import getpass

    from smrt.protocol.visible import visible

    try:
        return getpass(visible(prompt))
    except EOFError as exc:
        raise ConfigurationError("the role requires an MFA code, but none was entered") from exc


def _has_terminal() -> bool:
    """Whether getpass has a terminal to read from: the process's own, or stdin."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return os.isatty(0)
    return True


def session(
    config: Config,
    region: str | None,
    settings: Settings = Settings(),  # noqa: B008 - it is immutable
) -> Any:
    """A botocore session with the configuration and timeouts of AWS CLI."""
    from botocore.config import Config as ClientConfig
    from botocore.configprovider import ConstantProvider
    from botocore.session import Session

    botocore_session = Session()
    store = botocore_session.get_component("config_store")
    store.set_config_provider("config_file", ConstantProvider(config.config_path))
    store.set_config_provider("credentials_file", ConstantProvider(config.credentials_path))
    if is_marked(config):
        botocore_session._config = full_config(config)  # noqa: SLF001 - there is no public way
    name = config.profile if config.named else None
    store.set_config_provider("profile", ConstantProvider(name))
    if config.explicit:  # as an instance variable it disables the environment's credentials
        botocore_session.set_config_variable("profile", config.profile)
    if region is not None:
        botocore_session.set_config_variable("region", region)
    if not settings.verify:
        store.set_config_provider("ca_bundle", ConstantProvider(False))
    elif settings.ca_bundle is not None:
        botocore_session.set_config_variable("ca_bundle", settings.ca_bundle)
        if os.path.isdir(settings.ca_bundle):
            _trust_folder(botocore_session, settings.ca_bundle)
    connect, read = settings.connect_timeout or None, settings.read_timeout or None
    botocore_session.set_default_client_config(
        ClientConfig(connect_timeout=connect, read_timeout=read)
    )
    return botocore_session


def trust(client: Any, context: "SSLContext") -> None:
    """Make a botocore client use `context`, without botocore's own CA certificates."""
    if not client.meta.endpoint_url.startswith("https:"):
        return
    http = client._endpoint.http_session  # noqa: SLF001 - there is no public way
    http._manager.connection_pool_kw["ssl_context"] = context  # noqa: SLF001 - likewise
    http._get_ssl_context = lambda: context  # noqa: SLF001 - likewise, through a proxy
    http._setup_ssl_cert = _require  # noqa: SLF001 - it would add botocore's own roots


def _require(connections: Any, *_: object) -> None:
    connections.cert_reqs = "CERT_REQUIRED"


def _trust_folder(botocore_session: Any, folder: str) -> None:
    """Make the session's clients trust a folder of CA certificates, which botocore cannot read."""
    from ssl import create_default_context

    context, create = create_default_context(capath=folder), botocore_session.create_client

    def create_client(*args: Any, **kwargs: Any) -> Any:
        client = create(*args, **kwargs)
        trust(client, context)
        return client

    botocore_session.create_client = create_client


@contextmanager
def silence(*, verify: bool) -> Iterator[None]:
    """Suppress urllib3's warning about disabled verification: smrt prints its own."""
    if verify:
        yield
        return
    import warnings

    from urllib3.exceptions import InsecureRequestWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureRequestWarning)
        yield


def _frozen(credentials: Any) -> Credentials:
    """The current credentials; botocore assumes roles and refreshes tokens here."""
    frozen = credentials.get_frozen_credentials()
    values = (frozen.access_key, frozen.secret_key, frozen.token or "")
    if not all(isinstance(value, str) for value in values):
        raise ConfigurationError(f"the credentials of {credentials.method} are not text")
    expiry = getattr(credentials, "_expiry_time", None)
    expires = None if expiry is None else expiry.timestamp()
    return Credentials(
        frozen.access_key, frozen.secret_key, frozen.token, credentials.method, expires
    )


@contextmanager
def _translated(config: Config) -> Iterator[None]:
    """Raise smrt's errors instead of botocore's."""
    from botocore import exceptions as foreign

    try:
        yield
    except SmrtError:
        raise
    except foreign.ClientError as exc:
        raise ServiceError.from_client_error(exc) from exc
    except (foreign.HTTPClientError, foreign.ConnectionError) as exc:
        hints = certificate_hints(str(exc))
        raise TransportError(str(exc), *hints, code=type(exc).__name__) from cause(exc)
    except foreign.BotoCoreError as exc:
        message = without_credentials(str(exc))
        raise ConfigurationError(message, *_remedies(config, exc)) from cause(exc)
    except Exception as exc:  # noqa: BLE001 - botocore does not check what providers return
        # a program, a token file or a response that is missing or invalid
        logins = _login_hints(config, "sso")
        raise ConfigurationError(_reason(config, exc), *logins) from cause(exc)


def _reason(config: Config, exc: Exception) -> str:
    """The reason for an exception that is not botocore's own."""
    if isinstance(exc, KeyError):
        is_file = bool(_HASH.fullmatch(str(exc)))  # the key of a cache: its file cannot be parsed
        return (
            "could not load credentials: the cached login cannot be read"
            if is_file
            else f"the response of the credential provider has no {exc}"
        )
    if isinstance(exc, IndexError) and _source_with(config, "credential_process"):
        return "could not load credentials: credential_process is empty"
    if isinstance(exc, OSError | ValueError | RuntimeError):
        return f"could not load credentials: {exc}"
    return f"could not load credentials: the provider returned unexpected data: {exc}"


_HASH = re.compile("'[0-9a-f]{40,64}'")


def _remedies(config: Config, exc: Exception) -> list[str]:
    """The command that resolves the error, if there is one: a login, or an installation."""
    from botocore import exceptions as foreign

    from .installation import dependency_hints

    for command, names in _LOGINS.items():
        classes = tuple(getattr(foreign, name) for name in names if hasattr(foreign, name))
        if isinstance(exc, classes):
            return _login_hints(config, command) or [_login_hint(command, config.profile)]
    return dependency_hints(exc)


def _login_hints(config: Config, command: str) -> list[str]:
    """The login command of the profile with `command` (sso or login), if there is one."""
    name = _source_with(config, command + "_")
    return [] if name is None else [_login_hint(command, name)]


def _login_hint(command: str, profile: str) -> str:
    words = "sso login" if command == "sso" else command
    return f"log in again: aws {words} --profile {quote(profile)}"


_LOGINS = {"sso": ("SSOError", "TokenRetrievalError"), "login": ("LoginError",)}
"""Names of exceptions for an expired login; older versions of botocore lack some."""


def _source_with(config: Config, prefix: str) -> str | None:
    """The profile, or the source profile behind it, that has keys with this prefix."""

    def merged(name: str) -> Section:
        return {**config.profiles.get(name, {}), **config.stored_profiles.get(name, {})}

    names = [config.profile]
    while (source := merged(names[-1]).get("source_profile")) not in (None, *names):
        names.append(str(source))
    matches = (name for name in names if any(key.startswith(prefix) for key in merged(name)))
    return next(matches, None)
