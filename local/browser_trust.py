"""Makes the browsers of this user trust the certificate authority of the local platform, and removes it again.

Chrome, Chromium and Edge on Linux read an NSS database in the home directory; Firefox has one in each profile. The
program `certutil` of the NSS tools changes both.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

CERTUTIL_PACKAGES = "libnss3-tools (Debian, Ubuntu), nss-tools (Fedora) or nss (Arch)"
TRUSTED_FOR_SERVERS = "C,,"
CHROMIUM_FOLDERS = (".pki/nssdb", ".local/share/pki/nssdb")
"""Where Chrome and Chromium look, the first that exists; `~/.pki/nssdb` is what they would create."""
CHROMIUM_SNAP_FOLDER = "snap/chromium/current/.pki/nssdb"
FIREFOX_FOLDERS = (".mozilla/firefox", "snap/firefox/common/.mozilla/firefox")


class TrustError(RuntimeError):
    """Trust cannot be changed; a sentence for people."""


@dataclass(frozen=True, kw_only=True)
class TrustStore:
    """An NSS database."""

    browser: str
    """Who reads it."""
    folder: Path


class BrowserTrust:
    """The browsers of one user.

    Args:
        certificate_path: of the authority, PEM.
        home: the user's home directory.
    """

    def __init__(self, certificate_path: Path, home: Path) -> None:
        self._certificate_path, self._home = certificate_path, home

    @property
    def nickname(self) -> str:
        """The name under which browsers list the authority."""
        certificate = x509.load_pem_x509_certificate(self._certificate_path.read_bytes())
        return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    def stores(self) -> tuple[TrustStore, ...]:
        """The databases of this user's browsers; that of Chromium also where it does not exist yet."""
        chromium = [self._home / folder for folder in CHROMIUM_FOLDERS]
        stores = [
            TrustStore(
                browser="Chrome, Chromium, Edge",
                folder=next((folder for folder in chromium if (folder / "cert9.db").exists()), chromium[0]),
            )
        ]
        snap = self._home / CHROMIUM_SNAP_FOLDER
        if (snap / "cert9.db").exists():
            stores.append(TrustStore(browser="Chromium (snap)", folder=snap))
        for folder in FIREFOX_FOLDERS:
            for database in sorted((self._home / folder).glob("*/cert9.db")):
                stores.append(TrustStore(browser=f"Firefox ({database.parent.name})", folder=database.parent))
        return tuple(stores)

    def add(self) -> tuple[TrustStore, ...]:
        """Make every browser trust the authority; returns the databases that hold it now.

        Raises:
            TrustError: `certutil` is missing, or refuses.
        """
        nickname = self.nickname
        for store in self.stores():
            if not (store.folder / "cert9.db").exists():
                store.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._certutil(store, "-N", "--empty-password")
            if self._holds(store, nickname):
                continue
            self._certutil(store, "-A", "-t", TRUSTED_FOR_SERVERS, "-n", nickname, "-i", str(self._certificate_path))
        return self.stores()

    def remove(self) -> tuple[TrustStore, ...]:
        """Take the authority out of every browser; returns the databases that held it.

        Raises:
            TrustError: `certutil` is missing, or refuses.
        """
        nickname = self.nickname
        holding = tuple(store for store in self._existing() if self._holds(store, nickname))
        for store in holding:
            self._certutil(store, "-D", "-n", nickname)
        return holding

    def is_trusted(self) -> bool:
        """Whether any browser trusts the authority; no where `certutil` is missing."""
        if shutil.which("certutil") is None or not self._certificate_path.exists():
            return False
        return any(self._holds(store, self.nickname) for store in self._existing())

    def _existing(self) -> list[TrustStore]:
        return [store for store in self.stores() if (store.folder / "cert9.db").exists()]

    def _holds(self, store: TrustStore, nickname: str) -> bool:
        return self._run(store, "-L", "-n", nickname).returncode == 0

    def _certutil(self, store: TrustStore, *arguments: str) -> None:
        done = self._run(store, *arguments)
        if done.returncode != 0:
            raise TrustError(f"certutil refused to change {store.folder}: {(done.stderr or done.stdout).strip()}")

    def _run(self, store: TrustStore, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = shutil.which("certutil")
        if program is None:
            raise TrustError(
                f"certutil was not found. Install the package {CERTUTIL_PACKAGES} and run the command again; or import "
                f"{self._certificate_path} by hand, in the browser's settings for certificates, under authorities."
            )
        command = [program, "-d", f"sql:{store.folder}", *arguments]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
