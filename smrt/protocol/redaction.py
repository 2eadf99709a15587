"""Masks secrets in text that is printed, logged or raised."""

import re
from collections.abc import Mapping

from smrt.errors import MASK, USER_MASK, redacted

_USERINFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)?.*@", re.DOTALL)
_SECRET_NAME = re.compile(r"(secret|token|passw|api_?key)(?!.*_(file|uri)$)", re.IGNORECASE)
_RESPONSE = " from container metadata: "
_MIN_LENGTH = 8
"""Characters; shorter values occur in text by chance."""


def redacted_url(text: str) -> str:
    """Mask everything before the last @ of a URL that may be invalid: it may be a password."""
    return redacted(_USERINFO.sub(rf"\1{USER_MASK}", text))


def without_secrets(text: str, environ: Mapping[str, str]) -> str:
    """Mask secrets in `text`, including the values of variables in `environ` named like secrets."""
    values = [value for name, value in environ.items() if _SECRET_NAME.search(name)]
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _MIN_LENGTH:
            text = text.replace(value, MASK)
    return redacted(text)


def without_credentials(message: str) -> str:
    """Botocore's `message` about a container service, without a response that may be credentials.

    Of a JSON object only its own message remains; text without a quotation mark is no JSON.
    """
    start, separator, body = message.partition(_RESPONSE)
    if not separator:
        return message
    detail = _member(body, "message") if '"' in body else body
    return f"{start}{separator}{detail}".removesuffix(": ")


def _member(body: str, name: str) -> str:
    import json

    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(document.get(name, "")) if isinstance(document, dict) else ""


def cause(exc: Exception) -> Exception | None:
    """Return `exc` to raise from, or None if its message contains a secret."""
    text = str(exc)
    return exc if without_credentials(redacted(text)) == text else None
