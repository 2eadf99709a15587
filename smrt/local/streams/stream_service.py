"""Bidirectional streams as the service responds to them: signatures verified, errors as events."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from smrt.local import api_errors, loopback, signature
from smrt.local.api_errors import ApiError
from smrt.local.endpoint import ModelFailure, unexpected_failure
from smrt.local.server_response import ServerResponse
from smrt.protocol.bidirectional.bidirectional_operation import (
    INVOKE_ENDPOINT_WITH_BIDIRECTIONAL_STREAM as OPERATION,
)
from smrt.protocol.bidirectional.parts import Part, decode_part, encode_part
from smrt.protocol.bidirectional.signature_chain import PAYLOAD_HASH, SignatureChain
from smrt.protocol.eventstream import Decoder, Message, encode_message
from smrt.protocol.messages import Payload, Request
from smrt.protocol.response_stream import CONTENT_TYPE, exception

from .stream_endpoint import INTERNAL_ERROR, REFUSED_CODE, StreamCall, StreamEndpoint, StreamRefused
from .stream_parameters import stream_parameters

if TYPE_CHECKING:
    from smrt.local.service import Service

_PATH = re.compile(OPERATION.path.replace("{EndpointName}", "([^/]+)"))


def serve_stream(
    service: "Service", head: Request, chunks: Iterator[bytes], variant: str
) -> ServerResponse:
    """The response to `head`; its body consumes `chunks`, the input. Raises ApiError."""
    name = _endpoint_name(head)
    if reason := loopback.rejection_reason(head):
        raise api_errors.access_denied(reason)
    chain = _authorized(head, service.clock())
    if name not in service.endpoints:
        raise api_errors.unknown_endpoint(name, service.endpoints)
    call = StreamCall(_parts(chunks, chain), stream_parameters(head))
    try:
        parts = _endpoint(service, name)(call)
    except ModelFailure as exc:
        _report(service, name, exc)
        raise _refusal(name, exc) from exc
    headers = (
        ("content-type", CONTENT_TYPE),
        *((field.wire.lower(), variant) for field in OPERATION.fields),
    )
    return ServerResponse(HTTPStatus.OK, headers, _events(service, name, parts))


def _endpoint_name(head: Request) -> str:
    path = head.url.target.partition("?")[0]
    match = _PATH.fullmatch(path)
    if match is None or head.method != "POST":
        raise api_errors.unknown_operation(head.method, path)
    return unquote(match[1])


def _authorized(head: Request, now: float) -> SignatureChain | None:
    """The chain that the input has to continue; None if its signatures cannot be verified."""
    authorization = signature.check_head(head, now=now)
    if authorization is None:
        return None
    request = head._replace(payload=Payload(b"", 0, PAYLOAD_HASH))
    signature.check_signature(request, authorization, signature.CREDENTIALS)
    scope = authorization.scope
    return SignatureChain(
        signature.CREDENTIALS.secret_key, scope.region, scope.service, authorization.signature
    )


def _endpoint(service: "Service", name: str) -> StreamEndpoint:
    endpoint = service.streams.get(name)
    if endpoint is None:
        raise StreamRefused("it has no streams")
    return endpoint


def _parts(chunks: Iterator[bytes], chain: SignatureChain | None) -> Iterator[Part]:
    """The parts in the input, which ends with an empty message. Raises ApiError."""
    decoder = Decoder()
    for payload in _payloads(chunks, chain):
        for message in decoder.feed(payload):
            part = decode_part(message)
            if part is not None:
                yield part
        decoder.end()  # an envelope contains whole messages


def _payloads(chunks: Iterator[bytes], chain: SignatureChain | None) -> Iterator[bytes]:
    """The payloads of the envelopes; all are signed, and so is the empty one at the end."""
    decoder, has_end = Decoder(), False
    for chunk in chunks:
        for headers, payload in decoder.feed(chunk):
            if has_end:
                raise api_errors.validation_error("a message follows the end of the stream")
            if chain is not None and not chain.verify(headers, payload):
                raise api_errors.invalid_signature()
            has_end = not payload
            if payload:
                yield payload
    decoder.end()
    if chain is not None and not has_end:
        raise api_errors.invalid_signature("the stream has no signed end")


def _events(service: "Service", name: str, parts: Iterator[Part]) -> Iterator[bytes]:
    """The response as an event stream; if the model fails, the last event is the error."""
    try:
        for part in parts:
            yield encode_part(part)
    except ApiError as exc:
        yield encode_message(_error(exc))
    except (GeneratorExit, ConnectionError):  # the client is gone
        raise
    except BaseException as exc:  # noqa: BLE001 - a model is anybody's code
        failure = exc if isinstance(exc, ModelFailure) else unexpected_failure(exc)
        code = failure.stream_code if isinstance(exc, ModelFailure) else INTERNAL_ERROR
        _report(service, name, failure)
        yield encode_message(exception("ModelStreamError", failure.message, ErrorCode=code))
    finally:
        getattr(parts, "close", lambda: None)()


def _error(error: ApiError) -> Message:
    headers = {
        ":message-type": "error",
        ":error-code": error.code,
        ":error-message": error.message,
    }
    return Message(headers, b"")


def _refusal(name: str, failure: ModelFailure) -> ApiError:
    error = api_errors.model_error(name, failure)
    members = {**error.members, "ErrorCode": REFUSED_CODE}
    message = error.message.replace(f"client error ({failure.status})", "server error (424)")
    return ApiError(error.status, error.code, message, **members)


def _report(service: "Service", name: str, failure: ModelFailure) -> None:
    cause = failure.cause if isinstance(failure, StreamRefused) else failure.trace()
    if cause:
        service.report_error(f"endpoint {name}: {cause}")
