"""TLS for a socket. Importing this costs as much as click: only https does."""

import os
import re
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress

from smrt.errors import ConfigurationError

from .connection import Channel

BLOCK = 1 << 16
_HASHED = re.compile(r"[0-9a-f]{8}\.0")


def wrap(sock: Channel, host: str, context: ssl.SSLContext) -> Channel:
    """`sock` after the handshake, which its timeout bounds; closed where that fails.

    Given text, ssl would import the idna codec (2 ms); a final dot is no part of a certificate.
    """
    name = host.removesuffix(".").encode("ascii")
    if isinstance(sock, ssl.SSLSocket):
        return Inner(sock, context, name)
    assert isinstance(sock, socket.socket)
    return context.wrap_socket(sock, server_hostname=name)


class Inner:
    """TLS inside of TLS: what is said to a server through a proxy that is spoken to by TLS."""

    def __init__(self, outer: ssl.SSLSocket, context: ssl.SSLContext, name: bytes) -> None:
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._unsent = b""
        self.fileno, self.setblocking, self.close = outer.fileno, outer.setblocking, outer.close
        self._shake_hands()

    def send(self, data: memoryview) -> int:
        """Send some of `data`; ssl.SSLWantWriteError where there is no room for it."""
        self._flush()
        count = self._tls.write(data[:BLOCK])
        with suppress(ssl.SSLWantWriteError, ssl.SSLWantReadError):
            self._flush()
        return count

    def recv(self, size: int) -> bytes:
        """At most `size` bytes, b"" at the end; ssl.SSLWant… where nothing has come."""
        while True:
            try:
                return self._tls.read(size)
            except ssl.SSLEOFError:
                return b""
            except ssl.SSLWantReadError:
                with suppress(ssl.SSLWantWriteError):
                    self._flush()
                self._feed()

    def _shake_hands(self) -> None:
        try:
            while True:
                try:
                    self._tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    self._flush()
                    self._feed()
            self._flush()
        except BaseException:
            self.close()
            raise

    def _feed(self) -> None:
        try:
            came = self._outer.recv(BLOCK)
        except ssl.SSLWantReadError:
            if self._unsent:
                raise ssl.SSLWantWriteError from None  # to wait for either
            raise
        if came:
            self._incoming.write(came)
        else:
            self._incoming.write_eof()

    def _flush(self) -> None:
        self._unsent += self._outgoing.read()
        while self._unsent:
            self._unsent = self._unsent[self._outer.send(self._unsent) :]


def context(*, verify: bool = True, ca_bundle: str | None = None) -> ssl.SSLContext:
    """A client's TLS 1.2 or newer; `ca_bundle` names the roots instead of the default ones.

    Raises ConfigurationError for a bundle that cannot be read.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols(["http/1.1"])
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    elif ca_bundle is not None:
        _load(made, ca_bundle)
    else:
        paths = ssl.get_default_verify_paths()
        _load_default(made, (paths.capath, paths.openssl_capath))
    return made


def _load(made: ssl.SSLContext, ca_bundle: str) -> None:
    folder = os.path.isdir(ca_bundle)
    try:
        made.load_verify_locations(
            cafile=None if folder else ca_bundle, capath=ca_bundle if folder else None
        )
    except OSError as exc:
        raise ConfigurationError(
            f"the CA bundle {ca_bundle} cannot be used: {exc.strerror or exc}",
            "name a file of PEM certificates with --ca-bundle, AWS_CA_BUNDLE or ca_bundle",
        ) from exc


def _load_default(made: ssl.SSLContext, folders: Iterable[str | None]) -> None:
    """The platform's store where it is hashed (1 ms to open), else botocore's bundle (15 ms)."""
    for folder in folders:
        if folder and _is_hashed(folder):
            made.load_verify_locations(capath=folder)
            return
    from importlib.util import find_spec

    found = find_spec("botocore")
    assert found is not None  # a dependency
    assert found.origin is not None
    made.load_verify_locations(cafile=os.path.join(os.path.dirname(found.origin), "cacert.pem"))


def _is_hashed(folder: str) -> bool:
    """Whether there is a certificate under the name by which OpenSSL looks for it."""
    try:
        with os.scandir(folder) as entries:
            return any(_HASHED.fullmatch(entry.name) for entry in entries)
    except OSError:
        return False
