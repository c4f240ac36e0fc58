"""Children forked from a process that has loaded everything, so that nothing but their work takes time."""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from release.aws import Aws
from tests.release.shared_resources import session


def serve(work: Callable[[Aws, dict[str, Any]], None], *, on_demand: bool) -> None:
    """Read one job (JSON) per line from standard input, run it in a child process, and write the child's result.

    Args:
        work: what the child does with the clients of AWS and its job.
        on_demand: write the child's id first, and wait for a line before asking how it ended.
    """
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
                work(aws, job)
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        if on_demand:
            print(pid, flush=True)
            sys.stdin.readline()
        _, ended = os.waitpid(pid, 0)
        killed = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
        print("killed" if killed else f"ended {os.waitstatus_to_exitcode(ended)}", flush=True)
