"""Replaces git-sync: the same flags, the same worktrees, and the same atomic replacement of a link.

Repositories come from this machine: `https://HOST/PATH` is the folder `/repositories/HOST/PATH`. Each commit gets its
own worktree, and the link is replaced in one step, so that no reader sees half of a commit.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

REPOSITORIES = Path("/repositories")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def main() -> int:
    """Synchronise once or repeatedly; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repo", required=True)
    parser.add_argument("--ref", default="HEAD")
    parser.add_argument("--root", required=True, type=Path)
    parser.add_argument("--link", default="")
    parser.add_argument("--period", default="10s")
    parser.add_argument("--one-time", action="store_true")
    parser.add_argument("--max-failures", type=int, default=0)
    options, _others = parser.parse_known_args()
    source = local_source(options.repo)
    link = options.root / (options.link or Path(source).stem)
    # The local platform may run on a faster clock.
    period = seconds(options.period) * float(os.environ.get("WINDLASS_TIME_FACTOR", "1"))
    failures = 0
    while True:
        try:
            synchronise(source, options.ref, options.root, link)
            failures = 0
        except (subprocess.CalledProcessError, OSError) as error:
            failures += 1
            detail = getattr(error, "stderr", None) or error
            print(f"git-sync: {options.repo}: {str(detail).strip()}", file=sys.stderr, flush=True)
            if options.one_time or 0 <= options.max_failures < failures:
                return 1
        if options.one_time:
            return 0
        time.sleep(max(0.5, period))


def local_source(url: str) -> str:
    """Path or URL of the repository on this machine."""
    parts = urlsplit(url if "://" in url else "ssh://" + url.replace(":", "/", 1))
    if parts.scheme == "file":
        return parts.path
    return str(REPOSITORIES / str(parts.hostname) / parts.path.lstrip("/"))


def synchronise(source: str, ref: str, root: Path, link: Path) -> None:
    """Point the link at the newest commit of the reference."""
    if not (root / ".git").is_dir():
        root.mkdir(parents=True, exist_ok=True)
        git(root, "init", "--quiet")
    git(root, "fetch", "--quiet", "--force", "--no-tags", source, ref)
    commit = git(root, "rev-parse", "FETCH_HEAD^{commit}")
    worktree = root / ".worktrees" / commit
    if link.is_symlink() and link.resolve() == worktree.resolve() and worktree.is_dir():
        return
    if not worktree.is_dir():
        git(root, "worktree", "add", "--quiet", "--force", "--detach", str(worktree), commit)
    before = link.resolve() if link.is_symlink() else None
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(os.path.relpath(worktree, link.parent))
    new.replace(link)
    print(f"git-sync: {link} is at {commit}", flush=True)
    if before is not None and before != worktree.resolve():
        shutil.rmtree(before, ignore_errors=True)
        git(root, "worktree", "prune")


def git(folder: Path, *words: str) -> str:
    """The output of a git command."""
    command = ["git", "-C", str(folder), "-c", "safe.directory=*", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def seconds(duration: str) -> float:
    """A duration such as `60s` or `1m30s` as a number."""
    total, number = 0.0, ""
    rest = duration
    while rest:
        unit = next((each for each in ("ms", "s", "m", "h") if rest.startswith(each)), "")
        if unit:
            total, number, rest = total + float(number) * UNITS[unit], "", rest[len(unit) :]
        else:
            number, rest = number + rest[0], rest[1:]
    return total


if __name__ == "__main__":
    sys.exit(main())
