"""Certificates for the proxy and the data stores, signed by an authority that is made once per folder."""

import ipaddress
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_DAYS = 397
"""The longest that browsers accept."""
ALWAYS = ("localhost", "127.0.0.1")


class Certificates:
    """Makes certificates; keys are readable by their owner only.

    Args:
        folder: `authority.pem` in it is what a client can trust: `curl --cacert`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority_path = folder / "authority.pem"
        self.bundle_path = folder / "trusted.pem"
        """What containers trust: this machine's authorities, and this one."""
        folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._authority = self._sign(
            "Windlass local authority", self._key.public_key(), [], issuer="Windlass local authority"
        )
        self.authority_path.write_bytes(self._authority.public_bytes(serialization.Encoding.PEM))
        known = ssl.get_default_verify_paths().cafile
        self.bundle_path.write_bytes((Path(known).read_bytes() if known else b"") + self.authority_path.read_bytes())
        self._made: dict[str, tuple[str, ...]] = {}

    def for_names(self, file_name: str, names: Iterable[str]) -> tuple[Path, Path]:
        """Files of a chain and its key for these host names and this machine; made again where the names change.

        The file names hold a hash of the names, so that a change of them is a change of the configuration.
        """
        wanted = tuple(dict.fromkeys([*ALWAYS, *names]))
        digest = hashes.Hash(hashes.SHA256())
        digest.update("\n".join(wanted).encode())
        stem = f"{file_name}-{digest.finalize().hex()[:8]}"
        chain_path, key_path = self._folder / f"{stem}.pem", self._folder / f"{stem}.key"
        if stem not in self._made:
            key = ec.generate_private_key(ec.SECP256R1())
            certificate = self._sign(wanted[-1], key.public_key(), wanted, issuer="Windlass local authority")
            pem = serialization.Encoding.PEM
            key_path.touch(mode=0o600)
            key_path.write_bytes(
                key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            )
            chain_path.write_bytes(certificate.public_bytes(pem) + self._authority.public_bytes(pem))
            self._made[stem] = wanted
        return chain_path, key_path

    def _sign(
        self, name: str, key: ec.EllipticCurvePublicKey, names: Iterable[str], *, issuer: str
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        names = list(names)
        is_authority = not names
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(issuer))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=VALID_DAYS))
            .add_extension(
                x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True
            )
            .add_extension(_usage(is_authority=is_authority), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(list(map(_general_name, names))), critical=False
            )
            purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
            builder = builder.add_extension(purposes, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


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
