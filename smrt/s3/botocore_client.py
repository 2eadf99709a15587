"""Botocore's client for S3, with the credentials, region, TLS, proxies and URLs of smrt's calls.

Botocore is imported when `connect` is called.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from smrt.config import botocore_chain as chain
from smrt.config import configuration, credentials
from smrt.config.configuration import Config
from smrt.config.partitions import partitions
from smrt.errors import ConfigurationError
from smrt.protocol import endpoint_rules, urls
from smrt.protocol.messages import Credentials, Settings
from smrt.protocol.sigv4 import check_printable
from smrt.transport.proxy import is_bypassed

from .objects import S3
from .s3_translation import CONNECTING, s3_translated

LoadCredentials = Callable[[], Credentials | None]
Connected = TypeVar("Connected", bound=S3)


def connect(config: Config, settings: Settings, load_credentials: LoadCredentials) -> S3:
    """Connect to S3, as `connect_as` does."""
    return connect_as(S3, config, settings, load_credentials)


def connect_as(
    kind: type[Connected],
    config: Config,
    settings: Settings,
    load_credentials: LoadCredentials,
) -> Connected:
    """Connect to S3 with `settings`; the addressing style is that of the profile's `s3` section.

    `settings` must be those of the service `s3`. Raises SmrtError.
    """
    _check_section(config)
    with s3_translated(CONNECTING):
        session = chain.session(config, settings.region)
        session.register_component("credential_provider", _CredentialProvider(load_credentials))
        client = session.create_client(
            "s3",
            region_name=settings.region,
            endpoint_url=settings.endpoint_url,
            verify=settings.verify,
            config=_client_config(settings),
        )
        _trust(client, settings)
    return kind(client, verify=settings.verify)


def _check_section(config: Config) -> None:
    """Raise ConfigurationError if `s3` of the profile is a value: botocore expects a section."""
    value = {**config.values, **config.stored}.get("s3")
    if isinstance(value, str):
        raise ConfigurationError(
            f"s3 in the profile {config.profile} is not a section: '{value}'",
            configuration.origin(config, None, "s3"),
            "put its settings on the lines below it, indented",
        )


def _trust(client: Any, settings: Settings) -> None:
    """Make botocore use the TLS context of smrt: it lacks CA folders and the platform's store."""
    if settings.verify and client.meta.endpoint_url.startswith("https:"):
        from smrt.transport import tls

        chain.trust(client, tls.context(ca_bundle=settings.ca_bundle))


def _client_config(settings: Settings) -> Any:
    """The resolved settings, so that botocore does not resolve them again."""
    from botocore import UNSIGNED
    from botocore.config import Config as ClientConfig

    return ClientConfig(
        **({} if settings.sign else {"signature_version": UNSIGNED}),
        connect_timeout=settings.connect_timeout or None,
        read_timeout=settings.read_timeout or None,
        retries={"mode": settings.retry_mode, "total_max_attempts": settings.max_attempts},
        proxies=_proxies(settings),
        use_fips_endpoint=settings.use_fips,
        use_dualstack_endpoint=settings.use_dualstack,
        ignore_configured_endpoint_urls=True,
        user_agent=settings.user_agent or None,
    )


def _proxies(settings: Settings) -> dict[str, str]:
    """The proxies by scheme; none for a host in NO_PROXY."""
    proxies = {"http": settings.http_proxy, "https": settings.https_proxy}
    if is_bypassed(urls.parse_url(_endpoint_url(settings)), settings.no_proxy):
        return {}
    return {scheme: url for scheme, url in proxies.items() if url}


def _endpoint_url(settings: Settings) -> str:
    if settings.endpoint_url is not None:
        return settings.endpoint_url
    outputs = endpoint_rules.partition(settings.region, partitions())["outputs"]
    suffix = outputs["dualStackDnsSuffix" if settings.use_dualstack else "dnsSuffix"]
    return f"https://s3.{settings.region}.{suffix}"


class _CredentialProvider:
    """Provides smrt's credentials to botocore; loads them again when they are about to expire."""

    def __init__(self, load_credentials: LoadCredentials) -> None:
        self._load_credentials = load_credentials

    def load_credentials(self) -> Any:
        """The credentials that botocore signs with."""
        from botocore.credentials import Credentials as Plain
        from botocore.credentials import RefreshableCredentials

        current = self._current()
        if current.expires is None:
            return Plain(
                current.access_key, current.secret_key, current.token, method=current.source
            )
        return RefreshableCredentials.create_from_metadata(
            _botocore_metadata(current),
            refresh_using=lambda: _botocore_metadata(self._current()),
            method=current.source,
        )

    def _current(self) -> Credentials:
        current = self._load_credentials()
        if current is None:
            raise credentials.missing()
        check_printable(current)
        return current


def _botocore_metadata(current: Credentials) -> dict[str, Any]:
    from datetime import datetime, timezone

    assert current.expires is not None
    expiry = datetime.fromtimestamp(current.expires, timezone.utc).isoformat()
    return {
        "access_key": current.access_key,
        "secret_key": current.secret_key,
        "token": current.token,
        "expiry_time": expiry,
    }
