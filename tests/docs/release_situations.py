"""The commands of the runbooks that work on services at run time, each in the situation that it is for."""

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from release.switch import SwitchRequest, switch
from tests.docker.web_service import WebService
from tests.docs.stage import Stage
from tests.release.platform import MIGRATION
from tests.release.shared import IMAGE

Situation = Callable[[Stage], None]
SITUATIONS: dict[str, Situation] = {}
"""Command, as the runbook has it → what goes before, and what must come of it."""


def situation(command: str) -> Callable[[Situation], Situation]:
    return lambda function: SITUATIONS.setdefault(command, function)


def bad_switch(stage: Stage, **how: Any) -> None:
    """Green, the new colour, has every request."""
    stage.platform.ready("green")
    switch(stage.desk.context, SwitchRequest(colour="green", **how))


@situation("./windlass status ENV SERVICE")
def look(stage: Stage) -> None:
    bad_switch(stage)
    stage.platform.set_weights(blue=50, green=50)
    done = stage.run()
    assert done.code == 0
    for word in ("rule changed by hand", "blue", "green", "bob@tablet", "http://shop.test", f"{IMAGE}:1.0.0"):
        assert word in done.text
    assert "2/2" in done.text


@situation('./windlass switch ENV SERVICE --rollback --reason "REASON"')
def roll_back(stage: Stage) -> None:
    bad_switch(stage)
    assert stage.run().code == 0
    assert (stage.platform.value(), stage.platform.weights()) == ("blue", {"blue": 100, "green": 0})
    # The same in the middle of a canary.
    switch(stage.desk.context, SwitchRequest(colour="green", steps=(10,)))
    assert stage.run().code == 0
    assert stage.platform.weights() == {"blue": 100, "green": 0}


@situation('./windlass switch ENV SERVICE --rollback --scale-up --reason "REASON"')
def roll_back_to_a_colour_at_zero(stage: Stage) -> None:
    bad_switch(stage, scale_down=True, soak_seconds=0)
    stage.platform.healthy("blue", 0)
    assert stage.run(during=lambda: stage.platform.healthy("blue", 2)).code == 0
    assert (stage.platform.value(), stage.platform.desired("blue")) == ("blue", 2)


@situation('./windlass switch ENV SERVICE --rollback --min-healthy 1 --reason "REASON"')
def roll_back_to_one_healthy_target(stage: Stage) -> None:
    bad_switch(stage)
    stage.platform.healthy("blue", 1)
    assert stage.run().code == 0
    assert stage.platform.value() == "blue"


@situation('./windlass switch ENV SERVICE --rollback --force --reason "REASON"')
def roll_back_whatever_the_checks_say(stage: Stage) -> None:
    bad_switch(stage)
    stage.platform.healthy("blue", 0)
    assert stage.run().code == 0
    assert stage.platform.weights() == {"blue": 100, "green": 0}


@situation('./windlass deploy ENV SERVICE --image PREVIOUS_IMAGE --switch --reason "REASON"')
def go_back_to_an_image_that_is_not_there_any_more(stage: Stage) -> None:
    bad_switch(stage)
    done = stage.run(PREVIOUS_IMAGE=stage.platform.push_image(f"5.0.{stage.platform.number}"), during=migrated(stage))
    assert done.code == 0, done.text
    assert (stage.platform.value(), stage.platform.desired("blue")) == ("blue", 2)


@situation('./windlass switch ENV SERVICE COLOUR --reason "REASON"')
def put_a_rule_right_that_was_changed_by_hand(stage: Stage) -> None:
    stage.platform.set_weights(blue=30, green=70)
    assert stage.run(COLOUR="blue").code == 0
    assert stage.platform.weights() == {"blue": 100, "green": 0}


@situation("./windlass switch ENV SERVICE")
def finish_a_switch_that_was_killed(stage: Stage) -> None:
    stage.platform.ready("green")
    stage.platform.put("green")
    assert stage.run().code == 0
    assert (stage.platform.value(), stage.platform.weights()) == ("green", {"blue": 0, "green": 100})


@situation('./windlass switch ENV SERVICE COLOUR --scale-down --soak 0s --reason "REASON"')
def fewer_tasks(stage: Stage) -> None:
    stage.platform.ready("green")
    assert stage.run(COLOUR="blue").code == 0
    assert (stage.platform.value(), stage.platform.desired("green"), stage.platform.desired("blue")) == ("blue", 0, 2)


# --- deployments and migrations --------------------------------------------------------------------------------------


def migrated(stage: Stage, exit_code: int = 0) -> Callable[[], None]:
    """The migration ends so, and as many targets become healthy as the colour wants."""

    def happen() -> None:
        stage.platform.end_task(exit_code)
        stage.platform.healthy("green", 2)

    return happen


def new_image(stage: Stage) -> str:
    return stage.platform.push_image(f"5.1.{stage.platform.number}")


@situation("./windlass deploy ENV SERVICE --image IMAGE")
def deploy_again_after_a_migration_that_failed(stage: Stage) -> None:
    image = new_image(stage)
    failed = stage.run(IMAGE=image, during=migrated(stage, exit_code=1))
    assert failed.code == 1
    assert "The migration of" in failed.text
    assert stage.platform.desired("green") == 0
    again = stage.run(IMAGE=image, during=migrated(stage))
    assert again.code == 0, again.text
    assert stage.platform.desired("green") == 2
    assert stage.platform.weights() == {"blue": 100, "green": 0}


@situation("./windlass deploy ENV SERVICE --image IMAGE --timeout 30m")
def deploy_and_wait_longer(stage: Stage) -> None:
    assert stage.run(IMAGE=new_image(stage), during=migrated(stage)).code == 0


@situation('./windlass deploy ENV SERVICE --image PREVIOUS_IMAGE --reason "REASON"')
def give_up(stage: Stage) -> None:
    done = stage.run(PREVIOUS_IMAGE=new_image(stage), during=migrated(stage))
    assert done.code == 0, done.text
    assert stage.platform.value() == "blue"


@situation('./windlass deploy ENV SERVICE --image IMAGE --switch --reason "REASON"')
def new_tasks_of_the_same_image(stage: Stage) -> None:
    image = f"{IMAGE}:1.0.0"
    with suppress(stage.platform.client("ecr").exceptions.ImageAlreadyExistsException):
        stage.platform.push_image("1.0.0")
    # The runbook has the idle colour scaled to zero first: tasks that run already would hold the old password.
    stage.platform.ready("green")
    switch(stage.desk.context, SwitchRequest(colour="blue", scale_down=True, soak_seconds=0))
    stage.platform.healthy("green", 0)
    done = stage.run(IMAGE=image, during=migrated(stage))
    assert done.code == 0, done.text
    assert (stage.platform.value(), stage.platform.desired("green")) == ("green", 2)


@situation("./windlass migrate ENV SERVICE")
def migrate_alone(stage: Stage) -> None:
    failed = stage.run(during=lambda: stage.platform.end_task(1, logs=("migrate: a table is busy",)))
    assert (failed.code, "log: migrate: a table is busy" in failed.text) == (1, True)
    done = stage.run(during=stage.platform.end_task)
    assert (done.code, "green: migration done." in done.text) == (0, True)


@situation("./windlass migrate ENV SERVICE COLOUR")
def migrate_for_the_first_time(stage: Stage) -> None:
    done = stage.run(COLOUR="blue", during=stage.platform.end_task)
    assert (done.code, "blue: migration done." in done.text) == (0, True)


@situation("./windlass migrate ENV SERVICE --stop")
def stop_a_migration_that_hangs(stage: Stage) -> None:
    stage.platform.client("ecs").run_task(
        cluster=stage.platform.shared.cluster_name,
        taskDefinition=stage.platform.target.sides["green"].service_name,
        launchType="FARGATE",
        startedBy=f"windlass-migrate-{stage.platform.name}",
        overrides={"containerOverrides": [{"name": stage.platform.name, "command": list(MIGRATION)}]},
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": stage.platform.shared.subnet_ids,
                "securityGroups": [stage.platform.shared.security_group_id],
            }
        },
    )
    assert stage.run().code == 0
    assert [task.status for task in stage.platform.tasks()] == ["STOPPED"]
    assert stage.run().text == "No migration runs."


@situation("curl -s URL/health")
def ask_the_service_why(stage: Stage) -> None:
    with tempfile.TemporaryDirectory() as folder:
        nowhere = "postgresql://web:no-such-password@127.0.0.1:1/items?sslmode=disable"
        given = {"DATABASE_URL": nowhere, "COLOUR": "blue", "VERSION": "1.4.2", "WEB_CONCURRENCY": "1"}
        service = WebService(Path(folder) / "log", given)
        try:
            service.wait_until("/health", reason="connection refused")
            done = stage.shell(Path(folder), URL=f"http://127.0.0.1:{service.port}")
        finally:
            service.stop()
    assert done.code == 0, done.text
    assert (json.loads(done.text)["status"], json.loads(done.text)["reason"]) == ("degraded", "connection refused")


@situation("./windlass airflow ENV rotate-fernet-key")
def encrypt_with_the_new_key(stage: Stage) -> None:
    done = stage.run(during=lambda: stage.platform.end_task(logs=("rotated",)))
    assert done.code == 0
    assert "airflow rotate-fernet-key: done." in done.text
    (task,) = stage.platform.tasks()
    assert task.overrides["containerOverrides"][0]["command"] == ["rotate-fernet-key"]


@situation("./windlass airflow ENV db check")
def log_in_to_the_database(stage: Stage) -> None:
    done = stage.run(during=lambda: stage.platform.end_task(1, logs=("password authentication failed",)))
    assert done.code == 1
    assert "airflow db check failed: exit code 1." in done.text
    assert "log: password authentication failed" in done.text
    assert stage.run(during=stage.platform.end_task).code == 0
