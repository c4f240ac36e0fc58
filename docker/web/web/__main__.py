"""What the container runs: check the environment, then become gunicorn."""

import os
import sys

from web.settings import ConfigurationError, Settings

GUNICORN = ("-m", "gunicorn", "--config", "python:web.gunicorn_conf", "web.wsgi:app")


def main() -> None:
    """Replace this process with gunicorn; exit code 2 and one line per mistake where the environment is wrong.

    The check comes before gunicorn is loaded: gunicorn reads WEB_CONCURRENCY and PORT on import and would answer a
    wrong one with a traceback. `exec` keeps the process id, so SIGTERM from ECS reaches gunicorn itself.
    """
    try:
        Settings.from_environment(os.environ)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    os.execv(sys.executable, [sys.executable, *GUNICORN])  # noqa: S606


if __name__ == "__main__":
    main()
