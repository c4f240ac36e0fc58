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

# The load balancer reuses idle connections for 60 s. A server that closes first, at the moment the next request is on
# its way, makes that request a 502.
keepalive = 65

# Requests in flight have this long after SIGTERM. ECS sends SIGKILL after the container's stopTimeout, 30 s by default.
graceful_timeout = 25

# Workers say by a file that they live. E04: /dev/shm is memory and writable where the root file system is read-only;
# a disk would stall them. Where it does not exist (macOS), gunicorn's own choice will do.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108

# The application is loaded once, before the fork: workers share its memory, and one that cannot load stops the start.
# Threads and sockets do not survive a fork, so each worker starts its database itself.
preload_app = True

# gunicorn's remote control would need a writable home directory, and nobody here uses it.
control_socket_disable = True

logconfig_dict = logging_configuration(_settings)


def post_fork(server: object, worker: object) -> None:  # noqa: ARG001
    """Start this worker's database."""
    from web.wsgi import app

    app.extensions["database"].start()


def worker_exit(server: object, worker: object) -> None:  # noqa: ARG001
    """Say goodbye to PostgreSQL, so that its log shows no broken connections after each deployment."""
    from web.wsgi import app

    app.extensions["database"].stop()
