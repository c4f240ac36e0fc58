"""A switch at once: what it refuses, what it changes, what it leaves alone."""

from collections.abc import Callable

import pytest

from aws.colour import LIVE_COLOUR_PATTERN, Colour
from release.errors import BadRequestError, RefusedError
from release.switch import SwitchRequest, switch
from tests.release.desk import Desk
from tests.release.platform import Platform


def test_all_requests_go_to_the_idle_colour(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    done = switch(desk.context, SwitchRequest(reason="release 1.2"))
    assert (done.changed, done.value) == (True, "green")
    assert platform.value() == "green"
    assert platform.weights() == {"blue": 0, "green": 100}
    assert desk.told == f"{platform.name}: green 100, blue 0\n"


def test_a_share_is_kept_in_the_parameter(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest(colour="green", steps=(10,)))
    assert platform.value() == "green:10"
    assert platform.weights() == {"blue": 90, "green": 10}


def test_the_history_says_who_when_from_to_and_why(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest(reason="release | 1.2\nas planned"))
    newest = platform.client("ssm").get_parameter_history(Name=platform.target.colour_parameter)["Parameters"][-1]
    description = newest["Description"]
    assert description.startswith("switch: blue -> green | by anna@laptop | at 20")
    assert " | after 1 | run " in description
    assert description.endswith(" | why: release / 1.2 as planned")
    assert newest["AllowedPattern"] == LIVE_COLOUR_PATTERN


def test_everything_else_of_the_rule_stays(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    elb, target = platform.client("elbv2"), platform.target
    groups = [{"TargetGroupArn": side.target_group_arn, "Weight": 1} for side in target.sides.values()]
    login = {
        "Type": "authenticate-cognito",
        "Order": 1,
        "AuthenticateCognitoConfig": {
            "UserPoolArn": f"arn:aws:cognito-idp:eu-west-1:{'1' * 12}:userpool/eu-west-1_abc",
            "UserPoolClientId": "abcd1234abcd",
            "UserPoolDomain": "shop",
        },
    }
    sticky = {"Enabled": True, "DurationSeconds": 600}
    forward = {
        "Type": "forward",
        "Order": 2,
        "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": sticky},
    }
    elb.modify_rule(RuleArn=target.listener_rule_arn, Actions=[login, forward])
    before = platform.rule()
    others = elb.describe_rules(ListenerArn=platform.shared.listener_arn)["Rules"]

    switch(desk.context, SwitchRequest(colour="green"))

    after = platform.rule()
    assert after["Conditions"] == before["Conditions"]
    assert after["Priority"] == before["Priority"]
    assert after["Actions"][0] == before["Actions"][0]
    assert after["Actions"][1]["Order"] == 2
    assert after["Actions"][1]["ForwardConfig"]["TargetGroupStickinessConfig"] == sticky
    assert platform.weights() == {"blue": 0, "green": 100}
    for rule in elb.describe_rules(ListenerArn=platform.shared.listener_arn)["Rules"]:
        if rule["RuleArn"] != target.listener_rule_arn:
            assert rule in others


def test_a_colour_with_too_few_healthy_targets_is_refused_with_the_reasons(
    platform: Platform, desk: Desk, sick: Callable[[Colour, int], None]
) -> None:
    platform.ready("green")
    sick("green", 1)
    with pytest.raises(RefusedError) as refused:
        switch(desk.context, SwitchRequest())
    said = str(refused.value)
    assert "green has 1 of 2 targets healthy, and 2 are needed" in said
    assert "load balancer: 1 x Target.Timeout: Request timed out" in said
    assert "tasks: 2 running, 0 starting, 2 wanted" in said
    assert "--force" in said
    assert (platform.value(), platform.weights()) == ("blue", {"blue": 100, "green": 0})


def test_an_idle_colour_at_zero_is_refused_and_told_how_to_scale_up(platform: Platform, desk: Desk) -> None:
    with pytest.raises(RefusedError, match=r"green has 0 of 0 targets healthy, and 2 are needed") as refused:
        switch(desk.context, SwitchRequest())
    assert "no target is registered" in str(refused.value)
    assert f"./windlass deploy dev {platform.name} --image" in str(refused.value)


def test_a_smaller_number_of_healthy_targets_can_be_asked_for(
    platform: Platform, desk: Desk, sick: Callable[[Colour, int], None]
) -> None:
    platform.ready("green")
    sick("green", 1)
    switch(desk.context, SwitchRequest(minimum=1))
    assert platform.weights() == {"blue": 0, "green": 100}


def test_force_switches_to_whatever_is_there(platform: Platform, desk: Desk) -> None:
    switch(desk.context, SwitchRequest(force=True))
    assert (platform.value(), platform.weights()) == ("green", {"blue": 0, "green": 100})


def test_a_colour_whose_alarm_rings_already_is_refused(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    name = platform.alarm("green", "5xx", "ALARM")
    with pytest.raises(RefusedError, match=f"green has {name} in ALARM already"):
        switch(desk.context, SwitchRequest())
    assert platform.value() == "blue"


def test_the_live_colour_again_is_nothing_to_do(platform: Platform, desk: Desk) -> None:
    done = switch(desk.context, SwitchRequest(colour="blue"))
    assert not done.changed
    assert "blue 100, green 0 already; nothing to switch" in desk.told
    assert len(desk.context.colour.read().versions) == 1


def test_a_rule_changed_by_hand_is_put_right_by_the_live_colour_again(platform: Platform, desk: Desk) -> None:
    platform.set_weights(blue=1, green=99)
    switch(desk.context, SwitchRequest(colour="blue"))
    assert platform.weights() == {"blue": 100, "green": 0}


def test_a_rule_that_forwards_nowhere_is_put_right(platform: Platform, desk: Desk) -> None:
    platform.client("elbv2").modify_rule(
        RuleArn=platform.target.listener_rule_arn,
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain"}}],
    )
    switch(desk.context, SwitchRequest())
    assert platform.weights() == {"blue": 100, "green": 0}


def test_scaling_up_first(platform: Platform, desk: Desk) -> None:
    platform.healthy("green", 2)
    switch(desk.context, SwitchRequest(scale_up=True))
    assert platform.desired("green") == 2
    assert platform.value() == "green"


def test_the_other_colour_is_scaled_down_only_if_asked_and_after_the_soak_time(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest())
    assert platform.desired("blue") == 2
    switch(desk.context, SwitchRequest(colour="blue", soak_seconds=60, scale_down=True))
    assert (platform.desired("blue"), platform.desired("green")) == (2, 0)
    assert "green: 2 → 0 tasks" in desk.told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"rollback": True, "colour": "blue"}, "no colour"),
        ({"steps": (0,)}, "1 to 100 percent"),
        ({"steps": (50, 10)}, "must grow"),
        ({"steps": (10,), "scale_down": True}, "still gets requests"),
        ({"minimum": 0}, "one healthy target"),
    ],
)
def test_what_contradicts_itself_is_refused(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(BadRequestError, match=said):
        SwitchRequest(**arguments)  # type: ignore[arg-type]
