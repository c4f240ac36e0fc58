"""A platform whose environment files are not in the clone: everything is stored in their folder."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.platform import APPLY_TIMEOUT_SECONDS, free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


class User:
    """Somebody with a folder of their own, in which they call the clone's `windlass`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("WINDLASS_", "AWS_"))
        }

    def windlass(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "windlass", *arguments],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=APPLY_TIMEOUT_SECONDS,
        )


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    """Their environment is `local` without Airflow and cache, with its state in files, on its own ports."""
    folder = tmp_path / "platform"
    (folder / "environments").mkdir(parents=True)
    text = (ROOT / "environments" / "local.toml").read_text(encoding="utf-8").partition("\n[airflow]\n")[0]
    text = re.sub(r"\[(state|cache)\]\n(?:(?!\[).*\n)*|uses_cache = true\n", "", text)
    text = text.replace("[network]", '[state]\nbackend = "local"\npath = "state"\n\n[network]', 1)
    for port in ("5999", "8443", "8080", "15432"):
        assert port in text
        text = text.replace(port, str(free_port()))
    (folder / "environments" / "local.toml").write_text(text, encoding="utf-8")
    user = User(folder)
    try:
        yield user
    finally:
        user.windlass("local", "reset", "--yes")


def test_a_platform_is_applied_and_removed_from_a_folder_outside_of_the_clone(user: User) -> None:
    before = set((ROOT / ".windlass").glob("*/process.json"))
    applied = user.windlass("local", "apply")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert {path.name for path in user.folder.iterdir()} == {"environments", "cdktf.out", "state", ".windlass"}
    assert (user.folder / ".windlass" / "data-plane" / "state.json").exists()
    assert set((ROOT / ".windlass").glob("*/process.json")) == before
    status = user.windlass("status", "local", "web", "--json")
    assert status.returncode == 0, status.stderr
    (web,) = json.loads(status.stdout)["services"]
    assert web["state"] == "live"
    assert web["colours"]["blue"]["running_count"] == 2
    plan = user.windlass("plan", "local", "--detailed-exitcode")
    assert plan.returncode == 0, plan.stdout
    cleaned = user.windlass("local", "clean", "--yes")
    assert cleaned.returncode == 0, cleaned.stderr
    assert left_over(user.folder) == {}


STAYS = ("environments/", *(f".windlass/{name}" for name in ("logs/", "bindings/", "plugin-cache/", "providers-")))
"""Files that are no part of a platform."""


def left_over(folder: Path) -> dict[str, list[str]]:
    """What a removed platform has left on this machine, by kind."""
    mark = str(folder).encode()
    shown = {
        pid: (Path(f"/proc/{pid}/cmdline"), Path(f"/proc/{pid}/environ"))
        for pid in (path.name for path in Path("/proc").glob("[0-9]*"))
        if pid != str(os.getpid())
    }
    kinds = {
        "processes": [pid for pid, sources in shown.items() if any(mark in _read(source) for source in sources)],
        "mounts": [line for line in Path("/proc/self/mounts").read_text().splitlines() if str(folder) in line],
        "data of PostgreSQL": [
            str(path) for path in Path("/var/lib").glob("windlass-*/origin") if str(folder) in path.read_text()
        ],
        "files": [
            name
            for path in folder.rglob("*")
            # A lock file is empty: a process that waits for the lock has it open, so it cannot be deleted.
            if path.is_file() and path.read_bytes() and not (name := str(path.relative_to(folder))).startswith(STAYS)
        ],
    }
    return {kind: paths for kind, paths in kinds.items() if paths}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # it has ended
