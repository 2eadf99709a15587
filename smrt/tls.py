"""TLS for a socket. Importing this costs as much as click: only https does."""

import socket
import ssl
from pathlib import Path

from .errors import ConfigurationError


def wrap(sock: socket.socket, host: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    """`sock` after the handshake, which its timeout bounds."""
    return context.wrap_socket(sock, server_hostname=host)


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
        _load_default(made)
    return made


def _load(made: ssl.SSLContext, ca_bundle: str) -> None:
    folder = Path(ca_bundle).is_dir()
    try:
        made.load_verify_locations(
            cafile=None if folder else ca_bundle, capath=ca_bundle if folder else None
        )
    except OSError as exc:
        raise ConfigurationError(
            f"the CA bundle {ca_bundle} cannot be used: {exc.strerror or exc}",
            "name a file of PEM certificates with --ca-bundle, AWS_CA_BUNDLE or ca_bundle",
        ) from exc


def _load_default(made: ssl.SSLContext) -> None:
    """The platform's store where it is hashed (1 ms to open), else botocore's bundle (15 ms)."""
    paths = ssl.get_default_verify_paths()
    for folder in (paths.capath, paths.openssl_capath):
        if folder and next(Path(folder).glob("????????.0"), None) is not None:
            made.load_verify_locations(capath=folder)
            return
    from importlib.util import find_spec

    found = find_spec("botocore")
    assert found is not None  # a dependency
    assert found.origin is not None
    made.load_verify_locations(cafile=str(Path(found.origin).with_name("cacert.pem")))
