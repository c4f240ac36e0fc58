"""A switch under load on the local data plane, beside the plain call that changes the listener rule and nothing else.

Both go from one colour to the other and back under load. Measured are the duration of the command, the time of the last
answer of the old colour, and the failed requests. The plain call does not check whether the other colour is healthy,
leaves no history, and the next apply undoes it.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from aws.colour import Colour
from local.dataplane import DataPlane, Settings
from release.traffic import other_colour
from scripts.bench.process import ROOT
from scripts.bench.table import Progress, Row, Table
from tests.dataplane.account import REGION, Account
from tests.dataplane.releases import Releases
from tests.dataplane.running_platform import Platform
from tests.support.postgres import free_port

SWITCHES_PER_RUN = 2
"""To the other colour and back."""
REQUESTS_PER_SECOND = 200
CLIENTS = 4
SECONDS_BETWEEN = 1.5
"""Long enough to see a late answer of the old colour."""


@dataclass(frozen=True, kw_only=True)
class Switched:
    """One switch."""

    command_seconds: float
    """Duration of the command."""
    effect_seconds: float
    """From the start of the command to the last answer of the old colour."""
    after_rule_seconds: float
    """From the end of the call that changed the rule to the last answer of the old colour; 0 where none came later."""


def rows(times: int, progress: Progress) -> Iterator[Row]:
    """A row for our switch, and one for the plain call."""
    progress("switches: starting the embedded AWS, the containers and the proxy")
    with _platform() as platform:
        platform.ensure_steady(blue=2, green=2)
        releases = Releases(platform)
        methods: dict[str, Callable[[Colour], object]] = {
            "windlass switch": lambda colour: releases.switch(colour),
            "modify-rule alone": lambda colour: platform.account.weights(int(colour == "blue"), int(colour == "green")),
        }
        changes: list[float] = []
        for client in (releases.aws.client("elbv2"), platform.account.elbv2):
            client.meta.events.register("after-call.*.ModifyRule", lambda **_: changes.append(time.monotonic()))
        for name, method in methods.items():
            progress(f"switches under load: {name}")
            yield _row(name, platform, method, SWITCHES_PER_RUN * times, changes)


def _row(name: str, platform: Platform, method: Callable[[Colour], object], count: int, changes: list[float]) -> Row:
    starts: list[float] = []
    ends: list[float] = []
    goal: Colour = "green"
    goals: list[Colour] = []
    changes.clear()
    with platform.load(clients=CLIENTS, per_second=REQUESTS_PER_SECOND) as load:
        time.sleep(SECONDS_BETWEEN)
        for _ in range(count):
            starts.append(time.monotonic())
            method(goal)
            ends.append(time.monotonic())
            goals.append(goal)
            goal = other_colour(goal)
            time.sleep(SECONDS_BETWEEN)
    switches = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        until = starts[number + 1] if number + 1 < count else float("inf")
        old = [one.at for one in load.answers if start <= one.at < until and one.label == other_colour(goals[number])]
        last, changed = max(old, default=start), changes[number]
        switches.append(
            Switched(
                command_seconds=end - start,
                effect_seconds=max(0.0, last - start),
                after_rule_seconds=max(0.0, last - changed),
            )
        )
    medians = {key: statistics.median(getattr(one, key) for one in switches) for key in Switched.__dataclass_fields__}
    slowest = max(one.after_rule_seconds for one in switches)
    cells = {
        "switches": str(count),
        "command s": f"{medians['command_seconds']:.2f}",
        "to effect s": f"{medians['effect_seconds']:.2f}",
        "after the rule s": f"{medians['after_rule_seconds']:.2f}",
        "at most s": f"{slowest:.2f}",
        "requests": str(len(load.answers)),
        "failed": str(len(load.failures)),
    }
    facts = {
        "switches": [asdict(one) for one in switches],
        "median": medians,
        "requests": len(load.answers),
        "failed": len(load.failures),
    }
    return Row(name=name, cells=cells, facts=facts)


@contextmanager
def _platform() -> Iterator[Platform]:
    """The small platform of the tests, with both colours of the sample web service."""
    server = subprocess.Popen(
        [sys.executable, "-m", "local.server", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        account = Account(
            server.stdout.readline().split()[-1],
            database_port=free_port(),
            https_port=free_port(),
            http_port=free_port(),
        )
        with tempfile.TemporaryDirectory(prefix="windlass-bench-") as folder:
            settings = Settings(
                endpoint_url=account.endpoint_url,
                region=REGION,
                folder=Path(folder) / "data-plane",
                windlass_folder=ROOT,
                listener_ports={"https": account.https_port, "http": account.http_port},
            )
            platform = Platform(account, DataPlane(settings))
            try:
                platform.data_plane.start()
                platform.migrate()
                yield platform
            finally:
                platform.data_plane.remove()
    finally:
        server.terminate()
        server.communicate()


TABLE = Table(name="switch", title="A switch under load", rows=rows)
