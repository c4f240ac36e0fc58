"""Processes are killed at random moments: what was saved is back, and what came after converges by an apply.

The seed makes the choice of victims and moments the same in every run; what they hit differs.
"""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from local import processes
from tests.platform.live import Live
from tests.support.platform import Platform, begin

pytestmark = [pytest.mark.platform, pytest.mark.slow]

SEED = 14
REPLACED = "-replace=aws_lb.load-balancer_balancer"
"""An apply that takes more than a minute: most of it waits for the new load balancer, and its listeners follow."""
LONGEST_APPLY_SECONDS = 75


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    """What `make local` makes, with an item that was written and a colour that was switched to."""
    instance = Live(begin().wait())
    instance.windlass("switch", "local", "web", "green", "--scale-up", "--reason", "before the kills")
    instance.request("POST", "/items", {"name": "before the kills"})
    yield instance


def embedded_aws(platform: Platform) -> list[int]:
    return [_recorded(platform, "embedded-aws")]


def data_plane(platform: Platform) -> list[int]:
    return [_recorded(platform, "data-plane")]


def stores(platform: Platform) -> list[int]:
    return [pid for store in platform.data_plane().status().stores for pid in store["pids"]]


def containers(platform: Platform) -> list[int]:
    """Everything that the data plane started: containers, data stores, the proxy."""
    file = platform.root / ".windlass" / "data-plane" / "processes.json"
    return [int(pid) for pid in json.loads(file.read_text())] if file.exists() else []


def some_containers(platform: Platform) -> list[int]:
    every = containers(platform)
    return every[:: max(1, len(every) // 3)]


def everything(platform: Platform) -> list[int]:
    """As a reboot does."""
    return [*embedded_aws(platform), *data_plane(platform), *containers(platform)]


VICTIMS: dict[str, Callable[[Platform], list[int]]] = {
    "the embedded AWS": embedded_aws,
    "the data plane": data_plane,
    "the data stores": stores,
    "some containers": some_containers,
    "everything": everything,
}


def terraform(platform: Platform) -> list[int]:
    return processes.in_folder(platform.root / "cdktf.out", "terraform")


def _recorded(platform: Platform, name: str) -> int:
    return int(json.loads((platform.root / ".windlass" / name / "process.json").read_text())["pid"])


def kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def assert_all_is_back(live: Live) -> None:
    """Nothing that a command has reported as done is lost, and the states match what exists."""
    live.plan_is_empty()
    live.wait_until("/health", colour="green")
    status, items = live.request("GET", "/items")
    assert (status, "before the kills" in json.dumps(items)) == (200, True)
    assert live.windlass("local", "status").count("healthy") >= 6


@pytest.mark.parametrize("number", range(15))
def test_a_platform_that_is_killed_while_nothing_is_applied_comes_back(live: Live, number: int) -> None:
    choice = random.Random(SEED * 1000 + number)
    names = list(VICTIMS) if number < len(VICTIMS) else choice.sample(sorted(VICTIMS), choice.randint(1, 3))
    victims = [names[number]] if number < len(VICTIMS) else names
    time.sleep(choice.uniform(0, 5))
    kill([pid for name in victims for pid in VICTIMS[name](live.platform)])
    live.windlass("local", "up")
    assert_all_is_back(live)


APPLY_VICTIMS = ("the command", "Terraform", "the command and Terraform", "the embedded AWS", "everything")


@pytest.mark.parametrize("victim", APPLY_VICTIMS)
def test_an_apply_that_is_killed_in_the_middle_converges_by_the_next_one(live: Live, victim: str) -> None:
    platform = live.platform
    command = ["./windlass", "apply", "local", "--layer", "service", "--yes", "--", REPLACED]
    log = platform.root / ".windlass" / "logs" / "killed-apply.log"
    log.parent.mkdir(exist_ok=True)  # a platform that was loaded has none yet
    with log.open("w") as output:
        applying = subprocess.Popen(
            command, cwd=platform.root, env=platform.variables, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
        _wait_for_apply(log, applying)
        time.sleep(random.Random(f"{SEED} {victim}").uniform(0, LONGEST_APPLY_SECONDS))
        victims = {
            "the command": [applying.pid],
            "Terraform": terraform(platform),
            "the command and Terraform": [applying.pid, *terraform(platform)],
            "the embedded AWS": embedded_aws(platform),
            "everything": [applying.pid, *terraform(platform), *everything(platform)],
        }
        kill(victims[victim])
        applying.wait(timeout=300)
    live.windlass("local", "up", "--bare")
    live.windlass("apply", "local", "--yes")
    live.windlass("local", "up")
    assert_all_is_back(live)


def _wait_for_apply(log: Path, applying: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while "service: apply" not in log.read_text():
        assert applying.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
