"""Composition root: an environment file becomes Terraform JSON, a stack per layer.

`python main.py`, `cdktf synth` and `./windlass synth` all come here. `WINDLASS_ENVIRONMENT` names the environment
(default: local), `WINDLASS_ROOT` the folder with `environments/` (default: the working directory or one above it).

Exit codes: 0 written; 1 written, but a guard warns (S04), or something broke; 2 configuration or guards refuse, and
nothing was written. With `--allow-warnings` a warning of a guard is printed and the exit code stays 0.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = HERE / ".venv" / "bin" / "python"
WARNED, REFUSED = 1, 2


def main(arguments: list[str]) -> int:
    """Synthesise the environment; returns the exit code."""
    if find_spec("cdktf") is None:
        return _in_the_projects_environment(arguments)

    import bindings

    bindings.install()

    from config import ConfigurationError, load
    from workspace import WorkspaceError, find_workspace

    try:
        root = find_workspace().root
        environment = load(os.environ.get("WINDLASS_ENVIRONMENT", "local"), root)
    except (ConfigurationError, WorkspaceError) as error:
        return _refused(error)

    from guards import GuardError
    from layers.synthesis import SynthesisError, synthesise  # only now, since it loads the bindings

    try:
        written = synthesise(environment, root)
    except (SynthesisError, GuardError) as error:
        return _refused(error)
    warnings = written.verdict.warnings
    if warnings:
        print("\n\n".join(["Warnings of the guards:", *map(str, warnings)]), file=sys.stderr)
    if not warnings or "--allow-warnings" in arguments:
        return 0
    print("\nThe stacks are written. Fix each warning, or waive it with a reason ([[waivers]]).", file=sys.stderr)
    return WARNED


def _refused(error: Exception) -> int:
    print(error, file=sys.stderr)
    return REFUSED


def _in_the_projects_environment(arguments: list[str]) -> int:
    """Start again with the project's Python, which has the packages; returns only if there is none."""
    if PYTHON.exists() and Path(sys.prefix) != PYTHON.parent.parent:
        os.execv(PYTHON, [str(PYTHON), str(HERE / "main.py"), *arguments])  # noqa: S606
    print("The packages are not installed; run `make install`.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
