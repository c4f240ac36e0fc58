"""Composition root: an environment file becomes Terraform JSON, a stack per layer.

`python main.py`, `cdktf synth` and `./windlass synth` all come here. `WINDLASS_ENVIRONMENT` names the environment.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PYTHON = ROOT / ".venv" / "bin" / "python"


def main() -> int:
    """Synthesise the environment; returns the exit code: 2 where configuration or guards refuse."""
    if find_spec("cdktf") is None:
        return _in_the_projects_environment()

    import bindings

    bindings.install()

    from config import ConfigurationError, load

    try:
        environment = load(os.environ.get("WINDLASS_ENVIRONMENT", "local"), ROOT)
    except ConfigurationError as error:
        return _refused(error)

    from guards import GuardError
    from layers.synthesis import SynthesisError, synthesise  # only now, since it loads the bindings

    try:
        written = synthesise(environment, ROOT)
    except (SynthesisError, GuardError) as error:
        return _refused(error)
    for warning in written.verdict.warnings:
        print(warning, file=sys.stderr)
    return 0


def _refused(error: Exception) -> int:
    print(error, file=sys.stderr)
    return 2


def _in_the_projects_environment() -> int:
    """Somebody's own Python was called: go on in the project's, which has the packages; returns only if it has not."""
    if PYTHON.exists() and Path(sys.prefix) != PYTHON.parent.parent:
        os.execv(PYTHON, [str(PYTHON), str(ROOT / "main.py")])  # noqa: S606
    print("The packages are not installed; run `make install`.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
