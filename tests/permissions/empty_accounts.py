"""Embedded AWSs with nothing in them, and a small environment for one: a service and a database, without a zone."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.platform import PORTS, Platform, copy_project, free_port

SMALL = """
[load_balancer]
https = false
deletion_protection = false

[database]
instance_class = "db.t4g.small"
multi_az = false
deletion_protection = false
final_snapshot = false
monitoring_interval_seconds = 0

[services.web]
host_names = ["app.windlass.localhost"]
blue.image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/windlass-local/web:0.1.0"
green.image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/windlass-local/web:0.1.0"
"""


@contextmanager
def small_account(folder: Path) -> Iterator[Platform]:
    """A copy of the project with that environment as `local`, and its embedded AWS, where nothing is applied."""
    with empty_account(folder, lambda text: text.partition("[dns]")[0] + SMALL, ports=()) as account:
        yield account


@contextmanager
def empty_account(
    folder: Path, change: Callable[[str], str] = str, *, ports: Sequence[str] = PORTS
) -> Iterator[Platform]:
    """A copy of the project, and its embedded AWS, where nothing is applied.

    Args:
        folder: for the copy.
        change: gives the text of the environment file `local`. Default: it stays as it is.
        ports: variables of the environment that get free ports.
    """
    copy_project(folder)
    file = folder / "environments" / "local.toml"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    endpoint_url = f"http://127.0.0.1:{free_port()}"
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("WINDLASS_", "AWS_"))}
    variables["WINDLASS_AWS__ENDPOINT_URL"] = endpoint_url
    variables |= {name: str(free_port()) for name in ports}
    account = Platform(root=folder, endpoint_url=endpoint_url, variables=variables, applying=None, applied="")
    started = account.windlass("local", "up", "--bare")
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        yield account
    finally:
        account.windlass("local", "reset", "--yes")
