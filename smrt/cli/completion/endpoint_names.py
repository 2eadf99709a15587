"""The names of an account's endpoints, cached in a file that the completion scripts read."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from smrt.config import configuration, credentials
from smrt.config.configuration import Config
from smrt.config.connection_options import ConnectionOptions
from smrt.config.paths import home_path
from smrt.config.settings import settings
from smrt.errors import SmrtError
from smrt.output import outfile
from smrt.protocol.messages import Settings, masked_repr

from .local_names import local_names

MAX_WAIT_SECONDS = 1.8
"""The limit for the whole request: with the start of smrt, a TAB takes at most two seconds."""
MAX_AGE_SECONDS = 600
"""The age up to which cached names are used."""
RETRY_SECONDS = 30
"""How long an attempt that fails, or is interrupted, is not repeated."""
LOCAL_SECONDS = 10
"""How long the names of a local server are used: the next one may serve others."""
_NAME = re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9])*")
_PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_URLS = ("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "AWS_ENDPOINT_URL")


class Listing(NamedTuple):
    """Identifies a list of names: the environment, and the options of a command line."""

    environ: Mapping[str, str]
    profile: str | None
    region: str | None
    endpoint_url: str | None = None

    def __repr__(self) -> str:
        return masked_repr(self, "environ", "endpoint_url")

    @property
    def path(self) -> str:
        """The path of the cached list; the shells' engines build the same path."""
        cache = self.environ.get("XDG_CACHE_HOME") or home_path(self.environ, "~/.cache")
        profile = self._setting(self.profile, _PROFILES)
        region = self._setting(self.region, _REGIONS)
        url = self._setting(self.endpoint_url, _URLS).rpartition("@")[2]
        names = [profile, region, *([url] if url else [])]
        return f"{cache}/smrt/endpoint-names/{'@'.join(map(_file_name_part, names))}"

    def _setting(self, option: str | None, variables: Sequence[str]) -> str:
        values = (option, *map(self.environ.get, variables))
        return next((value for value in values if value is not None), "")


def _file_name_part(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)


def refresh(
    listing: Listing, now: float, max_wait_seconds: float = MAX_WAIT_SECONDS
) -> list[str] | None:
    """Fetch the names and save them; None on an error, or after `max_wait_seconds`.

    If that fails or is interrupted, the cached names are used for `RETRY_SECONDS`.
    """
    expired_at = now - MAX_AGE_SECONDS
    save_names(listing.path, _saved_names(listing.path), expired_at + RETRY_SECONDS)
    fetched = fetch_names(listing, max_wait_seconds)
    if fetched is None:
        return None
    save_names(listing.path, fetched.names, expired_at + fetched.max_age)
    return fetched.names


class Fetched(NamedTuple):
    """The names of endpoints, and for how many seconds they are used."""

    names: list[str]
    max_age: float = MAX_AGE_SECONDS


def fetch_names(listing: Listing, max_wait_seconds: float = MAX_WAIT_SECONDS) -> Fetched | None:
    """List the names; None on an error, or if it takes longer than `max_wait_seconds`."""
    from threading import Thread

    results: list[Fetched] = []
    thread = Thread(target=lambda: results.extend(_names(listing, max_wait_seconds)), daemon=True)
    thread.start()
    thread.join(max_wait_seconds)
    return results[0] if results else None


def cached_names(path: str, now: float) -> list[str] | None:
    """The names in the cached list; None if there is no list, or it is ten minutes old."""
    try:
        written_at, *names = _lines(path)
        return names if now - int(written_at) < MAX_AGE_SECONDS else None
    except ValueError:
        return None


def _saved_names(path: str) -> list[str]:
    """The names in the cached list, however old it is."""
    return _lines(path)[1:]


def _lines(path: str) -> list[str]:
    try:
        with open(path) as file:
            return file.read().split()
    except (OSError, ValueError):
        return []


def save_names(path: str, names: Sequence[str], now: float) -> None:
    """Write the list atomically: the time in seconds since the epoch, then the names."""
    lines = (int(now), *names)
    with suppress(OSError, SmrtError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with outfile.writing(outfile.plan(path)) as file:
            file.writelines(f"{line}\n".encode() for line in lines)


def _names(listing: Listing, max_wait_seconds: float) -> list[Fetched]:
    """The names of a local server, else all names of ListEndpoints; no item on an error."""
    try:
        config = configuration.load(listing.environ, listing.profile)
        options = ConnectionOptions(region=listing.region, endpoint_url=listing.endpoint_url)
        resolved = settings(config, options)
        names = local_names(resolved.endpoint_url, max_wait_seconds)
        if names is not None:
            return [Fetched(_valid(names), LOCAL_SECONDS)]
        client = _client(config, resolved, max_wait_seconds)
        pages = client.get_paginator("list_endpoints").paginate(SortBy="Name")
        listed = (endpoint["EndpointName"] for page in pages for endpoint in page["Endpoints"])
        return [Fetched(_valid(listed))]
    except Exception:  # noqa: BLE001 - botocore raises anything for a response that is no list
        return []


def _valid(names: Iterable[str]) -> list[str]:
    """The valid ones: a shell would run others."""
    return [name for name in names if _NAME.fullmatch(name)]


def _client(config: Config, resolved: Settings, timeout: float) -> Any:
    from botocore.config import Config as ClientConfig
    from botocore.session import Session

    loaded = credentials.loader(config, resolved)()
    if loaded is None:
        raise SmrtError("there are no credentials")
    return Session().create_client(
        "sagemaker",
        region_name=resolved.region,
        aws_access_key_id=loaded.access_key,
        aws_secret_access_key=loaded.secret_key,
        aws_session_token=loaded.token,
        verify=resolved.ca_bundle,
        config=ClientConfig(
            connect_timeout=timeout, read_timeout=timeout, retries={"total_max_attempts": 1}
        ),
    )
