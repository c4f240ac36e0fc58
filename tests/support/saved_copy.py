"""A copy of an applied platform: the parts of `make test-long` load it instead of applying it again."""

import hashlib
import json
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "TEST_PLATFORM_COPIES"
"""Names the folder of the copies; without it, each run applies its own platforms."""
NAME = "applied"
"""Under which `local save` keeps it."""


@dataclass(frozen=True, kw_only=True)
class SavedCopy:
    """The copy of one platform of the tests."""

    folder: Path
    project: Path
    """Whose code applied it."""

    @classmethod
    def of(cls, name: str, project: Path) -> "SavedCopy | None":
        """The copy of this platform; `None` where none is requested."""
        folder = os.environ.get(VARIABLE)
        return cls(folder=Path(folder) / name, project=project) if folder else None

    def variables(self) -> dict[str, str] | None:
        """Variables with the ports on which it was applied; `None` where there is no copy that this code has made."""
        try:
            described = json.loads((self.folder / "copy.json").read_text())
        except (OSError, ValueError):
            return None
        return dict(described["variables"]) if described["code"] == self._code() else None

    def command_to_load(self, root: Path) -> str:
        """What makes the platform of the copy run in a folder, as a line for a shell; copies the files there."""
        target = root / ".windlass" / "platforms"
        target.mkdir(parents=True)
        subprocess.run(["cp", "--archive", self.folder / NAME, target / NAME], check=True)
        return f"./windlass local load {NAME} --yes && ./windlass local up"

    def command_to_keep(self, variables: dict[str, str]) -> str:
        """What keeps a copy of a platform that has just been applied, as a line for a shell in its folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        ports = {name: value for name, value in variables.items() if name.startswith("WINDLASS_")}
        draft = self.folder / "copy.json.new"
        draft.write_text(json.dumps({"code": self._code(), "variables": ports}))
        copy = shlex.join(["cp", "--archive", f".windlass/platforms/{NAME}", str(self.folder / NAME)])
        # The description comes last: without it there is no copy.
        return f"./windlass local save {NAME} && {copy} && {shlex.join(['mv', str(draft), str(draft.with_suffix(''))])}"

    def _code(self) -> str:
        """A hash of everything that an apply may depend on."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".", ":!tests", ":!docs"],
            cwd=self.project,
            capture_output=True,
            text=True,
            check=True,
        )
        code = hashlib.sha256()
        for name in sorted(filter(None, listed.stdout.split("\0"))):
            path = self.project / name
            code.update(f"{name}\0".encode())
            code.update(path.read_bytes() if path.is_file() else b"")
        return code.hexdigest()
