"""Parses a response into its metadata or error, in boto3's shapes."""

from collections.abc import Iterable, Mapping
from typing import Any

from smrt.errors import ServiceError

from .messages import Headers
from .operations import ERROR_INTEGERS, ERROR_MEMBERS, HttpLocation, Operation

SUCCESS = range(200, 300)
SERVER_ERROR = 500


def by_lowercase_name(headers: Headers) -> dict[str, str]:
    """Header values by lowercase name; repeated values are joined (RFC 9110, 5.3)."""
    values: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        values[key] = f"{values[key]}, {value}" if key in values else value
    return values


def header(headers: Headers, name: str) -> str | None:
    """The value of the header `name`, in any case; repeated values are joined."""
    return by_lowercase_name(headers).get(name.lower())


def metadata(operation: Operation, headers: Headers, document: Any = None) -> dict[str, Any]:
    """The fields present in a response, headers first; `document` is its JSON body, if any."""
    by_name = by_lowercase_name(headers)
    values = {
        field.name: by_name.get(field.wire.lower())
        for field in operation.fields
        if field.location is HttpLocation.HEADER
    }
    if isinstance(document, Mapping):
        values |= {
            field.name: document.get(field.wire)
            for field in operation.fields
            if field.location is HttpLocation.JSON
        }
    return {name: value for name, value in values.items() if value is not None}


def response_metadata(status: int, headers: Headers, retries: int) -> dict[str, Any]:
    """boto3's ResponseMetadata."""
    by_name = by_lowercase_name(headers)
    request_id = by_name.get("x-amzn-requestid", by_name.get("x-amz-request-id"))
    return {
        **({} if request_id is None else {"RequestId": request_id}),
        "HTTPStatusCode": status,
        "HTTPHeaders": by_name,
        "RetryAttempts": retries,
    }


def service_error(
    operation: Operation, status: int, headers: Headers, body: bytes, retries: int
) -> ServiceError:
    """Parse a response with a status of 300 or more into its error (REST-JSON's rules)."""
    text = body.decode("utf-8", "replace")
    is_generic = status >= SERVER_ERROR and (not text.strip() or text.lstrip().startswith("<"))
    document = {"message": _phrase(status)} if is_generic else json_fields(text)
    error_type = header(headers, "x-amzn-errortype") or document.get("code") or document.get("Code")
    code = str(error_type or document.get("__type") or "")
    code = code.partition(":")[0].rpartition("#")[2] or str(status)
    message = document.get("message", document.get("Message"))
    error = {"Message": "" if message is None else str(message), "Code": code}
    names = ("Message", *ERROR_MEMBERS[code]) if code in ERROR_MEMBERS else ()
    response = {
        "Error": dict(sorted(error.items())) if is_generic else error,  # botocore's orders
        "ResponseMetadata": response_metadata(status, headers, retries),
        **error_members(names, document),
    }
    return ServiceError(response, operation.name)


def error_members(names: Iterable[str], document: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an error called `names`, integers as such; invalid ones are left out."""
    values = {
        name: _integer(document.get(name)) if name in ERROR_INTEGERS else document.get(name)
        for name in names
    }
    return {name: value for name, value in values.items() if value is not None}


def _integer(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def json_fields(text: str) -> Mapping[str, Any]:
    """Parse the JSON object in `text`; other text becomes an error's message."""
    from .json_document import parse_json  # a successful call does not need it

    try:
        document = parse_json(text) if text else {}
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"message": text}


def _phrase(status: int) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
