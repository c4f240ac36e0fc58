"""Composition root: an environment file becomes Terraform JSON, a stack per layer.

`python main.py`, `cdktf synth` and `./windlass synth` all come here. `WINDLASS_ENVIRONMENT` names the environment.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> int:
    """Synthesise the environment; returns the exit code: 2 where configuration or guards refuse."""
    import bindings

    bindings.install()

    from config import ConfigurationError, load
    from guards import GuardError

    try:
        environment = load(os.environ.get("WINDLASS_ENVIRONMENT", "local"), ROOT)

        from layers.synthesis import synthesise  # only now, since it loads the bindings

        synthesise(environment, ROOT)
    except (ConfigurationError, GuardError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
