"""What the requests of a batch have in common."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from smrt.client.caller import runtime_url
from smrt.config import credentials
from smrt.config.configuration import Config
from smrt.config.connection_options import ConnectionOptions
from smrt.protocol.messages import Credentials, Settings, masked_repr
from smrt.protocol.operations import Operation


class Target(NamedTuple):
    """The endpoint: operation, the parameters of every call, configuration and settings."""

    operation: Operation
    parameters: Mapping[str, Any]
    config: Config
    settings: Settings
    static_credentials: Credentials | None = None

    def __repr__(self) -> str:
        return masked_repr(self, "parameters")

    @property
    def portable(self) -> "Target":
        """The same for another process, which has its own variables."""
        config = self.config._replace(environ=dict(self.config.environ))
        return self._replace(config=config, parameters=dict(self.parameters))

    @property
    def connection(self) -> ConnectionOptions:
        """The connection options of the calls, for other services."""
        own = self.settings
        return ConnectionOptions(
            region=own.region, sign=own.sign, verify=own.verify, ca_bundle=own.ca_bundle
        )

    @property
    def endpoint_url(self) -> str:
        """The URL of the service."""
        return self.settings.endpoint_url or runtime_url(self.settings)

    @property
    def load_credentials(self) -> Callable[[], Credentials | None]:
        """Loads the credentials; there are none for requests that are not signed."""
        if not self.settings.sign:
            return lambda: None
        return credentials.loader(self.config, self.settings, self.static_credentials)
