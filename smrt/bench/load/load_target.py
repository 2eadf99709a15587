"""The endpoint that a benchmark calls, and the requests that it sends in turn."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import cycle
from random import Random
from typing import NamedTuple

from smrt.bench.measures.token_counts import TokenQuery
from smrt.protocol.messages import Credentials, Headers, Settings, Url, masked_repr
from smrt.protocol.operations import Operation
from smrt.protocol.prepared_request import PreparedRequest


class RequestInput(NamedTuple):
    """What is a request's own: its body, with the digest, and the headers that others lack."""

    body: bytes
    digest: str
    headers: Headers = ()

    def __repr__(self) -> str:
        return masked_repr(self, "body", "headers")


class LoadTarget(NamedTuple):
    """An endpoint; `prepare` makes the request for all calls, with the headers for a proxy."""

    url: Url
    settings: Settings
    load_credentials: Callable[[], Credentials | None]
    operation: Operation
    prepare: Callable[[Headers | None], PreparedRequest]
    inputs: Sequence[RequestInput]
    token_query: TokenQuery | None = None
    is_shuffled: bool = False
    endpoint_name: str = ""

    @property
    def is_streaming(self) -> bool:
        """Whether responses are event streams."""
        return self.operation.name.endswith("WithResponseStream")


def request_input(body: bytes, headers: Headers = ()) -> RequestInput:
    """An input whose digest is computed once for all requests with it."""
    return RequestInput(body, sha256(body).hexdigest(), headers)


def inputs_in_turn(target: LoadTarget, seed: int) -> Iterator[RequestInput]:
    """The inputs again and again, in their order or in a random one."""
    if not target.is_shuffled:
        yield from cycle(target.inputs)
    random = Random(seed)  # noqa: S311 - an order is no secret
    while True:
        yield from random.sample(target.inputs, len(target.inputs))
