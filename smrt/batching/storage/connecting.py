"""Connects a batch to S3, with the profile and the connection options of its calls."""

from functools import lru_cache
from typing import NamedTuple

from smrt.batching.sending.target import Target
from smrt.config import credentials
from smrt.config.configuration import Config
from smrt.config.connection_options import ConnectionOptions
from smrt.config.settings import settings
from smrt.s3.botocore_client import connect_as
from smrt.s3.object_store import ObjectStore

CLIENTS = 4
"""Clients that are open at a time; botocore takes a third of a second to make one."""


class _Configured(NamedTuple):
    """A configuration, equal only to itself, and connection options."""

    config: Config
    connection: ConnectionOptions

    def __hash__(self) -> int:
        return hash((id(self.config), self.connection))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Configured)
            and self.config is other.config
            and self.connection == other.connection
        )


def target_store(target: Target) -> ObjectStore:
    """S3, with the connection options of the endpoint's calls, but an endpoint URL of its own."""
    return configured_store(target.config, target.connection)


def configured_store(config: Config, connection: ConnectionOptions) -> ObjectStore:
    """S3, with these connection options. Raises UsageError and ConfigurationError."""
    return _connected(_Configured(config, connection._replace(endpoint_url=None)))


@lru_cache(CLIENTS)
def _connected(configured: _Configured) -> ObjectStore:
    config, connection = configured
    resolved = settings(config, connection, service="s3")
    load = credentials.loader(config, resolved, credentials.static(config))
    return connect_as(ObjectStore, config, resolved, load)
