"""Keeps copies of a whole platform under names: the account of the embedded AWS, and the files of the data stores."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from local.database_copies import data_home
from local.dataplane import DataPlane
from local.dataplane.stores.postgres_place import remove_data, restore_home
from local.embedded import EmbeddedAws
from local.freeze import frozen

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
MANIFEST, AWS, STORES = "platform.json", "aws", "stores"
FORMAT = 1


class SavedPlatformError(RuntimeError):
    """A platform cannot be saved or loaded; the message is a sentence for people."""


class NoSuchPlatformError(SavedPlatformError):
    """The name is not allowed, or there is no platform of that name."""


@dataclass(frozen=True, kw_only=True)
class SavedPlatform:
    """A copy of a platform."""

    name: str
    environment: str
    """The environment that was applied."""
    saved_at: datetime
    endpoint_url: str
    """Where its embedded AWS listened."""
    format: int = FORMAT


class SavedPlatforms:
    """The saved platforms of one user's folder.

    Args:
        folder: holds a folder for each of them; created when the first one is saved.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> tuple[SavedPlatform, ...]:
        """Every saved platform that can be loaded, the newest first."""
        manifests = [_manifest(path.parent) for path in self._folder.glob(f"*/{MANIFEST}")]
        return tuple(sorted(filter(None, manifests), key=lambda each: each.saved_at, reverse=True))

    def save(self, name: str, *, environment: str, aws: EmbeddedAws, data_plane: DataPlane) -> SavedPlatform:
        """Copy what is there now; a platform that was saved under this name is replaced once the copy is complete.

        The data stores pause meanwhile.

        Raises:
            NoSuchPlatformError: the name is not allowed.
            SavedPlatformError: nothing is applied, an apply is at work, or the disk is full.
            EmbeddedAwsError: the embedded AWS does not answer.
        """
        if not NAME.fullmatch(name):
            raise NoSuchPlatformError(
                f"The name is {name!r}; allowed: 1 to 40 lower-case letters, digits and hyphens, not beginning with a "
                "hyphen."
            )
        draft, target = self._folder / f".{name}.new", self._folder / name
        shutil.rmtree(draft, ignore_errors=True)
        platform = SavedPlatform(
            name=name,
            environment=environment,
            saved_at=datetime.now(UTC).replace(microsecond=0),
            endpoint_url=aws.endpoint_url,
        )
        try:
            draft.mkdir(parents=True, mode=0o700)
            with ExitStack() as stack:
                stack.enter_context(frozen(_pids(data_plane)))
                if aws.status().running:
                    problem = aws.save().problem
                    if problem:
                        raise SavedPlatformError(f"The platform cannot be saved now: {problem}.")
                if aws.saved.header() is None:
                    raise SavedPlatformError("Nothing is applied, so there is nothing to save.")
                _copy(aws.saved.folder, draft / AWS, hard_links=True)
                for store in _folders(data_plane.stores_folder):
                    _copy(data_home(store), draft / STORES / store.name)
            (draft / MANIFEST).write_text(json.dumps(asdict(platform), indent=2, default=datetime.isoformat))
            shutil.rmtree(target, ignore_errors=True)
            draft.rename(target)
        except OSError as error:
            raise SavedPlatformError(f"{target} cannot be written: {error.strerror or error}.") from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return platform

    def find(self, name: str, *, environment: str) -> SavedPlatform:
        """The platform with this name.

        Raises:
            NoSuchPlatformError: there is none, it is of another environment, or another version saved it.
        """
        platform = _manifest(self._folder / name) if NAME.fullmatch(name) else None
        if platform is None:
            names = ", ".join(each.name for each in self.all()) or "none yet; ./windlass local save NAME makes one"
            raise NoSuchPlatformError(f"There is no saved platform {name!r}; there are: {names}.")
        if platform.environment != environment:
            raise NoSuchPlatformError(
                f"{name!r} was saved from the environment {platform.environment}, not from {environment}."
            )
        return platform

    def load(self, platform: SavedPlatform, *, aws: EmbeddedAws, data_plane: DataPlane) -> None:
        """Put the copy in place of what is there; both must be stopped. What is there is kept until all is copied.

        Raises:
            SavedPlatformError: the disk is full, or a folder cannot be written.
        """
        source = self._folder / platform.name
        saved, stores = aws.saved.folder, data_plane.stores_folder
        new_saved, new_stores = saved.with_name(f"{saved.name}.new"), stores.with_name(f"{stores.name}.new")
        try:
            for folder in (new_saved, new_stores):
                shutil.rmtree(folder, ignore_errors=True)
            _copy(source / AWS, new_saved, hard_links=True)
            new_stores.mkdir(parents=True)
            for store in _folders(source / STORES):
                _copy(store, new_stores / store.name)
            for store in _folders(stores):
                remove_data(store)
            shutil.rmtree(stores, ignore_errors=True)
            new_stores.rename(stores)
            for store in _folders(stores):
                restore_home(store)
            shutil.rmtree(saved, ignore_errors=True)
            new_saved.rename(saved)
        except OSError as error:
            raise SavedPlatformError(f"{platform.name} cannot be loaded: {error}.") from error
        finally:
            for folder in (new_saved, new_stores):
                shutil.rmtree(folder, ignore_errors=True)

    def remove_all(self) -> None:
        """Delete all of them."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _manifest(folder: Path) -> SavedPlatform | None:
    try:
        written = json.loads((folder / MANIFEST).read_text())
        platform = SavedPlatform(**{**written, "saved_at": datetime.fromisoformat(written["saved_at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return platform if platform.format == FORMAT else None


def _pids(data_plane: DataPlane) -> list[int]:
    return [pid for store in data_plane.status().stores for pid in store["pids"]]


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _copy(source: Path, target: Path, *, hard_links: bool = False) -> None:
    """Copy a folder with owners and modes. Hard links serve for files that are only ever replaced as a whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    how: Iterable[str] = ["--link"] if hard_links else ["--reflink=auto"]
    copied = subprocess.run(["cp", "--archive", *how, str(source), str(target)], capture_output=True, text=True)
    if copied.returncode != 0:
        raise OSError(copied.stderr.strip().splitlines()[-1] if copied.stderr else f"cp ended with {copied.returncode}")
