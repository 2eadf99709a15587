"""Local endpoints in Python code, such as tests: `smrt.local.running`."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from logging import getLogger
from time import time
from typing import Any, NamedTuple

from smrt.local.api_errors import REGION
from smrt.local.asynchronous import Queues
from smrt.local.endpoints import Hosting, load_endpoints
from smrt.local.environment import variables
from smrt.local.s3 import storage
from smrt.local.server import serving
from smrt.local.service import Service
from smrt.local.signature import CREDENTIALS

_LOGGER = getLogger("smrt.local")


class RunningEndpoints(NamedTuple):
    """Endpoints that are served; `storage_url` is that of their S3, if it is installed."""

    url: str
    storage_url: str | None

    @property
    def client_arguments(self) -> dict[str, Any]:
        """Keyword arguments of boto3.client and smrt.Client."""
        return {
            "endpoint_url": self.url,
            "region_name": REGION,
            "aws_access_key_id": CREDENTIALS.access_key,
            "aws_secret_access_key": CREDENTIALS.secret_key,
        }

    def variables(self, environ: Mapping[str, str] | None = None) -> dict[str, str]:
        """The variables that point AWS clients of another process here, to add to `environ`."""
        return variables(self.url, os.environ if environ is None else environ, self.storage_url)


@contextmanager
def running(
    *endpoints: str,
    cold_start: float = 0.0,
    environ: Mapping[str, str] | None = None,
    report_error: Callable[[str], None] = _LOGGER.error,
) -> Iterator[RunningEndpoints]:
    """Serve `endpoints`, the arguments of `smrt local run`, while a block of code runs.

    Tracebacks of models go to `report_error`, by default the logger smrt.local. Raises UsageError
    and ConfigurationError if a model cannot be loaded.
    """
    hosting = Hosting(cold_start=cold_start)
    loaded = load_endpoints(endpoints, os.environ if environ is None else environ, hosting)
    service = Service(
        {name: each.endpoint for name, each in loaded.items()},
        clock=time,
        report_error=report_error,
        streams={name: each.stream for name, each in loaded.items()},
    )
    with storage.running_storage(time) if storage.installed() else nullcontext() as store:
        if store is not None:
            queues = Queues(lambda: store.s3, clock=time, report_error=report_error)
            service = service._replace(queues=queues)
        with serving(service) as url:
            yield RunningEndpoints(url, store.url if store else None)
