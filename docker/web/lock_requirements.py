"""Write requirements.txt from the project's Pipfile.lock: same versions and hashes, only the packages the image needs.

Run `python docker/web/lock_requirements.py` in the project's environment after `pipenv lock`.
"""

import json
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).parent
LOCK = FOLDER.parents[1] / "Pipfile.lock"
REQUIRED = ("alembic", "flask", "gunicorn", "psycopg[binary]", "psycopg-pool", "sqlalchemy")
IMAGE = {"sys_platform": "linux", "platform_system": "Linux", "python_version": "3.12", "python_full_version": "3.12.0"}


def closure(required: tuple[str, ...]) -> list[str]:
    """Names of the packages and of all their dependencies on the image's platform."""
    locked: set[str] = set()
    pending = [Requirement(text) for text in required]
    while pending:
        requirement = pending.pop()
        locked.add(canonicalize_name(requirement.name))
        for text in requires(requirement.name) or []:
            needed = Requirement(text)
            extras = requirement.extras or {""}
            if needed.marker and not any(needed.marker.evaluate({**IMAGE, "extra": extra}) for extra in extras):
                continue
            if canonicalize_name(needed.name) not in locked or needed.extras:
                pending.append(needed)
    return sorted(locked)


def requirements(lock: dict[str, dict[str, dict[str, object]]]) -> str:
    """The text of requirements.txt."""
    lines = ["# Written by lock_requirements.py from Pipfile.lock; a test compares the two."]
    for name in closure(REQUIRED):
        package = lock["develop"].get(name) or lock["default"][name]
        hashes = package["hashes"]
        assert isinstance(hashes, list)
        lines.append(f"{name}{package['version']} \\")
        lines += [f"    --hash={value} \\" for value in sorted(hashes)]
        lines[-1] = lines[-1].removesuffix(" \\")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (FOLDER / "requirements.txt").write_text(requirements(json.loads(LOCK.read_text())))
