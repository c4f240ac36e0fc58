"""gunicorn's configuration (`--config python:web.gunicorn_conf`); every name below is one of its settings."""

import os
from pathlib import Path

from web.app import THREADS
from web.logs import logging_configuration
from web.settings import Settings

_settings = Settings.from_environment(os.environ)

bind = f"0.0.0.0:{_settings.port}"
worker_class = "gthread"
workers = _settings.workers
threads = THREADS

# The load balancer reuses idle connections for a while. If the server closes one first, a request already on its way
# fails with a 502, so the variable is longer than that.
keepalive = _settings.keep_alive_seconds

# Requests in flight have this long after SIGTERM. ECS sends SIGKILL after the container's stopTimeout, 30 s by default.
graceful_timeout = 25

# Workers send heartbeats through a file. E04: /dev/shm is in memory, so it never blocks, and it is writable even if the
# root file system is read-only. Where it does not exist (macOS), gunicorn's default applies.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

# The application is loaded once, before the fork: workers share its memory, and an error on import stops the start.
# Threads and sockets do not survive a fork, so each worker starts its own database monitor.
preload_app = True

# gunicorn's control socket needs a writable home directory and is not used here.
control_socket_disable = True

logconfig_dict = logging_configuration(_settings)


def post_fork(server: object, worker: object) -> None:  # noqa: ARG001
    """Start this worker's database monitor."""
    from web.wsgi import app

    app.extensions["database"].start()


def worker_exit(server: object, worker: object) -> None:  # noqa: ARG001
    """Close connections cleanly, so that PostgreSQL does not log broken connections after each deployment."""
    from web.wsgi import app

    app.extensions["database"].stop()
