"""Services without colours: `deploy` and `status` work, migrations come first, and `switch` says what to do instead."""

from typing import Any

import pytest

from release.deploy import DeployRequest
from release.errors import BadRequestError, FailedError, RefusedError, ReleaseError, RolledBackError
from release.strategies import CodeDeploy, require_switchable, statuses
from release.strategies.single import SingleStatus
from tests.release.blue_green_service import MIGRATION
from tests.release.operator import Recorder
from tests.release.shared_resources import IMAGE, SharedResources
from tests.release.single_service import CODEDEPLOY, DEPLOY, SingleTestService
from tests.support.service_roles import make_service_role

NEW = "registry.example.com/shop/web:2.0.0"


@pytest.fixture
def rolling(shared: SharedResources) -> SingleTestService:
    return SingleTestService(shared, "rolling")


@pytest.fixture
def codedeploy(shared: SharedResources) -> SingleTestService:
    return SingleTestService(shared, "codedeploy")


def status(service: SingleTestService) -> SingleStatus:
    (result,) = statuses(service.outputs, Recorder().session(service.aws), service=service.name)
    assert isinstance(result, SingleStatus)
    return result


def deploy(service: SingleTestService, *, apply: Any = None, during: Any = None, **request: Any) -> bool:
    return service.service(during).deploy(DeployRequest(image=NEW, **request), service.terraform(apply)).changed


def in_progress(service: SingleTestService) -> tuple[str, ...]:
    codedeploy = service.service()
    assert isinstance(codedeploy, CodeDeploy)
    return codedeploy.in_progress()


# --- rolling ---------------------------------------------------------------------------------------------------------


def test_a_rolling_service_gets_the_image_by_an_apply(rolling: SingleTestService) -> None:
    assert deploy(rolling, reason="release 2")
    assert rolling.running() == rolling.desired_image() == NEW
    assert f"runs {NEW} with 2 tasks, 2 of 2 targets healthy" in rolling.recorder.output
    current = status(rolling)
    assert (current.state, current.strategy, current.notes) == ("live", "rolling", ())
    newest = current.history[0]
    assert (newest.action, newest.value, newest.who, newest.why) == ("deploy", NEW, "anna@laptop", "release 2")


def test_the_same_image_again_is_nothing_to_do(rolling: SingleTestService) -> None:
    deploy(rolling)

    def no_apply() -> None:
        raise AssertionError("there is nothing to apply")

    assert not deploy(rolling, apply=no_apply)
    assert "already, with 2 tasks; nothing to deploy" in rolling.recorder.output


def test_the_migration_runs_with_the_new_image_before_any_of_its_tasks(rolling: SingleTestService) -> None:
    at_migration: list[str] = []

    def migrated() -> None:
        at_migration.extend([*rolling.end_migration(), rolling.running()])

    deploy(rolling, during=migrated, migration=MIGRATION)
    assert at_migration == [NEW, f"{IMAGE}:1.0.0"], "the new image migrates while the old one serves"
    assert rolling.running() == NEW


def test_a_failed_migration_leaves_the_old_tasks_alone(rolling: SingleTestService) -> None:
    with pytest.raises(FailedError, match=f"The migration of {rolling.name} failed: exit code 3"):
        deploy(rolling, during=lambda: rolling.end_migration(3), migration=MIGRATION)
    assert rolling.running() == f"{IMAGE}:1.0.0"
    current = status(rolling)
    assert current.state == "deployment not finished"
    assert f"anna@laptop deployed {NEW}" in current.notes[0]
    assert f"give it up: ./windlass deploy dev {rolling.name} --image {IMAGE}:1.0.0" in current.notes[0]


def test_a_deployment_that_ecs_rolled_back_reports_why(rolling: SingleTestService) -> None:
    class TerraformError(Exception):
        pass

    def rolled_back() -> None:
        rolling.apply_task_definition()
        raise TerraformError

    with pytest.raises(TerraformError):
        deploy(rolling, apply=rolled_back)
    assert f"{rolling.name} still serves {IMAGE}:1.0.0" in rolling.recorder.output
    output = " ".join(rolling.recorder.output.split())
    assert f"./windlass deploy dev {rolling.name} --image {IMAGE}:1.0.0" in output


def test_alarms_of_the_service_are_those_that_ecs_watches(rolling: SingleTestService) -> None:
    rolling.alarm("ALARM")
    assert status(rolling).tasks.alarms == (rolling.alarm_name,)


# --- CodeDeploy ------------------------------------------------------------------------------------------------------


def test_codedeploy_shifts_the_requests_and_the_command_waits_for_it(codedeploy: SingleTestService) -> None:
    assert deploy(codedeploy)
    assert codedeploy.running() == codedeploy.desired_image() == NEW
    assert codedeploy.rule_target() == codedeploy.group_arns[1]
    assert "10 % of the requests go to the new tasks" in codedeploy.recorder.output
    assert "all requests go to the new tasks" in codedeploy.recorder.output


def test_while_the_old_tasks_are_kept_another_deployment_is_refused_and_the_status_says_so(
    codedeploy: SingleTestService,
) -> None:
    deploy(codedeploy)
    with pytest.raises(RefusedError, match=r"Deployment \S+ of \S+ is still in progress"):
        codedeploy.service().deploy(DeployRequest(image=f"{NEW}-1"), codedeploy.terraform())
    assert codedeploy.desired_image() == NEW
    (id_,) = in_progress(codedeploy)
    current = status(codedeploy)
    assert (current.state, current.strategy) == ("deploying", "codedeploy")
    assert f"CodeDeploy deployment {id_} is" in current.notes[0]
    # Every read takes the emulated deployment a step further.
    assert status(codedeploy).state == "live"


def test_codedeploy_begins_after_the_migration(codedeploy: SingleTestService) -> None:
    begun: list[tuple[str, ...]] = []

    def migrated() -> None:
        assert codedeploy.end_migration() == [NEW]
        begun.append(in_progress(codedeploy))

    deploy(codedeploy, during=migrated, migration=MIGRATION)
    assert begun == [()]
    assert codedeploy.running() == NEW


def test_an_alarm_rolls_the_deployment_back_and_the_command_fails(codedeploy: SingleTestService) -> None:
    with pytest.raises(RolledBackError, match=f"rolled deployment .* back.*ALARM_ACTIVE .*{codedeploy.alarm_name}"):
        deploy(codedeploy, during=lambda: codedeploy.alarm("ALARM"))
    assert codedeploy.running() == f"{IMAGE}:1.0.0"
    assert codedeploy.rule_target() == codedeploy.group_arns[0]
    current = status(codedeploy)
    assert (current.state, current.tasks.alarms) == ("deployment not finished", (codedeploy.alarm_name,))


# --- what does not apply ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "service"),
    [
        ("cloudwatch:DescribeAlarms", "AmazonCloudWatch"),
        ("ecs:CreateTaskSet", "AmazonECS"),
        ("elasticloadbalancing:ModifyRule", "AmazonElasticLoadBalancing"),
        ("ecs:UpdateServicePrimaryTaskSet", "AmazonECS"),
    ],
)
def test_a_permission_that_the_role_of_codedeploy_lacks_fails_the_deployment(
    codedeploy: SingleTestService, action: str, service: str
) -> None:
    iam, denied = codedeploy.client("iam"), {"Effect": "Deny", "Action": action, "Resource": "*"}
    make_service_role(iam, CODEDEPLOY, "codedeploy", DEPLOY, denied)
    try:
        with pytest.raises(ReleaseError, match=f"IAM_ROLE_PERMISSIONS.*AWS service: {service}"):
            deploy(codedeploy)
    finally:
        make_service_role(iam, CODEDEPLOY, "codedeploy", DEPLOY)


@pytest.mark.parametrize("strategy", ["rolling", "codedeploy"])
def test_there_is_nothing_to_switch_and_it_says_what_to_do_instead(shared: SharedResources, strategy: Any) -> None:
    service = SingleTestService(shared, strategy)
    with pytest.raises(BadRequestError) as refused:
        require_switchable(service.service())
    assert not hasattr(service.service(), "switch")
    message = str(refused.value)
    assert f"{service.name} has the strategy {strategy}: it has no colours, so there is nothing to switch." in message
    assert f"To go back: ./windlass deploy dev {service.name} --image PREVIOUS_IMAGE" in message
