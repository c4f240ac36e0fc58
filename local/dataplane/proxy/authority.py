"""A certificate authority: its key, its certificate, and what it signs."""

import hashlib
import ipaddress
import os
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CLOCK_AHEAD_DAYS = 31
"""Certificates are valid this long before they are signed: a clock that was ahead of time may be set back."""
LEAF_VALID_DAYS = 397 - CLOCK_AHEAD_DAYS
"""From now on; browsers accept 397 days in all."""
AUTHORITY_VALID_DAYS = 5 * 365
RENEW_DAYS = LEAF_VALID_DAYS
"""An authority that ends sooner than what it signs today is replaced."""
RESERVED_DOMAINS = ("localhost", "test", "example", "invalid")
"""Top-level domains that belong to no one (RFC 2606, RFC 6761)."""
LOOPBACK = ("127.0.0.0/8", "::1/128")
CERTIFICATE_FILE, KEY_FILE = "authority.pem", "authority.key"


class Authority:
    """Signs certificates of servers.

    Args:
        key: of the authority.
        certificate: what clients trust.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key, self.certificate = key, certificate

    @property
    def pem(self) -> bytes:
        """The certificate as a file has it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def save(self, folder: Path) -> None:
        """Write key and certificate, for `kept_authority` to find."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_key(folder / KEY_FILE, self._key)
        (folder / CERTIFICATE_FILE).write_bytes(self.pem)

    def sign(self, key: ec.EllipticCurvePublicKey, names: Iterable[str]) -> x509.Certificate:
        """A certificate of a server for these host names and addresses; the last one is its common name."""
        names = list(names)
        builder = (
            _builder(names[-1], key, issuer=self.certificate.subject, valid_days=LEAF_VALID_DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(is_authority=False), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(x509.SubjectAlternativeName(list(map(_general_name, names))), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        )
        return builder.sign(self._key, hashes.SHA256())


def new_authority(*, only_reserved: bool) -> Authority:
    """An authority with a key of its own.

    Args:
        only_reserved: it can sign for the domains in `RESERVED_DOMAINS` and for loopback only, by name constraints, so
            that trusting it is harmless.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    # Two authorities of one name would be mixed up by clients that trust both.
    word = hashlib.sha256(_public_bytes(key)).hexdigest()[:8]
    name = f"Windlass local authority {word}"
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        _builder(name, key.public_key(), issuer=issuer, valid_days=AUTHORITY_VALID_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    if only_reserved:
        permitted: list[x509.GeneralName] = [x509.DNSName(domain) for domain in RESERVED_DOMAINS]
        permitted += [x509.IPAddress(ipaddress.ip_network(block)) for block in LOOPBACK]
        builder = builder.add_extension(x509.NameConstraints(permitted, excluded_subtrees=None), critical=True)
    return Authority(key, builder.sign(key, hashes.SHA256()))


def kept_authority(folder: Path) -> Authority:
    """The authority in a folder, limited to reserved names; created when there is none, or when it expires soon."""
    authority = _read(folder)
    if authority is None:
        authority = new_authority(only_reserved=True)
        authority.save(folder)
    return authority


def is_reserved(name: str) -> bool:
    """Whether a host name or an address is reserved."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name.rpartition(".")[2] in RESERVED_DOMAINS


def system_authorities() -> bytes:
    """The certificates that this machine trusts, as PEM; empty where OpenSSL names no file."""
    known = ssl.get_default_verify_paths().cafile
    return Path(known).read_bytes() if known else b""


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a private key that its owner alone can read."""
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)


def _read(folder: Path) -> Authority | None:
    """The authority in a folder, if it is whole and lasts."""
    try:
        key = serialization.load_pem_private_key((folder / KEY_FILE).read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE_FILE).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        return None
    now = datetime.now(UTC)
    lasts = certificate.not_valid_after_utc > now + timedelta(days=RENEW_DAYS)
    if not lasts or certificate.not_valid_before_utc > now:
        return None
    return Authority(key, certificate)


def _builder(
    name: str, key: ec.EllipticCurvePublicKey, *, issuer: x509.Name, valid_days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=CLOCK_AHEAD_DAYS))
        .not_valid_after(now + timedelta(days=valid_days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
