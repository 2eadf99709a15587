"""The last signing key: it changes with the credentials, the day and the region only."""

from .sigv4 import Scope, signing_key


class SigningKeyCache:
    """Derives a signing key once for as long as it is the same; threads can share it."""

    def __init__(self) -> None:
        self._last: tuple[tuple[str, Scope], bytes] | None = None

    def key(self, secret_key: str, scope: Scope) -> bytes:
        """The signing key of `secret_key` for `scope`."""
        last, wanted = self._last, (secret_key, scope)
        if last is None or last[0] != wanted:
            last = self._last = (wanted, signing_key(secret_key, scope))
        return last[1]
