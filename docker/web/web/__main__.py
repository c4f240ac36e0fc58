"""The container's entry point: validate the environment variables, then exec gunicorn."""

import os
import sys

from web.settings import ConfigurationError, Settings

GUNICORN = ("-m", "gunicorn", "--config", "python:web.gunicorn_conf", "web.wsgi:app")


def main() -> None:
    """Replace this process with gunicorn, or print one line per invalid variable and exit with code 2.

    Validation runs before gunicorn is loaded, because gunicorn reads WEB_CONCURRENCY and PORT on import and fails with
    a traceback if one is invalid. `exec` keeps the process id, so SIGTERM from ECS reaches gunicorn itself.
    """
    try:
        Settings.from_environment(os.environ)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    os.execv(sys.executable, [sys.executable, *GUNICORN])  # noqa: S606


if __name__ == "__main__":
    main()
