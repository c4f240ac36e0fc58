"""Certificates for the proxy and the data stores."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from local.dataplane.proxy.authority import (
    is_reserved,
    kept_authority,
    new_authority,
    system_authorities,
    write_key,
)

ALWAYS = ("localhost", "127.0.0.1")


class Certificates:
    """Creates certificates; only their owner can read the keys.

    Two authorities sign. The one in `authority_folder` outlives the data plane, so that a browser can trust it once; it
    signs for names that belong to no one, such as those below `localhost`. The other one signs for all other names,
    such as those of databases, and lives as long as this object.

    Args:
        folder: for certificates and keys.
        authority_folder: of the authority that people may trust.
    """

    def __init__(self, folder: Path, authority_folder: Path) -> None:
        self._folder = folder
        self.authority_path = folder / "authority.pem"
        """Both authorities: `curl --cacert`."""
        self.bundle_path = folder / "trusted.pem"
        """What containers trust: the authorities of this machine, and these two."""
        folder.mkdir(parents=True, exist_ok=True)
        self._reserved, self._other = kept_authority(authority_folder), new_authority(only_reserved=False)
        self.authority_path.write_bytes(self._reserved.pem + self._other.pem)
        self.bundle_path.write_bytes(system_authorities() + self.authority_path.read_bytes())
        self._names: dict[str, tuple[str, ...]] = {}

    def for_names(self, file_name: str, names: Iterable[str]) -> tuple[Path, Path]:
        """Files of a certificate chain and its key, for these host names and this machine.

        The file names contain a hash of the names, so that other names are another configuration of the proxy.
        """
        all_names = tuple(dict.fromkeys([*ALWAYS, *names]))
        stem = f"{file_name}-{hashlib.sha256(chr(10).join(all_names).encode()).hexdigest()[:8]}"
        chain_path, key_path = self._folder / f"{stem}.pem", self._folder / f"{stem}.key"
        if stem not in self._names:
            authority = self._reserved if all(map(is_reserved, all_names)) else self._other
            key = ec.generate_private_key(ec.SECP256R1())
            certificate = authority.sign(key.public_key(), all_names)
            write_key(key_path, key)
            chain_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + authority.pem)
            self._names[stem] = all_names
        return chain_path, key_path
