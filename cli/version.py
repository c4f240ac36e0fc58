"""The version of Windlass, as `pyproject.toml` gives it."""

import tomllib

from workspace import WINDLASS_FOLDER


def version() -> str:
    """Such as `0.1.0`."""
    project = tomllib.loads((WINDLASS_FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
