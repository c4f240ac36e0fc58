"""Switches in a child process that somebody else may kill: `python -m tests.dataplane.operator`.

Reads one job (JSON) a line, forks, and writes the child's id. After another line it waits for the child, and writes
`killed`, or how it ended by itself. The child is forked from a process that has loaded everything, so that the time in
which it can be killed is that of the switch alone.
"""

import io
import json
import os
import signal
import sys
from typing import Any

from rich.console import Console

from release.aws import Aws
from release.context import Context, Pace
from release.identity import Author
from release.reporter import Reporter
from release.switch import SwitchRequest, switch
from release.target import ReleaseTarget
from tests.release.shared import session

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


def main() -> None:
    """Until standard input ends."""
    aws: Aws | None = None
    for line in sys.stdin:
        job = json.loads(line)
        if aws is None:
            aws = Aws(session(), endpoint_url=job["endpoint_url"])
            for service in ("ssm", "elbv2", "ecs", "cloudwatch"):
                aws.client(service)
        pid = os.fork()
        if pid == 0:
            try:
                _switch(aws, job)
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(pid, flush=True)
        sys.stdin.readline()
        _, ended = os.waitpid(pid, 0)
        killed = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
        print("killed" if killed else f"ended {os.waitstatus_to_exitcode(ended)}", flush=True)


if __name__ == "__main__":
    main()
