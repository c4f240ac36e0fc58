"""Runs a switch in a process of its own and kills it at a chosen moment: `python -m tests.release.killed_switch`.

Reads one job (JSON) per line, forks, and lets the child kill itself with SIGKILL right before its n-th AWS call is sent
(even n) or right after that call was answered (odd n). Writes `killed`, or how the child ended otherwise.
"""

import os
import signal
from typing import Any

import release
from release.aws import Aws
from release.strategies import require_switchable
from release.switch_request import SwitchRequest
from tests.release.operator import Recorder
from tests.support.forks import serve


def _child(aws: Aws, job: dict[str, Any]) -> None:
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
    session = Recorder(who="killed@laptop").session(aws)
    service = require_switchable(release.open(job["outputs"], job["service"], session))
    service.switch(SwitchRequest(colour=job["colour"], steps=tuple(job["steps"]), bake_seconds=5))


if __name__ == "__main__":
    serve(_child, on_demand=False)
