"""Security groups and routes are enforced: a connection without a rule times out, as the proof of reachability says."""

import contextlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.dataplane.account import Account
from tests.dataplane.proof import reached
from tests.dataplane.running_platform import Platform
from tests.support.postgres import free_port
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

TIMED_OUT = 124
"""Exit code of `timeout`."""


def outcome(account: Account, host: str, port: int) -> str:
    """What a program that is not Python experiences: bash opens a connection with a blocking call of the C library."""
    task = account.run(["timeout", "3", "bash", "-c", f"exec 3<>/dev/tcp/{host}/{port}"])
    return {0: "through", 1: "refused", TIMED_OUT: "timed out"}[task["containers"][0]["exitCode"]]


@contextmanager
def without(account: Account, direction: str, group: str, permission: dict[str, Any]) -> Iterator[None]:
    """Take a rule away, and bring it back."""
    rule = {"GroupId": account.groups[group], "IpPermissions": [permission]}
    getattr(account.ec2, f"revoke_security_group_{direction}")(**rule)
    try:
        yield
    finally:
        getattr(account.ec2, f"authorize_security_group_{direction}")(**rule)


@pytest.mark.parametrize(
    ("direction", "group", "other"), [("egress", "web", "database"), ("ingress", "database", "web")]
)
def test_without_a_rule_at_either_end_a_connection_times_out_and_the_proof_says_so(
    platform: Platform, direction: str, group: str, other: str
) -> None:
    account = platform.account
    path = ("web", "database", account.database_port)
    assert path in reached(account)
    assert outcome(account, account.database_name, account.database_port) == "through"

    with without(account, direction, group, account.permission(other, account.database_port)):
        assert path not in reached(account)
        platform.data_plane.wait_until_steady(30)
        assert outcome(account, account.database_name, account.database_port) == "timed out"
        log = (platform.data_plane.settings.folder / "network" / "judge.log").read_text()
        assert f"no {direction} rule of " in log
        assert account.groups[group] in log

    assert path in reached(account)
    platform.data_plane.wait_until_steady(30)
    assert outcome(account, account.database_name, account.database_port) == "through"


def test_what_a_rule_allows_and_nobody_serves_is_refused(platform: Platform) -> None:
    account, port = platform.account, free_port()
    assert outcome(account, account.database_name, port) == "timed out"
    account.allow("web", "database", port)
    platform.data_plane.wait_until_steady(30)
    assert outcome(account, account.database_name, port) == "refused"


def test_without_a_route_nothing_outside_of_the_vpc_is_reached_and_the_proof_says_so(platform: Platform) -> None:
    account, aws_port = platform.account, int(platform.account.endpoint_url.rpartition(":")[2])
    route = {"RouteTableId": account.routes, "DestinationCidrBlock": "0.0.0.0/0"}
    probe = f"while sleep 0.5; do timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/{aws_port}'; echo says $?; done"
    running = account.start(["bash", "-c", probe])

    def last_answer() -> str:
        folder = f"test-web-blue-{running.rpartition('/')[2][:12]}"
        log = platform.data_plane.settings.tasks_folder / folder / "web.log"
        return log.read_text().splitlines()[-1] if log.exists() and log.read_text() else ""

    wait_for("the AWS API", lambda: last_answer() == "says 0")
    assert ("web", "internet", 443) in reached(account)

    account.ec2.delete_route(**route)
    try:
        assert ("web", "internet", 443) not in reached(account)
        wait_for("a time-out", lambda: last_answer() == f"says {TIMED_OUT}")
        # Fargate pulls images and reads secrets through the interface of the task.
        refused = account.run(["true"])
        assert refused["stopCode"] == "TaskFailedToStart"
        assert refused["stoppedReason"].startswith("ResourceInitializationError: unable to pull secrets")
        assert "Check your task network configuration. (" in refused["stoppedReason"]
        assert f"({account.groups['web']}) has no way to the AWS API" in refused["stoppedReason"]
    finally:
        account.ec2.create_route(**route, GatewayId=account.internet_gateway)

    wait_for("the AWS API again", lambda: last_answer() == "says 0")
    account.ecs.stop_task(cluster="test", task=running)
    assert outcome(account, "192.0.2.1", 80) == "timed out", "a route, and no rule for this port"


def test_a_load_balancer_without_a_rule_does_not_reach_its_targets(platform: Platform) -> None:
    account = platform.account
    with without(account, "ingress", "web", account.permission("balancer", 8000)):
        assert ("balancer", "web", 8000) not in reached(account)
        wait_for("requests without an answer", lambda: not answers(platform), 40)
    assert ("balancer", "web", 8000) in reached(account)
    wait_for("an answer", lambda: answers(platform), 40)
    # A check that timed out is repeated after 30 s at the latest, as on AWS.
    wait_for("healthy targets", lambda: set(account.health("blue")) == {"healthy"}, 120)
    platform.ensure_steady(blue=2, green=1)


def answers(platform: Platform) -> bool:
    """Whether the load balancer reaches a target while its client waits."""
    try:
        return platform.request("GET", "/health")[0] == 200
    except TimeoutError:
        return False


def test_when_the_judge_is_killed_all_tasks_are_replaced_and_connect_again(platform: Platform) -> None:
    account = platform.account
    before = set(account.pids("blue").values())
    (judge,) = judges(platform.data_plane.settings.folder)
    os.kill(judge, signal.SIGKILL)
    wait_for("other tasks", lambda: account.pids("blue") and not before & set(account.pids("blue").values()), 60)
    platform.ensure_steady(blue=2, green=1)
    assert outcome(account, account.database_name, account.database_port) == "through"


def judges(folder: Path) -> list[int]:
    pids = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = each.read_bytes().split(b"\0")
            if b"local.network.judge" in words and str(folder / "network" / "table.json").encode() in words:
                pids.append(int(each.parent.name))
    return pids
