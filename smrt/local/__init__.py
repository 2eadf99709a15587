"""A local endpoint: SageMaker's runtime API on loopback, in front of models.

endpoints   NAME=FOLDER, NAME=URL -> the endpoints
server      HTTP on loopback, one thread per connection
server_response     the response that a server sends, and the handlers that return it
wire/client_connection  receives the requests of a connection, and sends the responses
wire/request_parser     bytes -> requests, by httptools
wire/incoming_request   a request as it arrives
wire/request_body       its body as it arrives
wire/response_writer    a response -> bytes
service     a request -> its response, as the SageMaker runtime responds
api_errors  the errors that the service returns
loopback    does the request come from a client on this host?
signature   is the request signed, and is the signature valid?
endpoint    an endpoint: an invocation -> a prediction; `echo`, the simplest one
model       a folder with an inference.py as an endpoint
toolkit     calls the handlers of an inference.py
checks/     SageMaker's container contract as checks
hosting/    variants, components, multi-model endpoints, and scaling from zero
daily/      reloading, background servers, logs and output for people
context     the context that handlers may take
frameworks/ what AWS containers do where a script defines no handler
media       what the default handlers read and write
container   a running container as an endpoint
asynchronous        queues of asynchronous calls, whose results go to S3
asynchronous_checks validation of an asynchronous call
s3/storage          a local S3
s3/moto_app         a request -> its response, as moto's S3 responds
s3/authorization    is the request signed for S3, and is the signature valid?
s3/authorization_v2 the same for presigned URLs of signature version 2
environment environment variables that point AWS clients here
child       runs a command next to the server
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .daily.embedding import running

__all__ = ["running"]


def __getattr__(name: str) -> Any:
    """Import `running` when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.daily.embedding"), name)
