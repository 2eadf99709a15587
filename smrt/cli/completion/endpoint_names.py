"""The names of the endpoints of an account, in a list that the completions of shells read."""

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
"""For all of it, so that a TAB takes no longer than two."""
MAX_AGE_SECONDS = 600
"""Seconds for which a list is good."""
_NAME = re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9])*")
_PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")


class Listing(NamedTuple):
    """Whose endpoints: what a command line names, within an environment."""

    environ: Mapping[str, str]
    profile: str | None
    region: str | None

    def __repr__(self) -> str:
        return masked_repr(self, "environ")

    @property
    def path(self) -> str:
        """The list's file; the shells find it by the same rule."""
        cache = self.environ.get("XDG_CACHE_HOME") or home_path(self.environ, "~/.cache")
        profile = self._named(self.profile, _PROFILES)
        region = self._named(self.region, _REGIONS)
        return f"{cache}/smrt/endpoint-names/{_file_name_part(profile)}@{_file_name_part(region)}"

    def _named(self, option: str | None, variables: Sequence[str]) -> str:
        found = (option, *map(self.environ.get, variables))
        return next((value for value in found if value is not None), "")


def _file_name_part(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)


def fetch_names(listing: Listing, max_wait_seconds: float = MAX_WAIT_SECONDS) -> list[str] | None:
    """The names, or None where they cannot be had within `max_wait_seconds`."""
    from threading import Thread

    found: list[list[str]] = []
    thread = Thread(target=lambda: found.extend(_names(listing, max_wait_seconds)), daemon=True)
    thread.start()
    thread.join(max_wait_seconds)
    return found[0] if found else None


def cached_names(path: str, now: float) -> list[str] | None:
    """The names in the list, or None where there is none that is younger than ten minutes."""
    try:
        with open(path) as file:
            written, *found = file.read().split()
        return found if now - int(written) < MAX_AGE_SECONDS else None
    except (OSError, ValueError):
        return None


def save_names(path: str, found: Sequence[str], now: float) -> None:
    """Write the list, behind the time in seconds since the epoch; whole, or not at all."""
    lines = (int(now), *found)
    with suppress(OSError, SmrtError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with outfile.writing(outfile.plan(path)) as file:
            file.writelines(f"{line}\n".encode() for line in lines)


def _names(listing: Listing, max_wait_seconds: float) -> list[list[str]]:
    """One list of all names that ListEndpoints gives, or none where that fails."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found = configuration.load(listing.environ, listing.profile)
        resolved = settings(found, ConnectionOptions(region=listing.region))
        client = _client(found, resolved, max_wait_seconds)
        pages = client.get_paginator("list_endpoints").paginate(SortBy="Name")
        listed = (endpoint["EndpointName"] for page in pages for endpoint in page["Endpoints"])
        return [[name for name in listed if _NAME.fullmatch(name)]]
    except (SmrtError, BotoCoreError, ClientError):
        return []


def _client(found: Config, resolved: Settings, timeout: float) -> Any:
    from botocore.config import Config as ClientConfig
    from botocore.session import Session

    keys = credentials.loader(found, resolved)()
    if keys is None:
        raise SmrtError("nobody to sign")
    return Session().create_client(
        "sagemaker",
        region_name=resolved.region,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        aws_session_token=keys.token,
        verify=resolved.ca_bundle,
        config=ClientConfig(
            connect_timeout=timeout, read_timeout=timeout, retries={"total_max_attempts": 1}
        ),
    )
