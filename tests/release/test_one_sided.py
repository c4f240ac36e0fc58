"""Services without colours: `deploy` and `status` work, migrations come first, and `switch` says what to do instead."""

from typing import Any

import pytest

from release.codedeploy import deploy_by_codedeploy, going_on
from release.deploy import DeployRequest
from release.errors import BadRequestError, FailedError, RefusedError, RolledBackError
from release.one_sided_status import OneSidedStatus
from release.rolling import deploy_rolling
from release.statuses import service_statuses
from release.target import ReleaseTarget
from tests.release.one_sided import OneSided
from tests.release.platform import MIGRATION
from tests.release.shared import IMAGE, Shared

NEW = "registry.example.com/shop/web:2.0.0"


@pytest.fixture
def rolling(shared: Shared) -> OneSided:
    return OneSided(shared, "rolling")


@pytest.fixture
def codedeploy(shared: Shared) -> OneSided:
    return OneSided(shared, "codedeploy")


def status(service: OneSided) -> OneSidedStatus:
    (found,) = service_statuses(service.aws, service.outputs, environment="dev", service=service.name)
    assert isinstance(found, OneSidedStatus)
    return found


def roll(service: OneSided, *, apply: Any = None, during: Any = None, **request: Any) -> bool:
    return deploy_rolling(
        service.context(during=during),
        DeployRequest(image=NEW, **request),
        register=service.apply_task_definition,
        apply=apply or service.apply,
    )


# --- rolling ---------------------------------------------------------------------------------------------------------


def test_a_rolling_service_gets_the_image_by_an_apply(rolling: OneSided) -> None:
    assert roll(rolling, reason="release 2")
    assert rolling.running() == rolling.wanted() == NEW
    assert f"runs {NEW} with 2 tasks, 2 of 2 targets healthy" in rolling.recorder.told
    found = status(rolling)
    assert (found.state, found.strategy, found.notes) == ("live", "rolling", ())
    newest = found.history[0]
    assert (newest.action, newest.value, newest.who, newest.why) == ("deploy", NEW, "anna@laptop", "release 2")


def test_the_same_image_again_is_nothing_to_do(rolling: OneSided) -> None:
    roll(rolling)

    def no_apply() -> None:
        raise AssertionError("there is nothing to apply")

    assert not roll(rolling, apply=no_apply)
    assert "already, with 2 tasks; nothing to deploy" in rolling.recorder.told


def test_the_migration_runs_with_the_new_image_before_any_of_its_tasks(rolling: OneSided) -> None:
    at_migration: list[str] = []

    def migrated() -> None:
        at_migration.extend([*rolling.end_migration(), rolling.running()])

    roll(rolling, during=migrated, migration=MIGRATION)
    assert at_migration == [NEW, f"{IMAGE}:1.0.0"], "the new image migrates while the old one serves"
    assert rolling.running() == NEW


def test_a_failed_migration_leaves_the_old_tasks_alone(rolling: OneSided) -> None:
    with pytest.raises(FailedError, match=f"The migration of {rolling.name} failed: exit code 3"):
        roll(rolling, during=lambda: rolling.end_migration(3), migration=MIGRATION)
    assert rolling.running() == f"{IMAGE}:1.0.0"
    found = status(rolling)
    assert found.state == "deployment not finished"
    assert f"anna@laptop deployed {NEW}" in found.notes[0]
    assert f"give it up: ./windlass deploy dev {rolling.name} --image {IMAGE}:1.0.0" in found.notes[0]


def test_a_deployment_that_ecs_took_back_says_why(rolling: OneSided) -> None:
    class TerraformError(Exception):
        pass

    def taken_back() -> None:
        rolling.apply_task_definition()
        raise TerraformError

    with pytest.raises(TerraformError):
        roll(rolling, apply=taken_back)
    assert f"{rolling.name} still answers with {IMAGE}:1.0.0" in rolling.recorder.told
    told = " ".join(rolling.recorder.told.split())
    assert f"./windlass deploy dev {rolling.name} --image {IMAGE}:1.0.0" in told


def test_alarms_of_the_service_are_those_that_ecs_watches(rolling: OneSided) -> None:
    rolling.alarm("ALARM")
    assert status(rolling).alarms == (rolling.alarm_name,)


# --- CodeDeploy ------------------------------------------------------------------------------------------------------


def hand_over(service: OneSided, *, during: Any = None, **request: Any) -> bool:
    return deploy_by_codedeploy(
        service.context(during=during), DeployRequest(image=NEW, **request), apply=service.apply
    )


def test_codedeploy_shifts_the_requests_and_the_command_waits_for_it(codedeploy: OneSided) -> None:
    assert hand_over(codedeploy)
    assert codedeploy.running() == codedeploy.wanted() == NEW
    assert codedeploy.rule_target() == codedeploy.group_arns[1]
    assert "10 % of the requests go to the new tasks" in codedeploy.recorder.told
    assert "all requests go to the new tasks" in codedeploy.recorder.told


def test_while_the_old_tasks_are_kept_another_deployment_is_refused_and_the_status_says_so(
    codedeploy: OneSided,
) -> None:
    hand_over(codedeploy)
    with pytest.raises(RefusedError, match=r"Deployment \S+ of \S+ is still going on"):
        deploy_by_codedeploy(codedeploy.context(), DeployRequest(image=f"{NEW}-1"), apply=codedeploy.apply)
    assert codedeploy.wanted() == NEW
    (id_,) = going_on(codedeploy.context())
    found = status(codedeploy)
    assert (found.state, found.strategy) == ("deploying", "codedeploy")
    assert f"CodeDeploy deployment {id_} is" in found.notes[0]
    # A look takes the emulated deployment a step further.
    assert status(codedeploy).state == "live"


def test_codedeploy_begins_after_the_migration(codedeploy: OneSided) -> None:
    begun: list[tuple[str, ...]] = []

    def migrated() -> None:
        assert codedeploy.end_migration() == [NEW]
        begun.append(going_on(codedeploy.context()))

    hand_over(codedeploy, during=migrated, migration=MIGRATION)
    assert begun == [()]
    assert codedeploy.running() == NEW


def test_an_alarm_takes_the_deployment_back_and_the_command_fails(codedeploy: OneSided) -> None:
    with pytest.raises(RolledBackError, match=f"took deployment .* back.*ALARM_ACTIVE .*{codedeploy.alarm_name}"):
        hand_over(codedeploy, during=lambda: codedeploy.alarm("ALARM"))
    assert codedeploy.running() == f"{IMAGE}:1.0.0"
    assert codedeploy.rule_target() == codedeploy.group_arns[0]
    found = status(codedeploy)
    assert (found.state, found.alarms) == ("deployment not finished", (codedeploy.alarm_name,))


# --- what does not apply ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["rolling", "codedeploy"])
def test_there_is_nothing_to_switch_and_it_says_what_to_do_instead(shared: Shared, strategy: Any) -> None:
    service = OneSided(shared, strategy)
    with pytest.raises(BadRequestError) as refused:
        ReleaseTarget.from_outputs(service.outputs, service.name, environment="dev")
    said = str(refused.value)
    assert f"{service.name} has the strategy {strategy}: it has no colours, so there is nothing to switch." in said
    assert f"To go back: ./windlass deploy dev {service.name} --image PREVIOUS_IMAGE" in said
