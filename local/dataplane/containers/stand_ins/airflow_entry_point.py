"""Replaces the entry point of the official Airflow image: checks connections, then runs the command.

`python …` and `bash …` run unchanged; everything else is a subcommand of `airflow`, with or without that word. It tries
to reach the database, and for some commands the broker, CONNECTION_CHECK_MAX_COUNT times (A09); 0 skips the checks.
"""

import os
import socket
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

DATABASE, BROKER = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CELERY__BROKER_URL"
NEED_BROKER = ("scheduler", "celery")


def main(words: list[str]) -> None:
    """Check the connections, then become the program."""
    name = words[1] if words[:1] == ["airflow"] and len(words) > 1 else next(iter(words), "")
    attempts = int(os.environ.get("CONNECTION_CHECK_MAX_COUNT", "20"))
    pause = float(os.environ.get("CONNECTION_CHECK_SLEEP_TIME", "3"))
    if attempts > 0 and DATABASE in os.environ:
        wait_for("database", DATABASE, try_login, attempts, pause)
    if attempts > 0 and name in NEED_BROKER and BROKER in os.environ:
        wait_for("broker", BROKER, try_port, attempts, pause)
    if words[:1] not in (["python"], ["bash"], ["airflow"]):
        words = ["airflow", *words]
    os.execvp(words[0], words)  # noqa: S606 (that is its purpose)


def wait_for(what: str, variable: str, attempt: Callable[[str], None], attempts: int, pause: float) -> None:
    """Return once an attempt succeeds.

    Raises:
        SystemExit: no attempt succeeded; the message contains no password.
    """
    reason = ""
    for number in range(attempts):
        try:
            attempt(os.environ[variable])
            return
        except OSError as error:
            if str(error) != reason:
                reason = str(error)
                print(f"entry point: waiting for the {what}: {reason}", flush=True)
        if number < attempts - 1:
            time.sleep(pause)
    parts = urlsplit(os.environ[variable])
    place = f"{parts.hostname}:{parts.port}"
    raise SystemExit(
        f"entry point: the {what} at {place} ({variable}) cannot be reached after {attempts} attempts: {reason}"
    )


def try_port(url: str) -> None:
    """Raise OSError when nothing listens."""
    parts = urlsplit(url)
    socket.create_connection((parts.hostname, parts.port or 6379), timeout=5).close()


def try_login(url: str) -> None:
    """Raise OSError when the database refuses the login."""
    import psycopg2

    scheme, _, rest = url.partition("://")
    try:
        psycopg2.connect(f"{scheme.partition('+')[0]}://{rest}", connect_timeout=5).close()
    except psycopg2.OperationalError as error:
        raise OSError((str(error).strip().splitlines() or ["no reason given"])[-1]) from None


if __name__ == "__main__":
    main(sys.argv[1:])
