"""The gate: a task of its own migrates before any task of the new image starts, and nothing goes on when it fails."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from release.deploy import DeployRequest, deploy
from release.errors import BadRequestError, FailedError, RefusedError, StoppedError
from release.migrate import MigrateRequest, migrate, stop_migration
from release.switch import SwitchRequest, switch
from tests.release.desk import Desk, quick
from tests.release.platform import MIGRATION, Platform
from tests.release.shared import IMAGE

REQUEST = MigrateRequest(command=MIGRATION)


def desk(platform: Platform, during: Callable[[], object] | None = None) -> Desk:
    return Desk(platform, pace=quick(during))


def started(platform: Platform) -> list[dict[str, Any]]:
    """All tasks that anybody asked for, with their tags."""
    arns = [task.task_arn for task in platform.tasks()]
    if not arns:
        return []
    answer = platform.client("ecs").describe_tasks(cluster=platform.shared.cluster_name, tasks=arns, include=["TAGS"])
    return list(answer["tasks"])


def test_it_runs_the_migration_command_as_the_idle_colours_next_task_would_run(platform: Platform) -> None:
    platform.register("green", f"{IMAGE}:1.1.0")
    side = platform.target.sides["green"]
    newest = f"{side.service_name}:2"
    platform.client("ecs").update_service(
        cluster=platform.shared.cluster_name, service=side.service_name, taskDefinition=newest
    )
    anna = Desk(platform, "anna@laptop (arn:aws:iam::1:user/anna)", quick(platform.end_task))
    migrate(anna.context, REQUEST)

    (task,) = started(platform)
    assert task["taskDefinitionArn"].endswith(f"/{newest}")
    assert task["overrides"]["containerOverrides"] == [{"name": platform.name, "command": list(MIGRATION)}]
    assert task["startedBy"] == f"windlass-migrate-{platform.name}"
    tags = {tag["key"]: tag["value"] for tag in task["tags"]}
    # Parentheses are none of the characters that tags may have.
    assert tags == {"Name": f"{side.service_name}-migration", "StartedBy": "anna@laptop arn:aws:iam::1:user/anna"}
    assert task["capacityProviderName"] == "FARGATE"
    (made,) = platform.tasks()
    network = made.network_configuration["awsvpcConfiguration"]
    assert network["subnets"] == platform.shared.subnet_ids
    assert network["securityGroups"] == [platform.shared.security_group_id]
    assert "green: migration done." in anna.told


def test_its_log_lines_are_shown_in_words(platform: Platform) -> None:
    line = json.dumps({"level": "INFO", "message": "migrate: 0002 applied", "seconds": 0.1})
    anna = desk(platform, lambda: platform.end_task(logs=("plain text", line)))
    migrate(anna.context, REQUEST)
    assert "  plain text\n  migrate: 0002 applied\n" in anna.told


def test_an_exit_code_fails_it_with_the_last_log_lines(platform: Platform) -> None:
    lines = tuple(f"line {number}" for number in range(30))
    problem = json.dumps({"level": "ERROR", "message": "migrate: failed: column does not exist"})
    anna = desk(platform, lambda: platform.end_task(1, logs=(*lines, problem)))
    with pytest.raises(FailedError) as failed:
        migrate(anna.context, REQUEST)
    said = str(failed.value)
    assert f"The migration of {platform.name} green failed: exit code 1. Nothing was scaled up or switched." in said
    assert "ECS: Essential container in task exited" in said
    assert "log: line 29\n  log: ERROR: migrate: failed: column does not exist" in said
    assert "line 10\n" not in said


def test_a_task_that_never_started_says_why(platform: Platform) -> None:
    pull = "CannotPullContainerError: pull image manifest has been retried 5 time(s)"
    anna = desk(platform, lambda: platform.end_task(None, reason=pull, stop_code="TaskFailedToStart"))
    with pytest.raises(FailedError, match=r"its container never ran(?s:.)*ECS: CannotPullContainerError: pull image"):
        migrate(anna.context, REQUEST)


def test_spot_capacity_that_was_taken_back_is_a_reason_to_try_again(platform: Platform) -> None:
    ended = {"reason": "Your Spot Task was interrupted.", "stop_code": "SpotInterruption"}
    anna = desk(platform, lambda: platform.end_task(143, **ended))  # type: ignore[arg-type]
    with pytest.raises(FailedError, match="the same command tries again"):
        migrate(anna.context, REQUEST)


def test_it_waits_no_longer_than_it_was_told_and_leaves_the_task_alone(platform: Platform) -> None:
    anna = desk(platform)
    with pytest.raises(FailedError, match=r"not ended after 60 s; task \w.* is RUNNING and goes on") as failed:
        migrate(anna.context, MigrateRequest(command=MIGRATION, timeout_seconds=60))
    assert f"./windlass migrate dev {platform.name} --stop" in str(failed.value)
    assert [task["lastStatus"] for task in started(platform)] == ["RUNNING"]
    platform.end_task()


def test_two_at_once_are_refused_and_one_can_be_stopped(platform: Platform) -> None:
    bob = Desk(platform, "bob@tablet")
    refusals: list[str] = []

    def bob_tries_too_and_then_stops_it() -> None:
        with pytest.raises(RefusedError, match=r"runs already \(task .*, asked for .*\)") as refused:
            migrate(bob.context, REQUEST)
        refusals.append(str(refused.value))
        assert stop_migration(bob.context)
        platform.tasks()[0].containers[0].exitCode = 143  # moto says 0 of whatever it stops

    with pytest.raises(FailedError, match=r"Stopped by bob@tablet: \./windlass migrate --stop"):
        migrate(desk(platform, bob_tries_too_and_then_stops_it).context, REQUEST)
    assert len(refusals) == len(started(platform)) == 1
    assert not stop_migration(bob.context)


def test_ctrl_c_leaves_the_task_running_and_says_so(platform: Platform) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    with pytest.raises(StoppedError, match=r"goes on\. To stop it"):
        migrate(desk(platform, press).context, REQUEST)
    platform.end_task()


def test_ecs_without_a_place_for_it_is_told(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"tasks": [], "failures": [{"arn": "x", "reason": "RESOURCE:ENI"}]}
    monkeypatch.setattr(platform.client("ecs"), "run_task", lambda **_: answer)
    with pytest.raises(FailedError, match=r"ECS did not start a task of .*: RESOURCE:ENI"):
        migrate(desk(platform).context, REQUEST)


def test_without_a_command_it_is_a_mistake() -> None:
    with pytest.raises(BadRequestError, match="no migration_command"):
        MigrateRequest(command=())


def test_during_a_canary_the_new_colour_migrates(platform: Platform) -> None:
    platform.ready("green")
    switch(Desk(platform).context, SwitchRequest(colour="green", steps=(10,)))
    anna = desk(platform, platform.end_task)
    migrate(anna.context, REQUEST)
    assert "green: migration done." in anna.told


# --- as a part of a deployment ---------------------------------------------------------------------------------------


@pytest.fixture
def image(platform: Platform) -> str:
    return platform.push_image(f"4.0.{platform.number}")


def test_a_deployment_migrates_after_the_apply_and_before_it_scales_up(platform: Platform, image: str) -> None:
    platform.healthy("green", 2)
    seen: list[tuple[str, int]] = []

    def look_and_end() -> None:
        (task,) = platform.tasks()
        definition = platform.client("ecs").describe_task_definition(taskDefinition=task.task_definition_arn)
        containers = definition["taskDefinition"]["containerDefinitions"]
        seen.append((containers[0]["image"], platform.desired("green")))
        platform.end_task()

    anna = desk(platform, look_and_end)
    deploy(anna.context, DeployRequest(image=image, migration=MIGRATION), platform.terraform_apply)
    assert seen == [(image, 0)]
    assert platform.desired("green") == 2
    assert anna.told.index("migration done") < anna.told.index("green: 0 → 2 tasks")


def test_a_migration_that_fails_stops_it_with_nothing_scaled_or_switched(platform: Platform, image: str) -> None:
    platform.ready("green")  # left there by the switch before, as usual
    anna = desk(platform, lambda: platform.end_task(1))
    with pytest.raises(FailedError, match="Nothing was scaled up or switched"):
        deploy(anna.context, DeployRequest(image=image, migration=MIGRATION), platform.terraform_apply)
    assert (platform.value(), platform.weights()) == ("blue", {"blue": 100, "green": 0})
    assert platform.desired("green") == 0, "no task of the new image, so no switch can go to it"
    assert "green: 2 → 0 tasks until the migration is done" in anna.told

    platform.healthy("green", 2)
    again = desk(platform, platform.end_task)
    deploy(again.context, DeployRequest(image=image, migration=MIGRATION), lambda: pytest.fail("applied already"))
    assert platform.desired("green") == 2


def test_a_colour_that_serves_is_not_scaled_to_zero(platform: Platform, image: str) -> None:
    platform.ready("green")
    switch(Desk(platform).context, SwitchRequest(colour="green", steps=(10,)))
    counts: list[int] = []

    def look_and_end() -> None:
        counts.append(platform.desired("green"))
        platform.end_task()

    request = DeployRequest(image=image, migration=MIGRATION, force=True)
    deploy(desk(platform, look_and_end).context, request, platform.terraform_apply)
    assert counts == [2]


def test_a_switch_meanwhile_stops_the_deployment(platform: Platform, image: str) -> None:
    platform.healthy("green", 2)
    bob = Desk(platform, "bob@tablet")

    def bob_switches() -> None:
        switch(bob.context, SwitchRequest(colour="green", force=True))
        platform.end_task()

    with pytest.raises(RefusedError, match=r"switched by bob@tablet .* stopped before its tasks were started"):
        deploy(
            desk(platform, bob_switches).context,
            DeployRequest(image=image, migration=MIGRATION),
            platform.terraform_apply,
        )


def test_a_switch_that_scales_up_cannot_go_around_the_gate(platform: Platform) -> None:
    request = SwitchRequest(scale_up=True, migration=MIGRATION)
    with pytest.raises(FailedError, match="exit code 1"):
        switch(desk(platform, lambda: platform.end_task(1)).context, request)
    assert (platform.value(), platform.desired("green")) == ("blue", 0)

    platform.healthy("green", 2)
    switch(desk(platform, platform.end_task).context, request)
    assert (platform.value(), platform.desired("green")) == ("green", 2)


def test_a_rollback_that_scales_up_waits_for_no_migration(platform: Platform) -> None:
    platform.ready("green")
    switch(desk(platform).context, SwitchRequest(scale_down=True, soak_seconds=0))
    switch(desk(platform).context, SwitchRequest(rollback=True, scale_up=True, migration=MIGRATION))
    assert (platform.value(), started(platform)) == ("blue", [])


def test_a_service_without_a_migration_runs_no_task(platform: Platform, image: str) -> None:
    platform.healthy("green", 2)
    deploy(desk(platform).context, DeployRequest(image=image), platform.terraform_apply)
    assert started(platform) == []
