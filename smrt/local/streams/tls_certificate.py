"""A certificate for smrt local --tls: self-signed, for this host alone, and only while it runs."""

import os
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from smrt.config.installation import install_command
from smrt.errors import ConfigurationError

NAMES = ("localhost",)
ADDRESSES = ("127.0.0.1",)
DAYS = 1
CRYPTOGRAPHY = ("cryptography>=42",)
_PROTOCOLS = ["h2", "http/1.1"]


class Tls(NamedTuple):
    """The context of a server, and the path of its certificate."""

    context: ssl.SSLContext
    certificate: str


@contextmanager
def temporary_tls(openssl: str | None) -> Iterator[Tls]:
    """TLS with a new certificate, whose files are deleted at the end.

    The program `openssl` makes it; without one, the package cryptography. Raises
    ConfigurationError if there is neither.
    """
    with TemporaryDirectory(prefix="smrt-") as folder:
        certificate, key = Path(folder, "certificate.pem"), Path(folder, "key.pem")
        key.touch(mode=0o600)
        _make(openssl, certificate, key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(_PROTOCOLS)
        context.load_cert_chain(certificate, key)
        key.unlink()  # it is in memory from now on
        yield Tls(context, str(certificate))


def _make(openssl: str | None, certificate: Path, key: Path) -> None:
    if openssl is not None:
        _by_openssl(openssl, certificate, key)
        return
    try:
        _by_cryptography(certificate, key)
    except ImportError as exc:
        raise ConfigurationError(
            "--tls needs the program openssl, or the package cryptography, to make a certificate",
            install_command(CRYPTOGRAPHY),
        ) from exc


def _by_openssl(program: str, certificate: Path, key: Path) -> None:
    names = [f"DNS:{name}" for name in NAMES] + [f"IP:{address}" for address in ADDRESSES]
    options = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-sha256",
    ]
    extensions = [
        f"subjectAltName={','.join(names)}",
        "basicConstraints=critical,CA:FALSE",
        "extendedKeyUsage=serverAuth",
    ]
    argv = [program, *options, "-days", str(DAYS), "-subj", "/CN=smrt local"]
    argv += ["-keyout", str(key), "-out", str(certificate)]
    argv += [word for extension in extensions for word in ("-addext", extension)]
    configuration = {"OPENSSL_CONF": os.devnull}  # it may add a CA's extensions
    ran = subprocess.run(  # noqa: S603 - the user's openssl
        argv, capture_output=True, check=False, env={**os.environ, **configuration}
    )
    if ran.returncode:
        reason = ran.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise ConfigurationError(f"openssl cannot make a certificate: {''.join(reason)}")


def _by_cryptography(certificate: Path, key: Path) -> None:
    from datetime import datetime, timedelta, timezone
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smrt local")])
    now = datetime.now(timezone.utc)
    alternatives = [
        *map(x509.DNSName, NAMES),
        *(x509.IPAddress(ip_address(address)) for address in ADDRESSES),
    ]
    builder = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    signed = builder.sign(private, hashes.SHA256())
    encoding = serialization.Encoding.PEM
    certificate.write_bytes(signed.public_bytes(encoding))
    key.write_bytes(
        private.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
