"""Releases on the small platform: what `./windlass switch` does, on services that really run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import boto3

from aws.colour import COLOURS, LIVE_COLOUR_PATTERN, Colour
from release.aws import Aws
from release.context import Pace
from release.outputs import BlueGreenOutputs, parse_web_service
from release.strategies.blue_green_status import BlueGreenStatus
from release.switch_request import SwitchRequest
from tests.dataplane.account import IMAGE, REGION
from tests.dataplane.running_platform import Platform
from tests.release.operator import Operator
from tests.release.shared_resources import session

PARAMETER = "/test/web/colour"
QUICKLY = Pace(poll_seconds=0.1)
PROJECT = Path(__file__).resolve().parents[2]


class Releases:
    """The release tool on a platform whose blue side is live, with a parameter that has no history yet.

    Args:
        platform: where both colours run.
        min_count: of the environment file. Default: it is not known.
    """

    def __init__(self, platform: Platform, *, min_count: int | None = None) -> None:
        account = platform.account
        self._min_counts = {} if min_count is None else {"web": min_count}
        self.outputs: dict[str, Any] = {
            "cluster_name": "test",
            "services": {
                "web": {
                    "strategy": "blue-green",
                    "url": "http://web.test",
                    "listener_rule_arn": account.rule,
                    "colour_parameter": PARAMETER,
                    **{
                        colour: {
                            "image_parameter": f"/test/web/{colour}/image",
                            "service_name": f"web-{colour}",
                            "target_group_arn": account.target_groups[colour],
                        }
                        for colour in COLOURS
                    },
                }
            },
        }
        self.endpoint_url = account.endpoint_url
        self.aws = Aws(session(), endpoint_url=account.endpoint_url)
        self.name = "web"
        published = parse_web_service(self.outputs["services"]["web"])
        assert isinstance(published, BlueGreenOutputs)
        self.published = published
        ssm = self.aws.client("ssm")
        ssm.delete_parameters(Names=[PARAMETER, *(f"/test/web/{colour}/image" for colour in COLOURS)])
        ssm.put_parameter(Name=PARAMETER, Value="blue", Type="String", AllowedPattern=LIVE_COLOUR_PATTERN)
        for colour in COLOURS:
            ssm.put_parameter(Name=f"/test/web/{colour}/image", Value=f"{IMAGE}:1", Type="String")

    def switch(self, colour: Colour | None = None, **how: Any) -> str:
        """Carry out a switch; return what it printed."""
        operator = self._operator()
        operator.service.switch(SwitchRequest(colour=colour, **how))
        return operator.output

    def status(self) -> BlueGreenStatus:
        return self._operator().service.status()

    def _operator(self) -> Operator:
        return Operator(self, pace=QUICKLY, environment="test", cluster_name="test", min_counts=self._min_counts)

    def alarm(self, colour: Colour, state: str) -> str:
        """An alarm of a colour, in a state."""
        name = f"web-{colour}-5xx"
        cloudwatch = boto3.client(
            "cloudwatch",
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        metric = {"MetricName": "x", "Namespace": "x", "Period": 60, "Statistic": "Sum", "Threshold": 1}
        cloudwatch.put_metric_alarm(
            AlarmName=name, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, **metric
        )
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")
        return name

    def without_alarms(self) -> None:
        self.aws.client("cloudwatch").delete_alarms(AlarmNames=[f"web-{colour}-5xx" for colour in COLOURS])


class SwitchProcess:
    """A person at another terminal whose command may be killed at any moment."""

    def __init__(self, releases: Releases, process: "subprocess.Popen[str]") -> None:
        self._releases, self._process = releases, process

    def switch(self, colour: Colour, steps: tuple[int, ...], *, kill_after: float | None = None) -> float | None:
        """Switch in a process of its own.

        Returns:
            How many seconds it took, or None where it was killed before it had ended.
        """
        job = {
            "endpoint_url": self._releases.endpoint_url,
            "outputs": self._releases.outputs,
            "service": "web",
            "colour": colour,
            "steps": steps,
        }
        _stream(self._process.stdin).write(json.dumps(job) + "\n")
        _stream(self._process.stdin).flush()
        pid = int(_stream(self._process.stdout).readline())
        started = time.monotonic()
        if kill_after is not None:
            time.sleep(kill_after)
            # Its parent waits for it with the next line, so the id is still its own.
            os.kill(pid, signal.SIGKILL)
        _stream(self._process.stdin).write("\n")
        _stream(self._process.stdin).flush()
        ended = _stream(self._process.stdout).readline().strip()
        assert ended in ("killed", "ended 0"), ended
        return None if ended == "killed" else time.monotonic() - started


@contextmanager
def switch_process(releases: Releases) -> Iterator[SwitchProcess]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.dataplane.switch_process"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield SwitchProcess(releases, process)
        _stream(process.stdin).close()
        process.wait(timeout=20)


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
