"""Runs a switch in a process of its own and kills it at a chosen moment: `python -m tests.release.killed`.

Reads one job (JSON) per line, forks, and lets the child kill itself with SIGKILL right before its n-th AWS call is sent
(even n) or right after that call was answered (odd n). Writes `killed`, or how the child ended by itself.
"""

import os
import signal
from typing import Any

from release.aws import Aws
from release.switch import SwitchRequest, switch
from release.target import ReleaseTarget
from tests.release.desk import quick
from tests.support.forks import serve


def _child(aws: Aws, job: dict[str, Any]) -> None:
    import io

    from rich.console import Console

    from release.context import Context
    from release.identity import Author
    from release.reporter import Reporter

    left = job["moment"]

    def moment(**_: Any) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    for service in ("ssm", "elbv2", "ecs", "cloudwatch"):
        events = aws.client(service).meta.events
        events.register("before-send", moment)
        events.register("response-received", moment)
    target = ReleaseTarget.from_outputs(job["outputs"], job["service"], environment="dev")
    context = Context(
        aws=aws,
        target=target,
        author=Author(name="killed@laptop"),
        reporter=Reporter(Console(file=io.StringIO())),
        pace=quick(),
    )
    switch(context, SwitchRequest(colour=job["colour"], steps=tuple(job["steps"]), bake_seconds=5))


if __name__ == "__main__":
    serve(_child, on_demand=False)
