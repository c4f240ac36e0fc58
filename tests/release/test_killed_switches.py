"""SIGKILL at every moment of a switch: the service answers all the time, and one more command converges."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from release.switch_request import SwitchRequest
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import Operator

pytestmark = pytest.mark.slow

BLUE, GREEN, CANARY = {"blue": 100, "green": 0}, {"blue": 0, "green": 100}, {"blue": 90, "green": 10}
FULL = {"blue": BLUE, "green": GREEN}


def _switch_without_a_colour(web: BlueGreenTestService) -> None:
    Operator(web).service.switch(SwitchRequest())


def _switch_to_green(web: BlueGreenTestService) -> None:
    Operator(web).service.switch(SwitchRequest(colour="green"))


def _apply(web: BlueGreenTestService) -> None:
    web.terraform_apply()


CURES = (_switch_without_a_colour, _switch_to_green, _apply)


@pytest.fixture(scope="module")
def killer() -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.release.killed_switch"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        _stream(process.stdin).close()
        process.wait(timeout=20)


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def _kill(killer: "subprocess.Popen[str]", web: BlueGreenTestService, moment: int, steps: list[int]) -> bool:
    """Whether the switch was killed, and not done before that moment came."""
    job = {
        "endpoint_url": web.shared.endpoint_url,
        "outputs": web.outputs,
        "service": web.name,
        "colour": "green",
        "steps": steps,
        "moment": moment,
    }
    _stream(killer.stdin).write(json.dumps(job) + "\n")
    _stream(killer.stdin).flush()
    answer = _stream(killer.stdout).readline().strip()
    assert answer in ("killed", "ended 0")
    return answer == "killed"


def test_the_next_command_completes_a_killed_switch(web: BlueGreenTestService, killer: "subprocess.Popen[str]") -> None:
    web.ready("green")
    moment, cured = 0, []
    while _kill(killer, web, moment, [100]):
        value, weights = web.value(), web.weights()
        assert weights in (BLUE, GREEN), "the service answers"
        state = web.status().state
        assert state == ("live" if weights == FULL[value] else "switch not finished")
        if state == "switch not finished":
            assert value == "green", "the intent comes first"
            cure = CURES[len(cured) % len(CURES)]
            cure(web)
            cured.append(cure)
            assert web.status().state == "live"
        else:
            Operator(web).service.switch(SwitchRequest(colour="green"))
        assert (web.value(), web.weights()) == ("green", GREEN)
        web.as_new()
        moment += 1
    assert moment >= 20, "every call counts twice: before it is sent, after it is answered"
    assert set(CURES) <= set(cured)


def test_a_canary_killed_at_any_moment_is_undone_by_a_rollback(
    web: BlueGreenTestService, killer: "subprocess.Popen[str]"
) -> None:
    web.ready("green")
    moment, seen = 0, set()
    while _kill(killer, web, moment, [10, 100]):
        value, weights = web.value(), web.weights()
        assert weights in (BLUE, CANARY, GREEN)
        seen.add((value, weights["green"]))
        if value != "blue":
            Operator(web).service.switch(SwitchRequest(rollback=True))
        assert (web.value(), web.weights()) == ("blue", BLUE)
        web.as_new()
        moment += 3
    assert {("blue", 0), ("green:10", 10)} <= seen
