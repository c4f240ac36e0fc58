"""Releases under load: killed at any moment, rolled back by an alarm, without a failed request (B01, B02)."""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from threading import Thread

import pytest

from release.errors import RolledBackError
from release.traffic import other_colour
from tests.dataplane.releases import Releases, switch_process
from tests.dataplane.running_platform import Platform
from tests.support.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.slow

KILLS = 20
MAX_ATTEMPTS = 60
SECONDS_TO_EFFECT = 4 * PATIENCE
"""`test_switching.py` proves that it is one second on a quiet machine."""


@pytest.fixture
def releases(running_platform: Platform) -> Iterator[Releases]:
    """Both colours with two healthy tasks, blue live."""
    running_platform.ensure_steady(blue=2, green=2)
    releases = Releases(running_platform)
    yield releases
    releases.without_alarms()


def test_a_switch_killed_at_random_moments_fails_no_request_and_the_next_one_converges(
    running_platform: Platform, releases: Releases
) -> None:
    seed = int(os.environ.get("WINDLASS_SEED", random.SystemRandom().randrange(2**32)))
    rng, seen = random.Random(seed), Counter[str]()
    goal, kills = other_colour("blue"), 0
    print(f"\nWINDLASS_SEED={seed}")
    with switch_process(releases) as somebody, running_platform.load(clients=3, per_second=60) as load:
        took = {}
        for steps in ((100,), (10, 50, 100)):
            took[steps] = somebody.switch(goal, steps) or 0.0
            goal = other_colour(goal)
        for _ in range(MAX_ATTEMPTS):
            steps = rng.choice(list(took))
            ended = somebody.switch(goal, steps, kill_after=rng.uniform(0, took[steps]))
            kills += ended is None
            state = releases.status().state
            seen[state] += 1
            assert state in ("live", "canary", "switch not finished")
            # Without a colour a command finishes an interrupted switch; with one it also completes it.
            releases.switch(None if state == "switch not finished" and rng.random() < 0.5 else goal)
            status = releases.status()
            assert status.state in ("live", "canary")
            if status.state == "canary":
                releases.switch(goal)
                status = releases.status()
            assert (status.state, status.value) == ("live", goal)
            wait_for(f"{goal} alone", partial(gets_everything, running_platform, goal), SECONDS_TO_EFFECT)
            goal = other_colour(goal)
            if kills == KILLS:
                break
    print(f"took {took}, states after a kill: {dict(seen)}, {len(load.answers)} requests")
    assert kills == KILLS
    assert seen["switch not finished"] or seen["canary"], "no kill happened between two writes"
    assert load.failures == []
    assert len(load.answers) > 20 * KILLS


def test_an_alarm_during_the_bake_time_of_a_canary_rolls_back_without_a_failed_request(
    running_platform: Platform, releases: Releases
) -> None:
    name = releases.alarm("green", "OK")
    alarm_times: list[float] = []

    def raise_alarm() -> None:
        wait_for("an answer of green", lambda: any(answer.label == "green" for answer in load.answers), 60)
        releases.alarm("green", "ALARM")
        alarm_times.append(time.monotonic())

    with running_platform.load(clients=3, per_second=90) as load:
        alarm_thread = Thread(target=raise_alarm)
        alarm_thread.start()
        with pytest.raises(RolledBackError, match=f"rolled back; blue receives all traffic again: alarm {name}"):
            releases.switch(steps=(30, 100), bake_seconds=60)
        alarm_thread.join()
        took = time.monotonic() - alarm_times[0]
        wait_for("blue alone", partial(gets_everything, running_platform, "blue"), SECONDS_TO_EFFECT)
    assert took < 10 * PATIENCE, "it does not wait for the end of the step"
    assert load.failures == []
    assert {answer.label for answer in load.answers} == {"blue", "green"}
    status = releases.status()
    assert (status.state, status.value) == ("live", "blue")
    newest = status.history[0]
    assert (newest.action, newest.why) == ("rollback", f"automatic: alarm {name}")


def test_a_canary_without_an_alarm_completes(running_platform: Platform, releases: Releases) -> None:
    releases.alarm("green", "OK")
    with running_platform.load(clients=3, per_second=90) as load:
        output = releases.switch(steps=(10, 50, 100), bake_seconds=0.5)
        wait_for("green alone", partial(gets_everything, running_platform, "green"), SECONDS_TO_EFFECT)
    assert "green 50, blue 50" in output or "blue 50, green 50" in output
    assert load.failures == []
    assert releases.status().value == "green"


def gets_everything(platform: Platform, colour: str) -> bool:
    return {platform.colour() for _ in range(5)} == {colour}
