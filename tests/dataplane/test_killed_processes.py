"""Random processes of the live colour are killed, and it keeps answering while they are replaced."""

import os
import random
import signal
import time
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from tests.dataplane.running_platform import Platform
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

KILLS = 6
CLIENTS = 3
SECONDS_OF_EFFECT = 3.0
"""A failed request may be the effect of a kill up to this long before it."""
LONGEST_GAP_SECONDS = 1.0


def test_the_live_colour_keeps_answering_while_its_processes_are_killed(platform: Platform) -> None:
    seed = int(os.environ.get("WINDLASS_SEED", random.SystemRandom().randrange(2**32)))
    rng, kills = random.Random(seed), list[float]()
    print(f"\nWINDLASS_SEED={seed}")
    with platform.load(clients=CLIENTS, per_second=90) as load:
        for _ in range(KILLS):
            leaders = platform.account.pids("blue")
            victim = rng.choice(sorted(pid for leader in leaders.values() for pid in family(leader)))
            is_leader = victim in leaders.values()
            os.kill(victim, signal.SIGKILL)
            kills.append(time.monotonic())
            wait_for("a replacement", partial(is_replaced, platform, leaders, victim, is_leader))
            wait_for("two healthy targets", lambda: platform.account.health("blue") == ["healthy"] * 2)
            platform.data_plane.wait_until_steady(30)
    answered = [answer.at for answer in load.answers if not answer.failed]
    gap = max(later - earlier for earlier, later in pairwise(answered))
    print(f"{len(load.failures)} of {len(load.answers)} requests failed, longest gap {gap:.2f} s")
    assert gap < LONGEST_GAP_SECONDS
    # Only requests in flight: the proxy retries no request that a server may have received.
    assert len(load.failures) <= KILLS * CLIENTS
    for failure in load.failures:
        assert any(0 <= failure.at - kill <= SECONDS_OF_EFFECT for kill in kills), failure
    assert {answer.label for answer in load.answers if not answer.failed} == {"blue"}


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def is_replaced(platform: Platform, before: dict[str, int], victim: int, is_leader: bool) -> bool:
    now = platform.account.pids("blue")
    if is_leader:
        return victim not in now.values() and len(now) == len(before)
    return now == before and all(len(family(leader)) > 1 for leader in now.values()) and not exists(victim)


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
