"""Blobs of the registry: layers and configurations of images, each in a file with its SHA-256 as the name.

A blob is written beside the others, and renamed when it is complete and its digest is right. So files are only ever
whole and never change, and `local save` can copy them by hard links.
"""

import hashlib
import os
import re
import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

DIGEST = re.compile(r"sha256:(?P<hex>[0-9a-f]{64})")
EMPTY = f"sha256:{hashlib.sha256(b'').hexdigest()}"
"""Digest of nothing: the configuration of images that consist of a tag alone. It is always there."""
CHUNK_BYTES = 1024 * 1024


class WrongDigestError(ValueError):
    """The bytes that arrived are not those that the digest names."""


class OutOfOrderError(ValueError):
    """A chunk does not begin where the last one ended, or ended too early."""


class Upload:
    """A blob that is arriving. Thread-safe.

    Args:
        path: where its bytes are until it is complete.
        repository: account, region and name of the repository that it is for.
    """

    def __init__(self, path: Path, repository: tuple[str, str, str]) -> None:
        self.id = path.name
        self.path, self.repository = path, repository
        self.size = 0
        self._hash = hashlib.sha256()
        self._lock = threading.Lock()
        path.touch(mode=0o600)

    @property
    def digest(self) -> str:
        """Of what has arrived."""
        return f"sha256:{self._hash.hexdigest()}"

    def append(self, stream: BinaryIO, *, first_byte: int | None = None, length: int | None = None) -> None:
        """Add a chunk; nothing of it stays where it is cut off.

        Args:
            stream: the chunk.
            first_byte: its place in the blob. Default: after what has arrived.
            length: how many bytes it has. Default: all that come.

        Raises:
            OutOfOrderError: it belongs elsewhere, or is shorter than announced.
        """
        with self._lock:
            if first_byte not in (None, self.size):
                raise OutOfOrderError(f"{self.size} bytes have arrived, and the chunk begins at {first_byte}")
            size, digest = self.size, self._hash.copy()
            with self.path.open("r+b") as file:
                file.seek(self.size)
                try:
                    while chunk := stream.read(CHUNK_BYTES):
                        file.write(chunk)
                        digest.update(chunk)
                        size += len(chunk)
                    if length not in (None, size - self.size):
                        raise OutOfOrderError(f"the chunk has {size - self.size} bytes instead of {length}")
                except BaseException:
                    file.flush()
                    file.truncate(self.size)
                    raise
            self.size, self._hash = size, digest

    def sync(self, digest: str) -> None:
        """Put the bytes on the disk; raises WrongDigestError where they are others than `digest` says."""
        if digest != self.digest:
            raise WrongDigestError(f"the digest of what arrived is {self.digest}, not {digest}")
        with self.path.open("rb") as file:
            os.fsync(file.fileno())


class BlobStore:
    """The blobs of a process. In a temporary folder, which goes with the process, until `use` names another."""

    def __init__(self) -> None:
        self._folders: tuple[Path, Path] | None = None
        self._uploads: dict[str, Upload] = {}
        self._lock = threading.Lock()

    def use(self, folder: Path, *, uploads: Path) -> None:
        """Keep blobs in a folder that outlives the process.

        Args:
            folder: of complete blobs.
            uploads: of those that are arriving, on the same file system; emptied now.
        """
        shutil.rmtree(uploads, ignore_errors=True)
        self._folders = folder, uploads

    def path(self, digest: str) -> Path | None:
        """The file of a blob; None where it is not there."""
        match = DIGEST.fullmatch(digest)
        if match is None:
            return None
        path = self._places()[0] / match["hex"]
        if digest == EMPTY and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
        return path if path.is_file() else None

    def begin(self, repository: tuple[str, str, str]) -> Upload:
        """A new upload."""
        folder = self._places()[1]
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        upload = Upload(folder / secrets.token_hex(16), repository)
        with self._lock:
            self._uploads[upload.id] = upload
        return upload

    def upload(self, id_: str, repository: tuple[str, str, str]) -> Upload | None:
        """The upload with this id into this repository; None where there is none, or none any more."""
        with self._lock:
            upload = self._uploads.get(id_)
        return upload if upload is not None and upload.repository == repository else None

    def commit(self, upload: Upload) -> None:
        """Make a synced upload a blob; hold the lock under which its repository gets to know it."""
        blob = self._places()[0] / upload.digest.removeprefix("sha256:")
        blob.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        upload.path.replace(blob)
        descriptor = os.open(blob.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self.forget(upload)

    def forget(self, upload: Upload) -> None:
        """Drop an upload, with its bytes if it is not a blob yet."""
        with self._lock:
            self._uploads.pop(upload.id, None)
        upload.path.unlink(missing_ok=True)

    def keep(self, digests: Iterable[str]) -> None:
        """Remove all blobs but these; hold the lock of `commit`."""
        kept = {digest.removeprefix("sha256:") for digest in digests}
        folder = self._places()[0]
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name not in kept:
                path.unlink(missing_ok=True)

    def _places(self) -> tuple[Path, Path]:
        with self._lock:
            if self._folders is None:
                folder = Path(tempfile.mkdtemp(prefix="windlass-registry-"))
                weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
                self._folders = folder / "blobs", folder / "uploads"
            return self._folders


BLOBS = BlobStore()
"""One per process, like moto's backends."""


def stored_digests(backends: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> set[str]:
    """Digests of all blobs that any repository has.

    Args:
        backends: service → account → region → moto's backend.
    """
    return {
        digest
        for regions in backends.get("ecr", {}).values()
        for backend in regions.values()
        for repository in backend.repositories.values()
        for digest in repository.layers
    }
