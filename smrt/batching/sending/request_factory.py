"""Makes the calls of the engine from packs of records."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from smrt.batching.records.packing import Pack
from smrt.client.caller import SERVICE
from smrt.engine.call import EngineCall
from smrt.protocol import parameters
from smrt.protocol.messages import Headers
from smrt.protocol.prepared_request import PreparedRequest
from smrt.protocol.urls import join

from .target import Target

ENDPOINTS = 32
"""How many paths have a prepared request at a time."""


class RequestFactory:
    """Makes requests to one service; parameters of a record take precedence over the batch's.

    Raises UsageError if the parameters of the batch are invalid.
    """

    def __init__(
        self, target: Target, content_type: str, proxy_headers: Headers | None = None
    ) -> None:
        self._target, self._proxy_headers = target, proxy_headers
        content = {"ContentType": content_type} if content_type else {}
        self._defaults = {**content, **target.parameters}
        self._url = target.endpoint_url
        self._prepared = lru_cache(maxsize=ENDPOINTS)(self._prepare)
        self._headers = parameters.headers(target.operation, self._defaults)
        self._path = ""
        if "EndpointName" in self._defaults:
            self._path = parameters.path(target.operation, self._defaults)

    def call(self, pack: Pack, tag: Any) -> EngineCall:
        """The call that sends `pack`."""
        path, headers = self._path, self._headers
        if pack.parameters:
            path, headers = self._own(pack.parameters)
        return EngineCall(self._prepared(path), pack.body, tag, headers)

    def _own(self, values: Mapping[str, Any]) -> tuple[str, Headers]:
        merged = {**self._defaults, **values}
        operation = self._target.operation
        return parameters.path(operation, merged), parameters.headers(operation, merged)

    def _prepare(self, path: str) -> PreparedRequest:
        settings = self._target.settings
        return PreparedRequest(
            "POST",
            join(self._url, path),
            (),
            region=settings.region,
            service=SERVICE,
            unsigned=(("User-Agent", settings.user_agent),),
            proxy_headers=self._proxy_headers,
        )
