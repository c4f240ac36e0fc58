"""Releases while requests run: killed at any moment, taken back by an alarm; nobody who asks notices (B01, B02)."""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from threading import Thread

import pytest

from release.errors import RolledBackError
from release.weights import other
from tests.dataplane.releases import Releases, operator
from tests.dataplane.running import Platform
from tests.support.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.slow

KILLS = 20
MOST_TRIES = 60
SECONDS_TO_EFFECT = 4 * PATIENCE
"""That it is one on a quiet machine is promised by `test_switching.py`."""


@pytest.fixture
def releases(running_platform: Platform) -> Iterator[Releases]:
    """Both colours with two healthy tasks, blue live."""
    running_platform.settle(blue=2, green=2)
    found = Releases(running_platform)
    yield found
    found.without_alarms()


def test_a_switch_killed_at_random_moments_fails_no_request_and_one_more_command_converges(
    running_platform: Platform, releases: Releases
) -> None:
    seed = int(os.environ.get("WINDLASS_SEED", random.SystemRandom().randrange(2**32)))
    dice, seen = random.Random(seed), Counter[str]()
    goal, kills = other("blue"), 0
    print(f"\nWINDLASS_SEED={seed}")
    with operator(releases) as somebody, running_platform.load(clients=3, per_second=60) as load:
        took = {}
        for steps in ((100,), (10, 50, 100)):
            took[steps] = somebody.switch(goal, steps) or 0.0
            goal = other(goal)
        for _ in range(MOST_TRIES):
            steps = dice.choice(list(took))
            ended = somebody.switch(goal, steps, kill_after=dice.uniform(0, took[steps]))
            kills += ended is None
            state = releases.status().state
            seen[state] += 1
            assert state in ("live", "canary", "switch not finished")
            # Without a colour a command finishes what it finds half done; with one it also goes on to the end.
            releases.switch(None if state == "switch not finished" and dice.random() < 0.5 else goal)
            found = releases.status()
            assert found.state in ("live", "canary")
            if found.state == "canary":
                releases.switch(goal)
                found = releases.status()
            assert (found.state, found.value) == ("live", goal)
            wait_for(f"{goal} alone", partial(gets_everything, running_platform, goal), SECONDS_TO_EFFECT)
            goal = other(goal)
            if kills == KILLS:
                break
    print(f"took {took}, found after a kill: {dict(seen)}, {len(load.answers)} requests")
    assert kills == KILLS
    assert seen["switch not finished"] or seen["canary"], "no kill came between two writes"
    assert load.failures == []
    assert len(load.answers) > 20 * KILLS


def test_an_alarm_that_rings_while_a_canary_bakes_takes_it_back_and_nobody_notices(
    running_platform: Platform, releases: Releases
) -> None:
    name = releases.alarm("green", "OK")
    rang: list[float] = []

    def ring() -> None:
        wait_for("an answer of green", lambda: any(answer.label == "green" for answer in load.answers), 60)
        releases.alarm("green", "ALARM")
        rang.append(time.monotonic())

    with running_platform.load(clients=3, per_second=90) as load:
        ringing = Thread(target=ring)
        ringing.start()
        with pytest.raises(RolledBackError, match=f"rolled back to blue with every request: alarm {name}"):
            releases.switch(steps=(30, 100), bake_seconds=60)
        ringing.join()
        took = time.monotonic() - rang[0]
        wait_for("blue alone", partial(gets_everything, running_platform, "blue"), SECONDS_TO_EFFECT)
    assert took < 10 * PATIENCE, "it does not wait for the end of the step"
    assert load.failures == []
    assert {answer.label for answer in load.answers} == {"blue", "green"}
    found = releases.status()
    assert (found.state, found.value) == ("live", "blue")
    newest = found.history[0]
    assert (newest.action, newest.why) == ("rollback", f"by itself: alarm {name}")


def test_a_canary_whose_alarms_stay_quiet_goes_all_the_way(running_platform: Platform, releases: Releases) -> None:
    releases.alarm("green", "OK")
    with running_platform.load(clients=3, per_second=90) as load:
        told = releases.switch(steps=(10, 50, 100), bake_seconds=0.5)
        wait_for("green alone", partial(gets_everything, running_platform, "green"), SECONDS_TO_EFFECT)
    assert "green 50, blue 50" in told or "blue 50, green 50" in told
    assert load.failures == []
    assert releases.status().value == "green"


def gets_everything(platform: Platform, colour: str) -> bool:
    return {platform.colour() for _ in range(5)} == {colour}
