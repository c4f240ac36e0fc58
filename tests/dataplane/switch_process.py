"""Switches in a child process that a test may kill: `python -m tests.dataplane.switch_process`.

Reads one job (JSON) per line, forks, and writes the child's process id. After another line it waits for the child, and
writes `killed`, or how the child ended on its own. The child is forked from a process that has imported everything, so
that it can be killed only during the switch itself.
"""

import io
from typing import Any

from rich.console import Console

import release
from release.aws import Aws
from release.context import Pace, Session
from release.identity import Author
from release.reporter import Reporter
from release.strategies import require_switchable
from release.switch_request import SwitchRequest
from tests.support.forks import serve

BAKE_SECONDS = 0.2


def _switch(aws: Aws, job: dict[str, Any]) -> None:
    session = Session(
        environment="test",
        aws=aws,
        author=Author(name="killed@laptop"),
        reporter=Reporter(Console(file=io.StringIO())),
        pace=Pace(poll_seconds=0.1),
    )
    service = require_switchable(release.open(job["outputs"], job["service"], session))
    service.switch(SwitchRequest(colour=job["colour"], steps=tuple(job["steps"]), bake_seconds=BAKE_SECONDS))


if __name__ == "__main__":
    serve(_switch, on_demand=True)
