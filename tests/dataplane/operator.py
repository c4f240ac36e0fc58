"""Switches in a child process that a test may kill: `python -m tests.dataplane.operator`.

Reads one job (JSON) per line, forks, and writes the child's process id. After another line it waits for the child, and
writes `killed`, or how the child ended on its own. The child is forked from a process that has imported everything, so
that it can be killed only during the switch itself.
"""

import io
from typing import Any

from rich.console import Console

from release.aws import Aws
from release.context import Context, Pace
from release.identity import Author
from release.reporter import Reporter
from release.switch import SwitchRequest, switch
from release.target import ReleaseTarget
from tests.support.forks import serve

BAKE_SECONDS = 0.2


def _switch(aws: Aws, job: dict[str, Any]) -> None:
    context = Context(
        aws=aws,
        target=ReleaseTarget.from_outputs(job["outputs"], job["service"], environment="test"),
        author=Author(name="killed@laptop"),
        reporter=Reporter(Console(file=io.StringIO())),
        pace=Pace(poll_seconds=0.1),
    )
    switch(context, SwitchRequest(colour=job["colour"], steps=tuple(job["steps"]), bake_seconds=BAKE_SECONDS))


if __name__ == "__main__":
    serve(_switch, on_demand=True)
