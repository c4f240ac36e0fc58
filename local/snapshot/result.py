"""What the embedded AWS answers about its snapshot."""

from dataclasses import dataclass

SNAPSHOT_PATH = "/windlass/snapshot"
"""POST saves now; GET returns when the account was saved, and why it could not be; DELETE returns to what was saved."""


@dataclass(frozen=True, kw_only=True)
class SaveResult:
    """When the last snapshot was written, and whether it is up to date."""

    saved_at: str | None
    """UTC, ISO 8601; `None` where there is no snapshot."""
    problem: str = ""
    """Why later changes are not saved; empty where they are."""
    locks: tuple[str, ...] = ()
    """States of Terraform that are locked at the moment; while one is, nothing is saved."""
