"""Services follow the emulated ECS: tasks are replaced, scaled, rolled out and rolled back."""

import json
import os
import signal
import time
from collections.abc import Callable
from urllib.request import Request, urlopen

import pytest

from local import processes
from tests.dataplane.account import shown, variables_of
from tests.dataplane.running_platform import Platform
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow


def test_the_emulated_ecs_reports_what_runs(platform: Platform):
    service = platform.account.service("blue")
    assert (service["runningCount"], service["pendingCount"]) == (2, 0)
    assert [each["rolloutState"] for each in service["deployments"]] == ["COMPLETED"]
    assert service["events"][0]["message"] == "(service web-blue) has reached a steady state."
    tasks = platform.account.tasks("blue")
    assert [each["lastStatus"] for each in tasks] == ["RUNNING", "RUNNING"], shown(tasks)
    assert [each["healthStatus"] for each in tasks] == ["HEALTHY", "HEALTHY"]
    assert all("web.wsgi:app" in processes.command_line(pid) for pid in platform.account.pids("blue").values())


def test_a_container_gets_the_environment_of_its_task_definition_and_none_of_the_caller(platform: Platform):
    pid = next(iter(platform.account.pids("blue").values()))
    variables = variables_of(pid)
    assert variables["COLOUR"] == "blue"
    assert variables["DATABASE_URL"].startswith("postgresql://app:")
    assert variables["AWS_ENDPOINT_URL"] == platform.account.endpoint_url
    assert not {"USER", "PYTEST_CURRENT_TEST"} & variables.keys()


def test_a_killed_process_is_replaced_while_the_colour_keeps_answering(platform: Platform):
    before = platform.account.pids("blue")
    with platform.load(clients=2, per_second=60) as load:
        time.sleep(0.3)
        os.killpg(next(iter(before.values())), signal.SIGKILL)
        killed = time.monotonic()
        wait_for("another process", lambda: len(set(platform.account.pids("blue")) - set(before)) == 1)
        wait_for("two healthy targets again", lambda: platform.account.health("blue") == ["healthy"] * 2)
        print(f"\nreplaced and healthy after {time.monotonic() - killed:.1f} s")
    # At most the requests that were in flight in the killed process.
    assert len(load.failures) <= 2, load.failures
    assert {answer.label for answer in load.answers if not answer.failed} == {"blue"}


def test_scaling_up_and_down_fails_no_request(platform: Platform):
    with platform.load(clients=2, per_second=60) as load:
        platform.account.scale("blue", 3)
        wait_for("three healthy targets", lambda: platform.account.health("blue") == ["healthy"] * 3)
        platform.account.scale("blue", 1)
        wait_for("draining targets", lambda: "draining" in platform.account.health("blue"), 10)
        wait_for("one target", lambda: platform.account.health("blue") == ["healthy"])
        wait_for("one process", lambda: platform.account.service("blue")["runningCount"] == 1)
    assert not load.failures


def test_a_new_task_definition_is_rolled_out_without_a_failed_request(platform: Platform):
    old = platform.account.pids("blue")
    with platform.load(clients=2, per_second=60) as load:
        platform.account.deploy("blue", platform.account.register("blue", "2"))
        service = platform.account.service("blue")
        assert [each["status"] for each in service["deployments"]] == ["PRIMARY", "ACTIVE"]
        assert service["deployments"][0]["rolloutState"] == "IN_PROGRESS"
        wait_for(
            "the rollout to complete",
            lambda: [each["rolloutState"] for each in platform.account.service("blue")["deployments"]] == ["COMPLETED"],
            30,
        )
    assert not load.failures
    assert platform.request("GET", "/health")[1]["version"] == "2"
    assert not set(old) & set(platform.account.pids("blue"))


def test_a_task_definition_that_cannot_run_is_rolled_back(platform: Platform):
    good = platform.account.service("green")["taskDefinition"]
    platform.account.deploy("green", platform.account.register("green", "broken", command=["python", "-c", "exit(3)"]))
    wait_for("the rollback", lambda: platform.account.service("green")["taskDefinition"] == good)

    def reported() -> bool:
        events = [each["message"] for each in platform.account.service("green")["events"]]
        return any("deployment failed: tasks failed to start" in message for message in events)

    wait_for("the event of the rollback", reported)  # the data plane reports it after the rollback
    assert platform.account.health("green") == ["healthy"]


def test_a_container_that_becomes_unhealthy_is_replaced(platform: Platform):
    account = platform.account
    check = {"command": ["CMD-SHELL", "test ! -e /tmp/unhealthy"], "interval": 10, "timeout": 5, "retries": 2}
    account.deploy("green", account.register("green", "1", healthCheck=check))
    wait_for("the rollout", lambda: len(account.service("green")["deployments"]) == 1)
    (old,) = wait_for("one process", lambda: len(account.pids("green")) == 1 and account.pids("green"))

    tasks = platform.data_plane.settings.tasks_folder
    (tasks / f"test-web-green-{old.rpartition('/')[2][:12]}" / "volumes" / "tmp" / "unhealthy").touch()
    wait_for("the replacement", lambda: set(account.pids("green")) - {old})

    wait_for("one healthy task", lambda: [each["healthStatus"] for each in account.tasks("green")] == ["HEALTHY"])
    assert old not in account.pids("green")


def test_a_one_off_task_runs_and_reports_its_exit_code(platform: Platform):
    task = platform.account.run(["python", "-c", "print('done'); exit(7)"])
    assert task["containers"][0]["exitCode"] == 7
    assert task["stoppedReason"] == "Essential container in task exited"
    id_ = task["taskArn"].rpartition("/")[2]
    log = platform.data_plane.settings.folder / "tasks" / f"test-web-blue-{id_[:12]}" / "web.log"
    assert log.read_text() == "done\n"


def protection(pid: int) -> Callable[[bool], None]:
    """Returns a function that sets the protection of a process's task, through the ECS agent."""
    agent = variables_of(pid)["ECS_AGENT_URI"]

    def protect(enabled: bool) -> None:
        body = json.dumps({"ProtectionEnabled": enabled}).encode()
        urlopen(Request(f"{agent}/task-protection/v1/state", data=body, method="PUT")).close()

    return protect


def test_a_protected_task_of_an_old_revision_can_see_that_it_was_replaced(platform: Platform):
    account = platform.account
    old, pid = min(account.pids("blue").items())
    with urlopen(variables_of(pid)["ECS_CONTAINER_METADATA_URI_V4"] + "/task") as answer:
        task = json.load(answer)
    own = f":task-definition/{task['Family']}:{task['Revision']}"
    protect = protection(pid)
    protect(True)

    def observed() -> tuple[bool, bool]:
        """Whether another revision is desired, and whether more tasks run than desired."""
        (service,) = account.ecs.describe_services(cluster=task["Cluster"], services=[task["ServiceName"]])["services"]
        (primary,) = [each for each in service["deployments"] if each["status"] == "PRIMARY"]
        return not primary["taskDefinition"].endswith(own), service["runningCount"] > service["desiredCount"]

    assert (task["TaskARN"], observed()) == (old, (False, False))
    account.deploy("blue", account.register("blue", "3"))
    wait_for("the new tasks beside the old one", lambda: len(account.pids("blue")) == 3 and observed() == (True, True))
    assert old in account.pids("blue")
    protect(False)
    wait_for("its end", lambda: old not in account.pids("blue") and observed() == (True, False))


def test_a_protected_task_is_not_chosen_when_a_service_is_scaled_in(platform: Platform):
    account = platform.account
    protected, other = sorted(account.pids("blue"))
    protect = protection(account.pids("blue")[protected])
    protect(True)
    wait_for("the protection to be known", lambda: account.protected([protected, other]) == {protected})
    account.scale("blue", 1)
    wait_for("the other task's end", lambda: list(account.pids("blue")) == [protected])
    account.scale("blue", 0)
    time.sleep(1)
    assert list(account.pids("blue")) == [protected]
    protect(False)
    wait_for("its end", lambda: not account.pids("blue"))
