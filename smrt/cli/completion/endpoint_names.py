"""The names of an account's endpoints, cached in a file that the completion scripts read."""

import os
import re
from collections.abc import Mapping, Sequence
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

MAX_WAIT_SECONDS = 1.8
"""The limit for the whole request: with the start of smrt, a TAB takes at most two seconds."""
MAX_AGE_SECONDS = 600
"""The age up to which cached names are used."""
_NAME = re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9])*")
_PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")


class Listing(NamedTuple):
    """Identifies a list of names: the environment, and the options of a command line."""

    environ: Mapping[str, str]
    profile: str | None
    region: str | None

    def __repr__(self) -> str:
        return masked_repr(self, "environ")

    @property
    def path(self) -> str:
        """The path of the cached list; the shells' engines build the same path."""
        cache = self.environ.get("XDG_CACHE_HOME") or home_path(self.environ, "~/.cache")
        profile = self._setting(self.profile, _PROFILES)
        region = self._setting(self.region, _REGIONS)
        return f"{cache}/smrt/endpoint-names/{_file_name_part(profile)}@{_file_name_part(region)}"

    def _setting(self, option: str | None, variables: Sequence[str]) -> str:
        values = (option, *map(self.environ.get, variables))
        return next((value for value in values if value is not None), "")


def _file_name_part(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)


def fetch_names(listing: Listing, max_wait_seconds: float = MAX_WAIT_SECONDS) -> list[str] | None:
    """List the names; None on an error, or if it takes longer than `max_wait_seconds`."""
    from threading import Thread

    results: list[list[str]] = []
    thread = Thread(target=lambda: results.extend(_names(listing, max_wait_seconds)), daemon=True)
    thread.start()
    thread.join(max_wait_seconds)
    return results[0] if results else None


def cached_names(path: str, now: float) -> list[str] | None:
    """The names in the cached list; None if there is no list, or it is ten minutes old."""
    try:
        with open(path) as file:
            written_at, *names = file.read().split()
        return names if now - int(written_at) < MAX_AGE_SECONDS else None
    except (OSError, ValueError):
        return None


def save_names(path: str, names: Sequence[str], now: float) -> None:
    """Write the list atomically: the time in seconds since the epoch, then the names."""
    lines = (int(now), *names)
    with suppress(OSError, SmrtError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with outfile.writing(outfile.plan(path)) as file:
            file.writelines(f"{line}\n".encode() for line in lines)


def _names(listing: Listing, max_wait_seconds: float) -> list[list[str]]:
    """A list with the list of all names that ListEndpoints returns; empty on an error."""
    try:
        config = configuration.load(listing.environ, listing.profile)
        resolved = settings(config, ConnectionOptions(region=listing.region))
        client = _client(config, resolved, max_wait_seconds)
        pages = client.get_paginator("list_endpoints").paginate(SortBy="Name")
        listed = (endpoint["EndpointName"] for page in pages for endpoint in page["Endpoints"])
        return [[name for name in listed if _NAME.fullmatch(name)]]
    except Exception:  # noqa: BLE001 - botocore raises anything for a response that is no list
        return []


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
