"""Snapshots on disk: written whole or not at all, and never loaded in part.

A folder holds the file `account`, whose first line describes it and whose rest is a pickle, and `bodies/` with the body
of each S3 object under its SHA-256. A new snapshot replaces `account` by a rename, once everything that it refers to
is on the disk. Then bodies that it does not refer to are removed.
"""

import hashlib
import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

FORMAT = 1
"""Raise it when the state of an extension changes its form, or a snapshot its files."""
ACCOUNT, BODIES, SET_ASIDE = "account", "bodies", "set-aside"


class SnapshotError(RuntimeError):
    """A snapshot cannot be written or read; the message is a sentence for people."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """The first line of a snapshot."""

    format: int
    moto: str
    python: str
    services: tuple[str, ...]
    """moto's names of the services in it."""
    saved_at: str
    """UTC, ISO 8601."""
    size: int
    """Of the pickle, in bytes."""
    sha256: str
    """Of the pickle."""
    bodies: int
    """How many bodies it refers to."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a snapshot is made of."""

    services: tuple[str, ...]
    pickled: bytes
    bodies: frozenset[str]
    """Digests of all bodies that it refers to."""


class SnapshotFolder:
    """The snapshot of one embedded AWS.

    Args:
        folder: is created when something is saved.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bodies = folder / BODIES

    def header(self) -> Header | None:
        """What is saved here; `None` where nothing is, or nothing that can be read."""
        try:
            with (self.folder / ACCOUNT).open("rb") as file:
                return _header(file.readline())
        except (OSError, SnapshotError):
            return None

    def has_body(self, digest: str) -> bool:
        """Whether the body with this digest is stored."""
        return (self._bodies / digest).is_file()

    def write_body(self, body: bytes) -> str:
        """Store a body, unless it is stored already, and return its digest; it is on the disk after `write`.

        Raises:
            SnapshotError: the disk is full, or the folder cannot be written.
        """
        digest = hashlib.sha256(body).hexdigest()
        path = self._bodies / digest
        if not path.exists():
            try:
                self._bodies.mkdir(parents=True, exist_ok=True, mode=0o700)
                _write(path, body)
            except OSError as error:
                raise _unwritable(path, error) from error
        return digest

    def read_body(self, digest: str) -> bytes:
        """The body with this digest.

        Raises:
            SnapshotError: it is missing, or its bytes have changed.
        """
        try:
            body = (self._bodies / digest).read_bytes()
        except OSError as error:
            raise SnapshotError(f"the body {digest} of an S3 object is missing") from error
        if hashlib.sha256(body).hexdigest() != digest:
            raise SnapshotError(f"the body {digest} of an S3 object has changed")
        return body

    def write(self, content: Content, now: datetime) -> Header:
        """Replace what is saved; after an error the former snapshot is unchanged.

        Raises:
            SnapshotError: the disk is full, or the folder cannot be written.
        """
        header = Header(
            format=FORMAT,
            moto=version("moto"),
            python=_python(),
            services=content.services,
            saved_at=now.astimezone(UTC).isoformat(timespec="milliseconds"),
            size=len(content.pickled),
            sha256=hashlib.sha256(content.pickled).hexdigest(),
            bodies=len(content.bodies),
        )
        path = self.folder / ACCOUNT
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _sync(self._bodies)
            _write(path, json.dumps(asdict(header)).encode() + b"\n" + content.pickled)
            _sync(self.folder)
        except OSError as error:
            raise _unwritable(path, error) from error
        self._remove_bodies(lambda digest: digest not in content.bodies)
        return header

    def read(self) -> tuple[Header, bytes] | None:
        """The header and the pickle; `None` where nothing is saved.

        Raises:
            SnapshotError: the snapshot is broken, or another version wrote it.
        """
        try:
            with (self.folder / ACCOUNT).open("rb") as file:
                header, pickled = _header(file.readline()), file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SnapshotError(f"it cannot be read: {error.strerror}") from error
        if len(pickled) != header.size:
            raise SnapshotError(f"it has {len(pickled)} bytes instead of {header.size}")
        if hashlib.sha256(pickled).hexdigest() != header.sha256:
            raise SnapshotError("its bytes have changed since it was written")
        return header, pickled

    def set_aside(self, now: datetime) -> Path:
        """Rename the snapshot, so that it is never read again and nothing of it is lost; returns where it is."""
        name = f"{self.folder.name}-{SET_ASIDE}-{now:%Y%m%d-%H%M%S}"
        candidates = (self.folder.with_name(name if number == 1 else f"{name}-{number}") for number in count(1))
        target = next(path for path in candidates if not path.exists())
        self.folder.rename(target)
        return target

    def _remove_bodies(self, is_unused: Callable[[str], bool]) -> None:
        # A body that cannot be removed takes space, and is removed the next time.
        for path in self._bodies.iterdir() if self._bodies.is_dir() else ():
            if is_unused(path.name):
                path.unlink(missing_ok=True)


def _header(line: bytes) -> Header:
    try:
        document: dict[str, Any] = json.loads(line)
        versions = document["format"], document["moto"], document["python"]
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError("its first line is not the header of a snapshot") from error
    if versions != (FORMAT, version("moto"), _python()):
        raise SnapshotError(
            f"format {versions[0]}, moto {versions[1]} and Python {versions[2]} wrote it; "
            f"this is format {FORMAT}, moto {version('moto')} and Python {_python()}"
        )
    try:
        return Header(**{**document, "services": tuple(document["services"])})
    except (KeyError, TypeError) as error:
        raise SnapshotError("its first line is not the header of a snapshot") from error


def _python() -> str:
    """The version of Python that pickles depend on: `3.11`."""
    return ".".join(platform.python_version_tuple()[:2])


def _write(path: Path, content: bytes) -> None:
    """Write a file that is either whole or not there, and on the disk."""
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    if not folder.is_dir():
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> SnapshotError:
    return SnapshotError(f"{path} cannot be written: {error.strerror or error}")
