"""`python -m cli`, which is what `./windlass` runs."""

import gc

from cli.app import main

if __name__ == "__main__":
    # Imports make objects that live until the end; looking for garbage among them takes a twentieth of a short command.
    gc.set_threshold(50_000)
    raise SystemExit(main())
