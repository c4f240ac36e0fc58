"""The commit that an image is tagged with (P02)."""

import subprocess
from pathlib import Path

from release.errors import BadRequestError, RefusedError

DIGITS = 12


def commit_tag(folder: Path, *, allow_dirty: bool) -> str:
    """Return the first digits of the commit that is checked out, with `-dirty` where files differ from it.

    Args:
        folder: in a git repository.
        allow_dirty: accept files that differ.

    Raises:
        BadRequestError: it is in no repository, or that has no commit.
        RefusedError: files differ from the commit.
    """
    commit = _git(folder, "rev-parse", f"--short={DIGITS}", "HEAD")
    changes = _git(folder, "status", "--porcelain")
    if commit is None or changes is None:
        raise BadRequestError(f"{folder} is not in a git repository with a commit: name the image with --tag.")
    if not changes:
        return commit
    if not allow_dirty:
        first = ", ".join(line[3:] for line in changes.splitlines()[:3])
        raise RefusedError(
            f"Files in {folder} differ from the commit {commit} ({first}), so its name would be wrong for the image. "
            f"Commit them, or add --dirty for the tag {commit}-dirty."
        )
    return f"{commit}-dirty"


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        ended = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ended.stdout.rstrip() if ended.returncode == 0 else None
