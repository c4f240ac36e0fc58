"""A deployment: onto the idle colour only, until it is healthy, and no request before a switch."""

from collections.abc import Callable

import pytest

from aws.colour import Colour
from release.deploy import DeployRequest, deploy
from release.errors import BadRequestError, FailedError, LostError, RefusedError
from release.parameter import Parameter
from release.status import service_status
from release.switch import SwitchRequest, switch
from release.target import ReleaseTarget
from tests.release.desk import Desk, quick
from tests.release.platform import Platform
from tests.release.shared import IMAGE


@pytest.fixture
def image(platform: Platform) -> str:
    return platform.push_image(f"2.0.{platform.number}")


def running(platform: Platform, colour: Colour) -> str:
    return service_status(platform.aws, platform.target).colours[colour].running_image


def test_an_image_goes_onto_the_idle_colour_and_gets_no_request(platform: Platform, desk: Desk, image: str) -> None:
    platform.healthy("green", 2)
    done = deploy(desk.context, DeployRequest(image=image), platform.terraform_apply)
    assert (done.colour, done.changed) == ("green", True)
    assert (running(platform, "green"), running(platform, "blue")) == (image, f"{IMAGE}:1.0.0")
    assert platform.desired("green") == 2
    assert (platform.value(), platform.weights()) == ("blue", {"blue": 100, "green": 0})
    assert "green is up: 2 tasks" in desk.told


def test_the_same_image_again_is_nothing_to_do(platform: Platform, desk: Desk, image: str) -> None:
    platform.healthy("green", 2)
    deploy(desk.context, DeployRequest(image=image), platform.terraform_apply)

    def no_apply() -> None:
        raise AssertionError("there is nothing to apply")

    assert not deploy(desk.context, DeployRequest(image=image), no_apply).changed
    assert f"green runs {image} already, with 2 tasks; nothing to deploy." in desk.told


def test_a_deployment_that_was_killed_is_carried_on(platform: Platform, desk: Desk, image: str) -> None:
    platform.healthy("green", 2)

    def killed() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        deploy(desk.context, DeployRequest(image=image), killed)
    note = service_status(platform.aws, platform.target).colours["green"].deployment
    assert note is not None
    assert f"anna@laptop deployed {image}" in note
    assert f"./windlass deploy dev {platform.name} --image {image}" in note

    deploy(desk.context, DeployRequest(image=image), platform.terraform_apply)
    assert service_status(platform.aws, platform.target).colours["green"].deployment is None


def test_a_number_of_tasks_can_be_asked_for(platform: Platform, desk: Desk, image: str) -> None:
    platform.healthy("green", 3)
    deploy(desk.context, DeployRequest(image=image, count=3), platform.terraform_apply)
    assert platform.desired("green") == 3


def test_it_is_refused_during_a_canary_unless_forced(platform: Platform, desk: Desk, image: str) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest(colour="green", steps=(10,)))
    with pytest.raises(RefusedError, match=r"no idle colour: a canary is on \(blue 90, green 10, since .* by anna"):
        deploy(desk.context, DeployRequest(image=image), platform.terraform_apply)
    assert running(platform, "green") == f"{IMAGE}:1.0.0"
    assert deploy(desk.context, DeployRequest(image=image, force=True), platform.terraform_apply).colour == "green"


def test_it_is_refused_while_a_switch_is_not_finished(platform: Platform, desk: Desk, image: str) -> None:
    platform.put("green")
    with pytest.raises(RefusedError, match="between two states: the parameter wants green 100, blue 0, the rule says"):
        deploy(desk.context, DeployRequest(image=image), platform.terraform_apply)


def test_targets_that_do_not_become_healthy_fail_it_with_the_reasons(
    platform: Platform, image: str, sick: Callable[[Colour, int], None]
) -> None:
    platform.healthy("green", 2)
    sick("green", 2)
    with pytest.raises(FailedError) as failed:
        deploy(Desk(platform).context, DeployRequest(image=image, timeout_seconds=60), platform.terraform_apply)
    said = str(failed.value)
    assert "green is not ready after 60 s: 0 of 2 targets healthy, 2 are needed. No request was sent to it." in said
    assert "load balancer: 2 x Target.Timeout: Request timed out" in said
    assert platform.weights() == {"blue": 100, "green": 0}


def test_a_deployment_that_ecs_takes_back_fails(platform: Platform, image: str) -> None:
    side = platform.target.sides["green"]

    def circuit_breaker() -> None:
        platform.client("ecs").update_service(
            cluster=platform.shared.cluster_name,
            service=side.service_name,
            taskDefinition=f"{side.service_name}:1",
        )

    desk = Desk(platform, pace=quick(circuit_breaker))
    with pytest.raises(FailedError, match=r"ECS gave up the deployment of .* green: no request was sent to it"):
        deploy(desk.context, DeployRequest(image=image), platform.terraform_apply)


def test_terraform_that_does_not_take_the_image_over_fails_it(platform: Platform, desk: Desk, image: str) -> None:
    with pytest.raises(FailedError, match=f"still runs {IMAGE}:1.0.0"):
        deploy(desk.context, DeployRequest(image=image), lambda: None)


def test_of_two_deployments_at_once_one_wins_and_the_other_is_told(
    platform: Platform, desk: Desk, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.healthy("green", 2)
    others = platform.push_image(f"2.1.{platform.number}")
    bob = Desk(platform, "bob@tablet")
    write = Parameter.write

    def bob_is_faster(parameter, value, **arguments):  # type: ignore[no-untyped-def]
        monkeypatch.setattr(Parameter, "write", write)
        deploy(bob.context, DeployRequest(image=others), platform.terraform_apply)
        write(parameter, value, **arguments)

    monkeypatch.setattr(Parameter, "write", bob_is_faster)
    with pytest.raises(LostError, match=f"green was not changed: bob@tablet was faster and wrote '{others}'"):
        deploy(desk.context, DeployRequest(image=image), platform.terraform_apply)
    colour = service_status(platform.aws, platform.target).colours["green"]
    assert (colour.wanted_image, colour.running_image) == (others, others)


def test_a_switch_meanwhile_stops_it_before_terraform(
    platform: Platform, desk: Desk, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.ready("green")
    bob = Desk(platform, "bob@tablet")
    monkeypatch.setattr("release.deploy.check_exists", lambda *_: switch(bob.context, SwitchRequest(colour="green")))

    def no_apply() -> None:
        raise AssertionError("it must not get that far")

    with pytest.raises(RefusedError, match=r"switched by bob@tablet .* stopped before Terraform"):
        deploy(desk.context, DeployRequest(image=image), no_apply)


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


def test_an_image_that_ecr_does_not_have_is_refused(platform: Platform, desk: Desk) -> None:
    with pytest.raises(RefusedError, match=r"ECR has no image 9\.9\.9 in shop-dev/web: push it first"):
        deploy(desk.context, DeployRequest(image=f"{IMAGE}:9.9.9"), platform.terraform_apply)
    with pytest.raises(RefusedError, match=r"ECR has no repository nothing in account 123456789012"):
        deploy(desk.context, DeployRequest(image=f"{IMAGE.partition('/')[0]}/nothing:1"), platform.terraform_apply)


def test_outputs_of_another_version_are_refused_with_the_missing_key(platform: Platform) -> None:
    published = platform.outputs["services"][platform.name]
    del published["blue"]["image_parameter"]
    with pytest.raises(BadRequestError, match=r"image_parameter missing.*\./windlass apply dev"):
        ReleaseTarget.from_outputs(platform.outputs, platform.name, environment="dev")
    published["strategy"] = "canary"
    with pytest.raises(BadRequestError, match=r"strategy is 'canary'; it must be one of blue-green, rolling"):
        ReleaseTarget.from_outputs(platform.outputs, platform.name, environment="dev")
