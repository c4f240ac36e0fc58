"""A deployment: onto the idle colour only, until it is healthy, and no request before a switch."""

from collections.abc import Callable

import pytest

import release
from aws.colour import Colour
from release.deploy import DeployRequest
from release.errors import BadRequestError, FailedError, LostError, RefusedError
from release.switch_request import SwitchRequest
from release.versioned_parameter import VersionedParameter
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import Operator, Recorder, applying, quick
from tests.release.shared_resources import IMAGE


@pytest.fixture
def image(web: BlueGreenTestService) -> str:
    return web.push_image(f"2.0.{web.number}")


def running(web: BlueGreenTestService, colour: Colour) -> str:
    return web.status().colours[colour].running_image


def test_an_image_goes_onto_the_idle_colour_and_gets_no_request(
    web: BlueGreenTestService, operator: Operator, image: str
) -> None:
    web.healthy("green", 2)
    done = operator.service.deploy(DeployRequest(image=image), web.terraform)
    assert (done.colour, done.changed) == ("green", True)
    assert (running(web, "green"), running(web, "blue")) == (image, f"{IMAGE}:1.0.0")
    assert web.desired("green") == 2
    assert (web.value(), web.weights()) == ("blue", {"blue": 100, "green": 0})
    assert "green is up: 2 tasks" in operator.output


def test_the_same_image_again_is_nothing_to_do(web: BlueGreenTestService, operator: Operator, image: str) -> None:
    web.healthy("green", 2)
    operator.service.deploy(DeployRequest(image=image), web.terraform)

    def no_apply() -> None:
        raise AssertionError("there is nothing to apply")

    assert not operator.service.deploy(DeployRequest(image=image), applying(no_apply)).changed
    assert f"green runs {image} already, with 2 tasks; nothing to deploy." in operator.output


def test_a_deployment_that_was_killed_is_carried_on(web: BlueGreenTestService, operator: Operator, image: str) -> None:
    web.healthy("green", 2)

    def killed() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        operator.service.deploy(DeployRequest(image=image), applying(killed))
    note = web.status().colours["green"].deployment
    assert note is not None
    assert f"anna@laptop deployed {image}" in note
    assert f"./windlass deploy dev {web.name} --image {image}" in note

    operator.service.deploy(DeployRequest(image=image), web.terraform)
    assert web.status().colours["green"].deployment is None


def test_a_number_of_tasks_can_be_requested(web: BlueGreenTestService, operator: Operator, image: str) -> None:
    web.healthy("green", 3)
    operator.service.deploy(DeployRequest(image=image, count=3), web.terraform)
    assert web.desired("green") == 3


def test_it_is_refused_during_a_canary_unless_forced(web: BlueGreenTestService, operator: Operator, image: str) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest(colour="green", steps=(10,)))
    with pytest.raises(
        RefusedError, match=r"no idle colour: a canary is in progress \(blue 90, green 10, since .* by anna"
    ):
        operator.service.deploy(DeployRequest(image=image), web.terraform)
    assert running(web, "green") == f"{IMAGE}:1.0.0"
    assert operator.service.deploy(DeployRequest(image=image, force=True), web.terraform).colour == "green"


def test_it_is_refused_while_a_switch_is_not_finished(
    web: BlueGreenTestService, operator: Operator, image: str
) -> None:
    web.put("green")
    with pytest.raises(RefusedError, match="between two states: the parameter says green 100, blue 0, the rule blue"):
        operator.service.deploy(DeployRequest(image=image), web.terraform)


def test_targets_that_do_not_become_healthy_fail_it_with_the_reasons(
    web: BlueGreenTestService, image: str, sick: Callable[[Colour, int], None]
) -> None:
    web.healthy("green", 2)
    sick("green", 2)
    with pytest.raises(FailedError) as failed:
        Operator(web).service.deploy(DeployRequest(image=image, timeout_seconds=60), web.terraform)
    said = str(failed.value)
    assert "green is not ready after 60 s: 0 of 2 targets healthy, 2 are needed. No request was sent to it." in said
    assert "load balancer: 2 x Target.Timeout: Request timed out" in said
    assert web.weights() == {"blue": 100, "green": 0}


def test_a_deployment_that_ecs_rolls_back_fails(web: BlueGreenTestService, image: str) -> None:
    side = web.published.colours["green"]

    def circuit_breaker() -> None:
        web.client("ecs").update_service(
            cluster=web.shared.cluster_name,
            service=side.service_name,
            taskDefinition=f"{side.service_name}:1",
        )

    operator = Operator(web, pace=quick(circuit_breaker))
    with pytest.raises(FailedError, match=r"ECS gave up the deployment of .* green: no request was sent to it"):
        operator.service.deploy(DeployRequest(image=image), web.terraform)


def test_terraform_that_does_not_take_the_image_over_fails_it(
    web: BlueGreenTestService, operator: Operator, image: str
) -> None:
    with pytest.raises(FailedError, match=f"still runs {IMAGE}:1.0.0"):
        operator.service.deploy(DeployRequest(image=image), applying(lambda: None))


def test_of_two_deployments_at_once_one_wins_and_the_other_is_refused(
    web: BlueGreenTestService, operator: Operator, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.healthy("green", 2)
    others = web.push_image(f"2.1.{web.number}")
    bob = Operator(web, "bob@tablet")
    write = VersionedParameter.write

    def bob_is_faster(parameter, value, **arguments):  # type: ignore[no-untyped-def]
        monkeypatch.setattr(VersionedParameter, "write", write)
        bob.service.deploy(DeployRequest(image=others), web.terraform)
        write(parameter, value, **arguments)

    monkeypatch.setattr(VersionedParameter, "write", bob_is_faster)
    with pytest.raises(LostError, match=f"green was not changed: bob@tablet was faster and wrote '{others}'"):
        operator.service.deploy(DeployRequest(image=image), web.terraform)
    colour = web.status().colours["green"]
    assert (colour.desired_image, colour.running_image) == (others, others)


def test_a_switch_meanwhile_stops_it_before_terraform(
    web: BlueGreenTestService, operator: Operator, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.ready("green")
    bob = Operator(web, "bob@tablet")
    monkeypatch.setattr(
        "release.strategies.blue_green.check_exists", lambda *_: bob.service.switch(SwitchRequest(colour="green"))
    )

    def no_apply() -> None:
        raise AssertionError("it must not get that far")

    with pytest.raises(RefusedError, match=r"switched by bob@tablet .* stopped before Terraform"):
        operator.service.deploy(DeployRequest(image=image), applying(no_apply))


# --- the image -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["web", "web:1", "team/web:1", "example.com/web", "example.com/Web:1"])
def test_an_incomplete_reference_is_refused(reference: str) -> None:
    with pytest.raises(BadRequestError, match="give a complete reference with registry, repository and tag or digest"):
        DeployRequest(image=reference)


@pytest.mark.parametrize("reference", ["example.com/web:1", "localhost:5000/web:1", f"{IMAGE}@sha256:{'a' * 64}"])
def test_a_complete_reference_is_taken(reference: str) -> None:
    assert DeployRequest(image=reference).image == reference


def test_a_moving_tag_is_for_development_only() -> None:
    with pytest.raises(BadRequestError, match="the tag stable means another image tomorrow"):
        DeployRequest(image="example.com/web:stable")
    assert DeployRequest(image="example.com/web:stable", allow_moving_tags=True).image.endswith(":stable")


def test_an_image_that_ecr_does_not_have_is_refused(web: BlueGreenTestService, operator: Operator) -> None:
    with pytest.raises(RefusedError, match=r"ECR has no image 9\.9\.9 in shop-dev/web: \./windlass local image") as e:
        operator.service.deploy(DeployRequest(image=f"{IMAGE}:9.9.9"), web.terraform)
    assert f"./windlass push dev {web.name} --tag 9.9.9 --image SOURCE" in str(e.value)
    with pytest.raises(RefusedError, match=r"ECR has no repository nothing in account 123456789012"):
        operator.service.deploy(DeployRequest(image=f"{IMAGE.partition('/')[0]}/nothing:1"), web.terraform)


def test_outputs_of_another_version_are_refused_with_the_missing_key(web: BlueGreenTestService) -> None:
    session, published = Recorder().session(web.aws), web.outputs["services"][web.name]
    del published["blue"]["image_parameter"]
    with pytest.raises(BadRequestError, match=r"image_parameter missing.*\./windlass apply dev"):
        release.open(web.outputs, web.name, session)
    published["strategy"] = "canary"
    with pytest.raises(BadRequestError, match=r"strategy is 'canary'; it must be one of blue-green, rolling"):
        release.open(web.outputs, web.name, session)
