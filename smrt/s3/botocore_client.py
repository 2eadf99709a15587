"""Botocore's client for S3, with the keys, region, TLS, proxies and addresses of smrt's own calls.

Botocore is imported when `connect` is called.
"""

from collections.abc import Callable
from typing import Any

from smrt.config import botocore_chain as chain
from smrt.config import credentials
from smrt.config.configuration import Config
from smrt.config.partitions import partitions
from smrt.protocol import endpoint_rules, urls
from smrt.protocol.messages import Credentials, Settings
from smrt.transport.proxy import is_bypassed

from .objects import S3, s3_translated

Keys = Callable[[], Credentials | None]


def connect(found: Config, settings: Settings, keys: Keys) -> S3:
    """S3 as `settings` lead there, signed with `keys`; addressing as the profile's `s3` block says.

    `settings` are those of the service `s3`. Raises SmrtError.
    """
    with s3_translated():
        made = chain.session(found, settings.region)
        made.register_component("credential_provider", _Lender(keys))
        client = made.create_client(
            "s3",
            region_name=settings.region,
            endpoint_url=settings.endpoint_url,
            verify=settings.verify,
            config=_client_config(settings),
        )
        _trust(client, settings)
    return S3(client, verify=settings.verify)


def _trust(client: Any, settings: Settings) -> None:
    """Have botocore trust whom `tls` trusts: it knows no folders, nor the platform's own store."""
    if not settings.verify or not client.meta.endpoint_url.startswith("https:"):
        return
    from smrt.transport import tls

    trusting = tls.context(ca_bundle=settings.ca_bundle)
    http = client._endpoint.http_session  # noqa: SLF001 - there is no other way in
    http._manager.connection_pool_kw["ssl_context"] = trusting  # noqa: SLF001 - likewise
    http._get_ssl_context = lambda: trusting  # noqa: SLF001 - likewise, through a proxy
    http._setup_ssl_cert = _require  # noqa: SLF001 - it would add botocore's own roots


def _require(connections: Any, *_: object) -> None:
    connections.cert_reqs = "CERT_REQUIRED"


def _client_config(settings: Settings) -> Any:
    """Everything that is resolved already: botocore is to look for none of it itself."""
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
    """The proxies by scheme; none for a host that is to be reached without."""
    given = {"http": settings.http_proxy, "https": settings.https_proxy}
    if is_bypassed(urls.parse_url(_address(settings)), settings.no_proxy):
        return {}
    return {scheme: url for scheme, url in given.items() if url}


def _address(settings: Settings) -> str:
    if settings.endpoint_url is not None:
        return settings.endpoint_url
    outputs = endpoint_rules.partition(settings.region, partitions())["outputs"]
    suffix = outputs["dualStackDnsSuffix" if settings.use_dualstack else "dnsSuffix"]
    return f"https://s3.{settings.region}.{suffix}"


class _Lender:
    """Our keys where botocore looks for its own; asked for again when they are about to expire."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def load_credentials(self) -> Any:
        """What botocore signs with."""
        from botocore.credentials import Credentials as Plain
        from botocore.credentials import RefreshableCredentials

        held = self._current()
        if held.expires is None:
            return Plain(held.access_key, held.secret_key, held.token, method=held.source)
        return RefreshableCredentials.create_from_metadata(
            _lent(held), refresh_using=lambda: _lent(self._current()), method=held.source
        )

    def _current(self) -> Credentials:
        found = self._keys()
        if found is None:
            raise credentials.absent()
        return found


def _lent(keys: Credentials) -> dict[str, Any]:
    from datetime import datetime, timezone

    assert keys.expires is not None
    expiry = datetime.fromtimestamp(keys.expires, timezone.utc).isoformat()
    return {
        "access_key": keys.access_key,
        "secret_key": keys.secret_key,
        "token": keys.token,
        "expiry_time": expiry,
    }
