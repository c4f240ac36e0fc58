"""Certificates for the proxy and the data stores."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from local.dataplane.proxy.authority import (
    Authority,
    is_reserved,
    kept_authority,
    new_authority,
    system_authorities,
    write_key,
)
from local.dataplane.proxy.roots import Roots

ALWAYS = ("localhost", "127.0.0.1")


class Certificates:
    """Creates certificates; only their owner can read the keys.

    Three authorities sign. The one in `authority_folder` outlives the data plane, so that a browser can trust it once;
    it signs for names that belong to no one, such as those below `localhost`. The others live as long as this object:
    one signs for databases, as RDS's own does, and one for all other names, as Amazon Trust Services does.

    Args:
        folder: for certificates and keys.
        authority_folder: of the authority that people may trust.
    """

    def __init__(self, folder: Path, authority_folder: Path) -> None:
        self._folder = folder
        self.authority_path = folder / "authority.pem"
        """The authorities of what listens for people: `curl --cacert`."""
        self.bundle_path = folder / "trusted.pem"
        """What containers trust: the authorities of this machine, and these two. As on AWS, RDS's is not among them."""
        folder.mkdir(parents=True, exist_ok=True)
        self._reserved, self._other = kept_authority(authority_folder), new_authority(only_reserved=False)
        self._databases = new_authority(only_reserved=False)
        self.authority_path.write_bytes(self._reserved.pem + self._other.pem)
        self.bundle_path.write_bytes(system_authorities() + self.authority_path.read_bytes())
        self._names: dict[str, tuple[str, ...]] = {}

    def for_names(self, file_name: str, names: Iterable[str]) -> tuple[Path, Path]:
        """Files of a certificate chain and its key, for these host names and this machine.

        The file names contain a hash of the names, so that other names are another configuration of the proxy.
        """
        all_names = tuple(dict.fromkeys([*ALWAYS, *names]))
        return self._files(file_name, all_names, self._reserved if all(map(is_reserved, all_names)) else self._other)

    def for_database(self, file_name: str, names: Iterable[str]) -> tuple[Path, Path]:
        """The same for a database: for these host names alone, by the authority of databases."""
        return self._files(file_name, tuple(names), self._databases)

    def for_endpoint(self, file_name: str, names: Iterable[str]) -> tuple[Path, Path]:
        """The same for a cache or the proxy of a database, whose certificates Amazon Trust Services signs on AWS."""
        return self._files(file_name, tuple(names), self._other)

    def roots(self, region: str) -> Roots:
        """What takes the place of AWS's root certificates in what containers are given."""
        return Roots(region, databases=self._databases.pem, amazon=self._other.pem)

    def _files(self, file_name: str, all_names: tuple[str, ...], authority: Authority) -> tuple[Path, Path]:
        stem = f"{file_name}-{hashlib.sha256(chr(10).join(all_names).encode()).hexdigest()[:8]}"
        chain_path, key_path = self._folder / f"{stem}.pem", self._folder / f"{stem}.key"
        if stem not in self._names:
            key = ec.generate_private_key(ec.SECP256R1())
            certificate = authority.sign(key.public_key(), all_names)
            write_key(key_path, key)
            chain_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + authority.pem)
            self._names[stem] = all_names
        return chain_path, key_path
