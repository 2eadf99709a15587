"""What a reply says: its metadata, or its error, in boto3's shapes."""

import json
from collections.abc import Mapping
from typing import Any

from smrt.errors import ServiceError

from .messages import Headers
from .operations import ERROR_MEMBERS, HttpLocation, Operation

SUCCESS = range(200, 300)
SERVER_ERROR = 500


def header(headers: Headers, name: str) -> str | None:
    """The header called `name`, whatever its case; repeated, it is a list (RFC 9110, 5.3)."""
    wanted = name.lower()
    values = [value for key, value in headers if key.lower() == wanted]
    return ", ".join(values) if values else None


def metadata(operation: Operation, headers: Headers, document: Any = None) -> dict[str, Any]:
    """The fields of a reply that are there, headers first; `document` is its JSON body, if any."""
    found = {
        field.name: header(headers, field.wire)
        for field in operation.fields
        if field.place is HttpLocation.HEADER
    }
    if isinstance(document, Mapping):
        found |= {
            field.name: document.get(field.wire)
            for field in operation.fields
            if field.place is HttpLocation.JSON
        }
    return {name: value for name, value in found.items() if value is not None}


def response_metadata(status: int, headers: Headers, retries: int) -> dict[str, Any]:
    """boto3's ResponseMetadata."""
    names = ("x-amzn-RequestId", "x-amz-request-id")
    request_id = next(
        (found for name in names if (found := header(headers, name)) is not None), None
    )
    return {
        **({} if request_id is None else {"RequestId": request_id}),
        "HTTPStatusCode": status,
        "HTTPHeaders": {key.lower(): header(headers, key) for key, _ in headers},
        "RetryAttempts": retries,
    }


def service_error(
    operation: Operation, status: int, headers: Headers, body: bytes, retries: int
) -> ServiceError:
    """The error that a reply with a status of 300 or more stands for (REST-JSON's rules)."""
    document = _error_fields(status, body)
    named = header(headers, "x-amzn-errortype") or document.get("code") or document.get("Code")
    code = str(named or document.get("__type") or "")
    code = code.partition(":")[0].rpartition("#")[2] or str(status)
    message = document.get("message", document.get("Message"))
    names = ("Message", *ERROR_MEMBERS[code]) if code in ERROR_MEMBERS else ()
    members = {name: document.get(name) for name in names}
    response = {
        "Error": {"Message": "" if message is None else str(message), "Code": code},
        "ResponseMetadata": response_metadata(status, headers, retries),
        **{name: value for name, value in members.items() if value is not None},
    }
    return ServiceError(response, operation.name)


def _error_fields(status: int, body: bytes) -> Mapping[str, Any]:
    """The fields of an error's body; a body that is no JSON object is the message itself."""
    text = body.decode("utf-8", "replace")
    if status >= SERVER_ERROR and (not text.strip() or text.lstrip().startswith("<")):
        return {"message": _phrase(status)}
    return json_fields(text)


def json_fields(text: str) -> Mapping[str, Any]:
    """The JSON object in `text`; what is none is the message of an error itself."""
    try:
        document = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        document = None
    return document if isinstance(document, dict) else {"message": text}


def _phrase(status: int) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
