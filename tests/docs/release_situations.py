"""The commands of the runbooks that work on services at run time, each in the situation that it is for."""

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from release.switch_request import SwitchRequest
from tests.docker.web_service import WebService
from tests.docs.runbook_command import RunbookCommand
from tests.release.blue_green_service import MIGRATION
from tests.release.shared_resources import IMAGE

Situation = Callable[[RunbookCommand], None]
SITUATIONS: dict[str, Situation] = {}
"""Command, as the runbook has it → what goes before, and what must come of it."""


def situation(command: str) -> Callable[[Situation], Situation]:
    return lambda function: SITUATIONS.setdefault(command, function)


def bad_switch(runbook: RunbookCommand, **how: Any) -> None:
    """Green, the new colour, has every request."""
    runbook.web.ready("green")
    runbook.operator.service.switch(SwitchRequest(colour="green", **how))


@situation("./windlass status ENV SERVICE")
def read_the_status(runbook: RunbookCommand) -> None:
    bad_switch(runbook)
    runbook.web.set_weights(blue=50, green=50)
    done = runbook.run()
    assert done.code == 0
    for word in ("rule changed by hand", "blue", "green", "bob@tablet", "http://shop.test", f"{IMAGE}:1.0.0"):
        assert word in done.text
    assert "2/2" in done.text


@situation('./windlass switch ENV SERVICE --rollback --reason "REASON"')
def roll_back(runbook: RunbookCommand) -> None:
    bad_switch(runbook)
    assert runbook.run().code == 0
    assert (runbook.web.value(), runbook.web.weights()) == ("blue", {"blue": 100, "green": 0})
    # The same in the middle of a canary.
    runbook.operator.service.switch(SwitchRequest(colour="green", steps=(10,)))
    assert runbook.run().code == 0
    assert runbook.web.weights() == {"blue": 100, "green": 0}
    # The former colour has no task any more.
    runbook.operator.service.switch(SwitchRequest(colour="green", scale_down=True, soak_seconds=0))
    runbook.web.healthy("blue", 0)
    assert runbook.run(during=lambda: runbook.web.healthy("blue", 2)).code == 0
    assert (runbook.web.value(), runbook.web.desired("blue")) == ("blue", 2)


@situation('./windlass switch ENV SERVICE --rollback --min-healthy 1 --reason "REASON"')
def roll_back_to_one_healthy_target(runbook: RunbookCommand) -> None:
    bad_switch(runbook)
    runbook.web.healthy("blue", 1)
    assert runbook.run().code == 0
    assert runbook.web.value() == "blue"


@situation('./windlass switch ENV SERVICE --rollback --force --reason "REASON"')
def roll_back_in_spite_of_the_checks(runbook: RunbookCommand) -> None:
    bad_switch(runbook)
    runbook.web.healthy("blue", 0)
    assert runbook.run().code == 0
    assert runbook.web.weights() == {"blue": 100, "green": 0}


@situation('./windlass deploy ENV SERVICE --image PREVIOUS_IMAGE --switch --reason "REASON"')
def go_back_to_an_image_that_was_replaced(runbook: RunbookCommand) -> None:
    bad_switch(runbook)
    done = runbook.run(PREVIOUS_IMAGE=runbook.web.push_image(f"5.0.{runbook.web.number}"), during=migrated(runbook))
    assert done.code == 0, done.text
    assert (runbook.web.value(), runbook.web.desired("blue")) == ("blue", 2)


@situation('./windlass switch ENV SERVICE COLOUR --reason "REASON"')
def restore_a_rule_that_was_changed_by_hand(runbook: RunbookCommand) -> None:
    runbook.web.set_weights(blue=30, green=70)
    assert runbook.run(COLOUR="blue").code == 0
    assert runbook.web.weights() == {"blue": 100, "green": 0}


@situation("./windlass switch ENV SERVICE")
def finish_a_switch_that_was_killed(runbook: RunbookCommand) -> None:
    runbook.web.ready("green")
    runbook.web.put("green")
    assert runbook.run().code == 0
    assert (runbook.web.value(), runbook.web.weights()) == ("green", {"blue": 0, "green": 100})


@situation('./windlass switch ENV SERVICE COLOUR --scale-down --soak 0s --reason "REASON"')
def fewer_tasks(runbook: RunbookCommand) -> None:
    runbook.web.ready("green")
    assert runbook.run(COLOUR="blue").code == 0
    assert (runbook.web.value(), runbook.web.desired("green"), runbook.web.desired("blue")) == ("blue", 0, 2)


# --- deployments and migrations --------------------------------------------------------------------------------------


def migrated(runbook: RunbookCommand, exit_code: int = 0) -> Callable[[], None]:
    """The migration ends with this exit code, and all desired targets become healthy."""

    def happen() -> None:
        runbook.web.end_task(exit_code)
        runbook.web.healthy("green", 2)

    return happen


def new_image(runbook: RunbookCommand) -> str:
    return runbook.web.push_image(f"5.1.{runbook.web.number}")


@situation("./windlass deploy ENV SERVICE --image IMAGE")
def deploy_again_after_a_migration_that_failed(runbook: RunbookCommand) -> None:
    image = new_image(runbook)
    failed = runbook.run(IMAGE=image, during=migrated(runbook, exit_code=1))
    assert failed.code == 1
    assert "The migration of" in failed.text
    assert runbook.web.desired("green") == 0
    again = runbook.run(IMAGE=image, during=migrated(runbook))
    assert again.code == 0, again.text
    assert runbook.web.desired("green") == 2
    assert runbook.web.weights() == {"blue": 100, "green": 0}


@situation("./windlass deploy ENV SERVICE --image IMAGE --timeout 30m")
def deploy_and_wait_longer(runbook: RunbookCommand) -> None:
    assert runbook.run(IMAGE=new_image(runbook), during=migrated(runbook)).code == 0


@situation('./windlass deploy ENV SERVICE --image PREVIOUS_IMAGE --reason "REASON"')
def give_up(runbook: RunbookCommand) -> None:
    done = runbook.run(PREVIOUS_IMAGE=new_image(runbook), during=migrated(runbook))
    assert done.code == 0, done.text
    assert runbook.web.value() == "blue"


@situation('./windlass deploy ENV SERVICE --image IMAGE --switch --reason "REASON"')
def new_tasks_of_the_same_image(runbook: RunbookCommand) -> None:
    image = f"{IMAGE}:1.0.0"
    with suppress(runbook.web.client("ecr").exceptions.ImageAlreadyExistsException):
        runbook.web.push_image("1.0.0")
    # The runbook has the idle colour scaled to zero first: tasks that run already would hold the old password.
    runbook.web.ready("green")
    runbook.operator.service.switch(SwitchRequest(colour="blue", scale_down=True, soak_seconds=0))
    runbook.web.healthy("green", 0)
    done = runbook.run(IMAGE=image, during=migrated(runbook))
    assert done.code == 0, done.text
    assert (runbook.web.value(), runbook.web.desired("green")) == ("green", 2)


@situation("./windlass migrate ENV SERVICE")
def migrate_alone(runbook: RunbookCommand) -> None:
    failed = runbook.run(during=lambda: runbook.web.end_task(1, logs=("migrate: a table is busy",)))
    assert (failed.code, "log: migrate: a table is busy" in failed.text) == (1, True)
    done = runbook.run(during=runbook.web.end_task)
    assert (done.code, "green: migration done." in done.text) == (0, True)


@situation("./windlass migrate ENV SERVICE COLOUR")
def migrate_for_the_first_time(runbook: RunbookCommand) -> None:
    done = runbook.run(COLOUR="blue", during=runbook.web.end_task)
    assert (done.code, "blue: migration done." in done.text) == (0, True)


@situation("./windlass migrate ENV SERVICE --stop")
def stop_a_migration_that_hangs(runbook: RunbookCommand) -> None:
    runbook.web.client("ecs").run_task(
        cluster=runbook.web.shared.cluster_name,
        taskDefinition=runbook.web.published.colours["green"].service_name,
        launchType="FARGATE",
        startedBy=f"windlass-migrate-{runbook.web.name}",
        overrides={"containerOverrides": [{"name": runbook.web.name, "command": list(MIGRATION)}]},
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": runbook.web.shared.subnet_ids,
                "securityGroups": [runbook.web.shared.security_group_id],
            }
        },
    )
    assert runbook.run().code == 0
    assert [task.status for task in runbook.web.tasks()] == ["STOPPED"]
    assert runbook.run().text == "No migration is running."


@situation("curl -s URL/health")
def read_the_reason_from_the_service(runbook: RunbookCommand) -> None:
    with tempfile.TemporaryDirectory() as folder:
        nowhere = "postgresql://web:no-such-password@127.0.0.1:1/items?sslmode=disable"
        given = {"DATABASE_URL": nowhere, "COLOUR": "blue", "VERSION": "1.4.2", "WEB_CONCURRENCY": "1"}
        service = WebService(Path(folder) / "log", given)
        try:
            service.wait_until("/health", reason="connection refused")
            done = runbook.shell(Path(folder), URL=f"http://127.0.0.1:{service.port}")
        finally:
            service.stop()
    assert done.code == 0, done.text
    assert (json.loads(done.text)["status"], json.loads(done.text)["reason"]) == ("degraded", "connection refused")


@situation("./windlass airflow ENV rotate-fernet-key")
def encrypt_with_the_new_key(runbook: RunbookCommand) -> None:
    done = runbook.run(during=lambda: runbook.web.end_task(logs=("rotated",)))
    assert done.code == 0
    assert "airflow rotate-fernet-key: done." in done.text
    (task,) = runbook.web.tasks()
    assert task.overrides["containerOverrides"][0]["command"] == ["rotate-fernet-key"]


@situation("./windlass airflow ENV db check")
def log_in_to_the_database(runbook: RunbookCommand) -> None:
    done = runbook.run(during=lambda: runbook.web.end_task(1, logs=("password authentication failed",)))
    assert done.code == 1
    assert "airflow db check failed: exit code 1." in done.text
    assert "log: password authentication failed" in done.text
    assert runbook.run(during=runbook.web.end_task).code == 0
