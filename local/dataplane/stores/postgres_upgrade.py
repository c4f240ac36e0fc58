"""A major version of PostgreSQL takes over the data of an older one by `pg_upgrade`, as on RDS."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.database_copies import data_folders
from local.dataplane.stores.server import StoreError

CLEAN = "shut down"
"""State of data whose server has ended in an orderly way, which `pg_upgrade` demands."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """One major version with its data."""

    programs: Path
    data: Path


def version_of(data: Path) -> int:
    """The major version that a folder of data is of, by its name."""
    return int(data.name.rpartition("-")[2])


def older_data(home: Path, version: int) -> Path | None:
    """The newest data of an older major version; `None` where there is none."""
    older = [path for path in data_folders(home) if version_of(path) < version]
    return max(older, key=version_of, default=None)


def upgrade(old: Version, new: Version, *, superuser: str, password: str, identity: Mapping[str, Any]) -> None:
    """Fill the new data, which `initdb` has just created, with the old. The old one is left as it is.

    Args:
        old: whose server does not run.
        new: the same.
        superuser: of both.
        password: of the superuser, in the old data.
        identity: arguments for `subprocess`, with the user who runs the servers.

    Raises:
        StoreError: `pg_upgrade` failed; the message has its last words.
    """
    # In a folder with a short path, since the path of a socket is.
    with tempfile.TemporaryDirectory(prefix="windlass-upgrade-") as folder:
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        _end_cleanly(old, folder, identity)
        command = [str(new.programs / "pg_upgrade"), "--username", superuser, "--socketdir", folder]
        command += ["--old-bindir", str(old.programs), "--new-bindir", str(new.programs)]
        command += ["--old-datadir", str(old.data), "--new-datadir", str(new.data)]
        _run(command, folder, identity, PGPASSWORD=password)


def without_checksums(programs: Path) -> list[str]:
    """Arguments of `initdb` for data as that of older versions; newer ones have checksums unless told otherwise."""
    usage = subprocess.run([str(programs / "initdb"), "--help"], capture_output=True, text=True, check=False).stdout
    return ["--no-data-checksums"] if "--no-data-checksums" in usage else []


def _end_cleanly(old: Version, folder: str, identity: Mapping[str, Any]) -> None:
    """Let a server recover the data after a crash, or from a copy, and end."""
    control = [str(old.programs / "pg_controldata"), str(old.data)]
    lines = _run(control, folder, identity).splitlines()
    if any(line.startswith("Database cluster state:") and line.endswith(f" {CLEAN}") for line in lines):
        return
    server = [str(old.programs / "pg_ctl"), "-D", str(old.data), "-w"]
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    _run([*server, "-l", f"{folder}/log", "-o", options, "start"], folder, identity)
    _run([*server, "-m", "fast", "stop"], folder, identity)


def _run(command: list[str], folder: str, identity: Mapping[str, Any], **environment: str) -> str:
    name = Path(command[0]).name
    # To a file, since a server that `pg_ctl` starts would keep a pipe open.
    with (Path(folder) / f"{name}.out").open("w+") as output:
        ended = subprocess.run(
            command,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **identity,
        )
        output.seek(0)
        text = output.read()
    if ended.returncode != 0:
        raise StoreError(f"{name} failed: {text.strip()[-500:]}")
    return text


def replace(old: Path, unfinished: Path, new: Path) -> None:
    """Put the new data in its place, and remove the old."""
    unfinished.replace(new)
    shutil.rmtree(old)
