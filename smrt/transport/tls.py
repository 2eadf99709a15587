"""TLS for sockets. Importing it takes as long as importing click, so only https calls do."""

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
    """Perform the handshake on `sock` within its timeout; closes it on failure.

    Certificates omit the final dot of a host name.
    """
    name = host.removesuffix(".").encode("ascii")  # for str, ssl imports the idna codec (2 ms)
    if isinstance(sock, ssl.SSLSocket):
        return Inner(sock, context, name)
    assert isinstance(sock, socket.socket)
    return context.wrap_socket(sock, server_hostname=name)


def wrap_nonblocking(sock: socket.socket, host: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    """TLS for a connected socket that does not block; the caller performs the handshake."""
    name = host.removesuffix(".").encode("ascii")
    return context.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)


class Inner:
    """TLS inside TLS: a connection to an https server through an https proxy."""

    def __init__(self, outer: ssl.SSLSocket, context: ssl.SSLContext, name: bytes) -> None:
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._unsent = b""
        self.selected_alpn_protocol = self._tls.selected_alpn_protocol
        self.fileno, self.setblocking, self.close = outer.fileno, outer.setblocking, outer.close
        self._shake_hands()

    def send(self, data: memoryview) -> int:
        """Send some of `data`; raises ssl.SSLWantWriteError if the send buffer is full."""
        self._flush()
        count = self._tls.write(data[:BLOCK])
        with suppress(ssl.SSLWantWriteError, ssl.SSLWantReadError):
            self._flush()
        return count

    def recv(self, size: int) -> bytes:
        """Return at most `size` bytes, b"" at the end; raises ssl.SSLWant… if no data is there."""
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
            data = self._outer.recv(BLOCK)
        except ssl.SSLWantReadError:
            if self._unsent:
                raise ssl.SSLWantWriteError from None  # wait until it is readable or writable
            raise
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def _flush(self) -> None:
        self._unsent += self._outgoing.read()
        while self._unsent:
            self._unsent = self._unsent[self._outer.send(self._unsent) :]


HTTP1, HTTP2 = "http/1.1", "h2"
"""The protocols by their names in ALPN."""


def context(
    *, verify: bool = True, ca_bundle: str | None = None, protocol: str = HTTP1
) -> ssl.SSLContext:
    """A client's context for TLS 1.2 or newer; `ca_bundle` replaces the default CA certificates.

    Raises ConfigurationError if the bundle cannot be read.
    """
    result = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    result.minimum_version = ssl.TLSVersion.TLSv1_2
    result.set_alpn_protocols([protocol])
    if not verify:
        result.check_hostname = False
        result.verify_mode = ssl.CERT_NONE
    elif ca_bundle is not None:
        _load(result, ca_bundle)
    else:
        paths = ssl.get_default_verify_paths()
        _load_default(result, (paths.capath, paths.openssl_capath))
    return result


def _load(ssl_context: ssl.SSLContext, ca_bundle: str) -> None:
    folder = os.path.isdir(ca_bundle)
    try:
        ssl_context.load_verify_locations(
            cafile=None if folder else ca_bundle, capath=ca_bundle if folder else None
        )
    except OSError as exc:
        raise ConfigurationError(
            f"the CA bundle {ca_bundle} cannot be used: {exc.strerror or exc}",
            "set --ca-bundle, AWS_CA_BUNDLE or ca_bundle to a file of PEM certificates",
        ) from exc


def _load_default(ssl_context: ssl.SSLContext, folders: Iterable[str | None]) -> None:
    """Load the platform's store if it is hashed (1 ms), otherwise botocore's bundle (15 ms)."""
    for folder in folders:
        if folder and _is_hashed(folder):
            ssl_context.load_verify_locations(capath=folder)
            return
    from importlib.util import find_spec

    spec = find_spec("botocore")
    assert spec is not None  # a dependency
    assert spec.origin is not None
    ssl_context.load_verify_locations(
        cafile=os.path.join(os.path.dirname(spec.origin), "cacert.pem")
    )


def _is_hashed(folder: str) -> bool:
    """Whether `folder` contains a certificate under its OpenSSL hash."""
    try:
        with os.scandir(folder) as entries:
            return any(_HASHED.fullmatch(entry.name) for entry in entries)
    except OSError:
        return False
