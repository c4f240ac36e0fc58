"""The gate: a separate task migrates before any task of the new image starts, nothing goes on if it fails (A07)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from release.deploy import DeployRequest
from release.errors import BadRequestError, FailedError, RefusedError, StoppedError
from release.migrate import MigrateRequest
from release.switch_request import SwitchRequest
from tests.release.blue_green_service import MIGRATION, BlueGreenTestService
from tests.release.operator import Operator, applying, quick
from tests.release.shared_resources import IMAGE

REQUEST = MigrateRequest(command=MIGRATION)


def operator(web: BlueGreenTestService, during: Callable[[], object] | None = None) -> Operator:
    return Operator(web, pace=quick(during))


def started(web: BlueGreenTestService) -> list[dict[str, Any]]:
    """All tasks that anybody started, with their tags."""
    arns = [task.task_arn for task in web.tasks()]
    if not arns:
        return []
    answer = web.client("ecs").describe_tasks(cluster=web.shared.cluster_name, tasks=arns, include=["TAGS"])
    return list(answer["tasks"])


def test_it_runs_the_migration_command_as_the_idle_colours_next_task_would_run(web: BlueGreenTestService) -> None:
    web.register("green", f"{IMAGE}:1.1.0")
    side = web.published.colours["green"]
    newest = f"{side.service_name}:2"
    web.client("ecs").update_service(cluster=web.shared.cluster_name, service=side.service_name, taskDefinition=newest)
    anna = Operator(web, "anna@laptop (arn:aws:iam::1:user/anna)", quick(web.end_task))
    anna.service.migrate(REQUEST)

    (task,) = started(web)
    assert task["taskDefinitionArn"].endswith(f"/{newest}")
    assert task["overrides"]["containerOverrides"] == [{"name": web.name, "command": list(MIGRATION)}]
    assert task["startedBy"] == f"windlass-migrate-{web.name}"
    tags = {tag["key"]: tag["value"] for tag in task["tags"]}
    # Parentheses are none of the characters that tags may have.
    assert tags == {"Name": f"{side.service_name}-migration", "StartedBy": "anna@laptop arn:aws:iam::1:user/anna"}
    assert task["capacityProviderName"] == "FARGATE"
    (started_task,) = web.tasks()
    network = started_task.network_configuration["awsvpcConfiguration"]
    assert network["subnets"] == web.shared.subnet_ids
    assert network["securityGroups"] == [web.shared.security_group_id]
    assert "green: migration done." in anna.output


def test_its_log_lines_are_shown_as_text(web: BlueGreenTestService) -> None:
    line = json.dumps({"level": "INFO", "message": "migrate: 0002 applied", "seconds": 0.1})
    anna = operator(web, lambda: web.end_task(logs=("plain text", line)))
    anna.service.migrate(REQUEST)
    assert "  plain text\n  migrate: 0002 applied\n" in anna.output


def test_an_exit_code_fails_it_with_the_last_log_lines(web: BlueGreenTestService) -> None:
    lines = tuple(f"line {number}" for number in range(30))
    problem = json.dumps({"level": "ERROR", "message": "migrate: failed: column does not exist"})
    anna = operator(web, lambda: web.end_task(1, logs=(*lines, problem)))
    with pytest.raises(FailedError) as failed:
        anna.service.migrate(REQUEST)
    said = str(failed.value)
    assert f"The migration of {web.name} green failed: exit code 1. Nothing was scaled up or switched." in said
    assert "ECS: Essential container in task exited" in said
    assert "log: line 29\n  log: ERROR: migrate: failed: column does not exist" in said
    assert "line 10\n" not in said


def test_a_task_that_never_started_says_why(web: BlueGreenTestService) -> None:
    pull = "CannotPullContainerError: pull image manifest has been retried 5 time(s)"
    anna = operator(web, lambda: web.end_task(None, reason=pull, stop_code="TaskFailedToStart"))
    with pytest.raises(FailedError, match=r"its container never ran(?s:.)*ECS: CannotPullContainerError: pull image"):
        anna.service.migrate(REQUEST)


def test_reclaimed_spot_capacity_is_a_reason_to_retry(web: BlueGreenTestService) -> None:
    ended = {"reason": "Your Spot Task was interrupted.", "stop_code": "SpotInterruption"}
    anna = operator(web, lambda: web.end_task(143, **ended))  # type: ignore[arg-type]
    with pytest.raises(FailedError, match="run the same command to retry"):
        anna.service.migrate(REQUEST)


def test_it_waits_no_longer_than_its_timeout_and_leaves_the_task_alone(web: BlueGreenTestService) -> None:
    anna = operator(web)
    with pytest.raises(FailedError, match=r"not ended after 60 s; task \w.* is RUNNING and goes on") as failed:
        anna.service.migrate(MigrateRequest(command=MIGRATION, timeout_seconds=60))
    assert f"./windlass migrate dev {web.name} --stop" in str(failed.value)
    assert [task["lastStatus"] for task in started(web)] == ["RUNNING"]
    web.end_task()


def test_two_at_once_are_refused_and_one_can_be_stopped(web: BlueGreenTestService) -> None:
    bob = Operator(web, "bob@tablet")
    refusals: list[str] = []

    def bob_tries_too_and_then_stops_it() -> None:
        with pytest.raises(RefusedError, match=r"runs already \(task .*, started .*\)") as refused:
            bob.service.migrate(REQUEST)
        refusals.append(str(refused.value))
        assert bob.service.stop_migration()
        web.tasks()[0].containers[0].exitCode = 143  # moto says 0 of whatever it stops

    with pytest.raises(FailedError, match=r"Stopped by bob@tablet: \./windlass migrate --stop"):
        operator(web, bob_tries_too_and_then_stops_it).service.migrate(REQUEST)
    assert len(refusals) == len(started(web)) == 1
    assert not bob.service.stop_migration()


def test_ctrl_c_leaves_the_task_running_and_says_so(web: BlueGreenTestService) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    with pytest.raises(
        StoppedError, match=r"goes on\. Once it has finished, run the same command to continue\. To stop it: "
    ):
        operator(web, press).service.migrate(REQUEST)
    web.end_task()


def test_a_task_that_ecs_cannot_place_is_reported(web: BlueGreenTestService, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"tasks": [], "failures": [{"arn": "x", "reason": "RESOURCE:ENI"}]}
    monkeypatch.setattr(web.client("ecs"), "run_task", lambda **_: answer)
    with pytest.raises(FailedError, match=r"ECS did not start a task of .*: RESOURCE:ENI"):
        operator(web).service.migrate(REQUEST)


def test_without_a_command_it_is_a_mistake() -> None:
    with pytest.raises(BadRequestError, match="no migration_command"):
        MigrateRequest(command=())


def test_during_a_canary_the_new_colour_migrates(web: BlueGreenTestService) -> None:
    web.ready("green")
    Operator(web).service.switch(SwitchRequest(colour="green", steps=(10,)))
    anna = operator(web, web.end_task)
    anna.service.migrate(REQUEST)
    assert "green: migration done." in anna.output


# --- as a part of a deployment ---------------------------------------------------------------------------------------


@pytest.fixture
def image(web: BlueGreenTestService) -> str:
    return web.push_image(f"4.0.{web.number}")


def test_a_deployment_migrates_after_the_apply_and_before_it_scales_up(web: BlueGreenTestService, image: str) -> None:
    web.healthy("green", 2)
    seen: list[tuple[str, int]] = []

    def observe_and_end() -> None:
        (task,) = web.tasks()
        definition = web.client("ecs").describe_task_definition(taskDefinition=task.task_definition_arn)
        containers = definition["taskDefinition"]["containerDefinitions"]
        seen.append((containers[0]["image"], web.desired("green")))
        web.end_task()

    anna = operator(web, observe_and_end)
    anna.service.deploy(DeployRequest(image=image, migration=MIGRATION), web.terraform)
    assert seen == [(image, 0)]
    assert web.desired("green") == 2
    assert anna.output.index("migration done") < anna.output.index("green: 0 → 2 tasks")


def test_a_migration_that_fails_stops_it_with_nothing_scaled_or_switched(web: BlueGreenTestService, image: str) -> None:
    web.ready("green")  # left there by the switch before, as usual
    anna = operator(web, lambda: web.end_task(1))
    with pytest.raises(FailedError, match="Nothing was scaled up or switched"):
        anna.service.deploy(DeployRequest(image=image, migration=MIGRATION), web.terraform)
    assert (web.value(), web.weights()) == ("blue", {"blue": 100, "green": 0})
    assert web.desired("green") == 0, "no task of the new image, so no switch can go to it"
    assert "green: 2 → 0 tasks until the migration is done" in anna.output

    web.healthy("green", 2)
    again = operator(web, web.end_task)
    again.service.deploy(
        DeployRequest(image=image, migration=MIGRATION), applying(lambda: pytest.fail("applied already"))
    )
    assert web.desired("green") == 2


def test_a_colour_that_serves_is_not_scaled_to_zero(web: BlueGreenTestService, image: str) -> None:
    web.ready("green")
    Operator(web).service.switch(SwitchRequest(colour="green", steps=(10,)))
    counts: list[int] = []

    def observe_and_end() -> None:
        counts.append(web.desired("green"))
        web.end_task()

    request = DeployRequest(image=image, migration=MIGRATION, force=True)
    operator(web, observe_and_end).service.deploy(request, web.terraform)
    assert counts == [2]


def test_a_switch_meanwhile_stops_the_deployment(web: BlueGreenTestService, image: str) -> None:
    web.healthy("green", 2)
    bob = Operator(web, "bob@tablet")

    def bob_switches() -> None:
        bob.service.switch(SwitchRequest(colour="green", force=True))
        web.end_task()

    with pytest.raises(RefusedError, match=r"switched by bob@tablet .* stopped before its tasks were started"):
        operator(web, bob_switches).service.deploy(DeployRequest(image=image, migration=MIGRATION), web.terraform)


def test_a_switch_that_scales_up_cannot_go_around_the_gate(web: BlueGreenTestService) -> None:
    request = SwitchRequest(scale_up=True, migration=MIGRATION)
    with pytest.raises(FailedError, match="exit code 1"):
        operator(web, lambda: web.end_task(1)).service.switch(request)
    assert (web.value(), web.desired("green")) == ("blue", 0)

    web.healthy("green", 2)
    operator(web, web.end_task).service.switch(request)
    assert (web.value(), web.desired("green")) == ("green", 2)


def test_a_rollback_that_scales_up_waits_for_no_migration(web: BlueGreenTestService) -> None:
    web.ready("green")
    operator(web).service.switch(SwitchRequest(scale_down=True, soak_seconds=0))
    operator(web).service.switch(SwitchRequest(rollback=True, scale_up=True, migration=MIGRATION))
    assert (web.value(), started(web)) == ("blue", [])


def test_a_service_without_a_migration_runs_no_task(web: BlueGreenTestService, image: str) -> None:
    web.healthy("green", 2)
    operator(web).service.deploy(DeployRequest(image=image), web.terraform)
    assert started(web) == []
