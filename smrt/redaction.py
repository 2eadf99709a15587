"""Text without the secrets that may stand in it, for all that is printed, traced or raised."""

import re
from collections.abc import Mapping

MASK = "****"
_USER = "***@"
_SIGNING = r"((?:[?&]X-Amz-Credential|X-Amz-Security-Token|Signature)=)[^&\s\"'#,]*"
_REPEATED = r"(X-Amz-Security-Token:\s*)[^\s\"']+"
_PATTERNS = (
    (re.compile(r"""(?<=://)(?!\[?USER:PASSWORD@)[^/?#\s"'<>]+@"""), _USER),
    (re.compile(_SIGNING, re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(_REPEATED, re.IGNORECASE), rf"\1{MASK}"),
)
"""Who a URL names, but in our own hints; what signs one; and a token that a service repeats."""
_WHOLE_USER = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)?.*@", re.DOTALL)
_SECRET_NAME = re.compile(r"(secret|token|passw|api_?key)(?!.*_(file|uri)$)", re.IGNORECASE)
_SHORTEST = 8
"""Characters; a shorter value may stand anywhere by chance."""


def redacted(text: str) -> str:
    """`text` without the users, passwords, signatures and tokens of the URLs in it."""
    for pattern, mask in _PATTERNS:
        text = pattern.sub(mask, text)
    return text


def redacted_url(text: str) -> str:
    """What should be a URL and may be none: all before the last @ may be its password."""
    return redacted(_WHOLE_USER.sub(rf"\1{_USER}", text))


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
