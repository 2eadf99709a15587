"""Text without the secrets that may stand in it, for all that is printed, traced or raised."""

import re
from collections.abc import Mapping

from smrt.errors import MASK, USER_MASK, redacted

_WHOLE_USER = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)?.*@", re.DOTALL)
_SECRET_NAME = re.compile(r"(secret|token|passw|api_?key)(?!.*_(file|uri)$)", re.IGNORECASE)
_SHORTEST = 8
"""Characters; a shorter value may stand anywhere by chance."""


def redacted_url(text: str) -> str:
    """What should be a URL and may be none: all before the last @ may be its password."""
    return redacted(_WHOLE_USER.sub(rf"\1{USER_MASK}", text))


def without_secrets(text: str, environ: Mapping[str, str]) -> str:
    """`text` without what `environ` keeps under the name of a secret, too."""
    values = [value for name, value in environ.items() if _SECRET_NAME.search(name)]
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _SHORTEST:
            text = text.replace(value, MASK)
    return redacted(text)


def cause(exc: Exception) -> Exception | None:
    """`exc`, to be raised from; None where a traceback would show a secret in its text."""
    text = str(exc)
    return exc if redacted(text) == text else None
