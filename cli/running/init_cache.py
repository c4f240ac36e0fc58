"""Remembers what `terraform init` was last run for, so that it runs only when something changed."""

import fcntl
import hashlib
import json
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LOCK_FILE = ".terraform.lock.hcl"


@dataclass(frozen=True, kw_only=True)
class InitCache:
    """The record beside a stack's `.terraform`, and the provider checksums that all stacks share."""

    folder: Path
    """The stack's folder."""
    work_folder: Path
    """The project's `.windlass`."""

    def covers(self, fingerprint: str, *, with_backend: bool) -> bool:
        """Whether the last init was for the same backend and providers, and its providers still exist."""
        try:
            record = json.loads(self._record.read_text())
        except (OSError, ValueError):
            return False
        same = record["fingerprint"] == fingerprint and (record["backend"] or not with_backend)
        # Providers are links into the cache, which people delete to save space.
        return same and all(link.exists() for link in (self.folder / ".terraform/providers").glob("*/*/*/*/*"))

    def remember(self, fingerprint: str, *, with_backend: bool) -> None:
        """Record what init was run for."""
        self._record.parent.mkdir(exist_ok=True)
        self._record.write_text(json.dumps({"fingerprint": fingerprint, "backend": with_backend}))

    def forget(self) -> None:
        """Make the next command run init."""
        self._record.unlink(missing_ok=True)

    @contextmanager
    def checksums(self, providers: Any) -> Iterator[None]:
        """Give the stack the provider checksums that other stacks know, and keep those that it adds.

        Without them Terraform downloads a provider again although its cache has it. Versions are pinned exactly in
        the stacks, so the file carries nothing but the checksums.
        """
        key = json.dumps([providers, platform.system(), platform.machine()], sort_keys=True)
        kept = self.work_folder / f"providers-{hashlib.sha256(key.encode()).hexdigest()[:12]}.lock.hcl"
        own = self.folder / _LOCK_FILE
        own.unlink(missing_ok=True)
        if kept.exists():
            shutil.copyfile(kept, own)
        yield
        if own.exists():
            shutil.copyfile(own, kept)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """One init at a time on this machine: Terraform's provider cache is not safe for two."""
        self.work_folder.mkdir(parents=True, exist_ok=True)
        with (self.work_folder / "init.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @property
    def _record(self) -> Path:
        return self.folder / ".terraform" / "windlass.json"
