"""Tasks that protect themselves stop a destroy, until they end or somebody gives them up (S05)."""

import pytest

from cli.obstacles import States
from cli.protected_tasks import ProtectedTasks, end_tasks, protected_tasks
from release.aws import Aws
from tests.dataplane.account import REGION
from tests.dataplane.running_platform import Platform
from tests.dataplane.test_scheduling import protection
from tests.release.shared_resources import session
from tests.support.aws_command import run_printed
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

SERVICE = {
    "mode": "managed",
    "type": "aws_ecs_service",
    "instances": [{"attributes": {"name": "web-blue", "cluster": "test"}}],
}
STATES: States = {"service": {"resources": [SERVICE]}}


def busy_task(platform: Platform) -> tuple[str, Aws, ProtectedTasks]:
    """A task that works on something, the account, and what a destroy finds."""
    account = platform.account
    task, pid = min(account.pids("blue").items())
    protection(pid)(True)
    wait_for("the protection to be known", lambda: account.protected([task]) == {task})
    aws = Aws(session(), endpoint_url=account.endpoint_url)
    (busy,) = protected_tasks(aws, STATES)
    assert (busy.service, busy.arns) == ("web-blue", (task,))
    return task, aws, busy


def test_s05_the_command_that_a_destroy_prints_gives_a_busy_task_up(platform: Platform) -> None:
    account = platform.account
    task, aws, busy = busy_task(platform)
    account.scale("blue", 0)
    wait_for("the other task's end", lambda: list(account.pids("blue")) == [task])
    (command,) = busy.obstacle(REGION).commands
    run_printed(command, aws.client)
    assert [*protected_tasks(aws, STATES)] == []
    wait_for("its end", lambda: not account.pids("blue"))


def test_s05_a_task_that_goes_on_protects_itself_again(platform: Platform) -> None:
    account = platform.account
    task, aws, busy = busy_task(platform)
    run_printed(busy.obstacle(REGION).commands[0], aws.client)
    assert account.protected([task]) == set()
    protection(account.pids("blue")[task])(True)
    wait_for("the protection to be known", lambda: account.protected([task]) == {task})
    assert [each.arns for each in protected_tasks(aws, STATES)] == [(task,)]
    protection(account.pids("blue")[task])(False)


def test_s05_an_environment_to_throw_away_ends_a_busy_task_and_nothing_takes_its_place(platform: Platform) -> None:
    account = platform.account
    _, aws, busy = busy_task(platform)
    end_tasks(aws, busy)
    wait_for("its end", lambda: not account.pids("blue"))
    assert account.service("blue")["desiredCount"] == 0
