"""A switch at once: what it refuses, what it changes, what it leaves alone (B02, B04)."""

from collections.abc import Callable

import pytest

from aws.colour import LIVE_COLOUR_PATTERN, Colour
from release.errors import BadRequestError, RefusedError
from release.switch_request import SwitchRequest
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import Operator


def test_all_requests_go_to_the_idle_colour(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    done = operator.service.switch(SwitchRequest(reason="release 1.2"))
    assert (done.changed, done.value) == (True, "green")
    assert web.value() == "green"
    assert web.weights() == {"blue": 0, "green": 100}
    assert operator.output == f"{web.name}: green 100, blue 0\n"


def test_a_share_is_kept_in_the_parameter(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest(colour="green", steps=(10,)))
    assert web.value() == "green:10"
    assert web.weights() == {"blue": 90, "green": 10}


def test_the_history_says_who_when_from_to_and_why(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest(reason="release | 1.2\nas planned"))
    newest = web.client("ssm").get_parameter_history(Name=web.published.colour_parameter)["Parameters"][-1]
    description = newest["Description"]
    assert description.startswith("switch: blue -> green | by anna@laptop | at 20")
    assert " | after 1 | run " in description
    assert description.endswith(" | why: release / 1.2 as planned")
    assert newest["AllowedPattern"] == LIVE_COLOUR_PATTERN


def test_everything_else_of_the_rule_stays(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    elb, target = web.client("elbv2"), web.published
    groups = [{"TargetGroupArn": side.target_group_arn, "Weight": 1} for side in target.colours.values()]
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
    before = web.rule()
    others = elb.describe_rules(ListenerArn=web.shared.listener_arn)["Rules"]

    operator.service.switch(SwitchRequest(colour="green"))

    after = web.rule()
    assert after["Conditions"] == before["Conditions"]
    assert after["Priority"] == before["Priority"]
    assert after["Actions"][0] == before["Actions"][0]
    assert after["Actions"][1]["Order"] == 2
    assert after["Actions"][1]["ForwardConfig"]["TargetGroupStickinessConfig"] == sticky
    assert web.weights() == {"blue": 0, "green": 100}
    for rule in elb.describe_rules(ListenerArn=web.shared.listener_arn)["Rules"]:
        if rule["RuleArn"] != target.listener_rule_arn:
            assert rule in others


def test_a_colour_with_too_few_healthy_targets_is_refused_with_the_reasons(
    web: BlueGreenTestService, operator: Operator, sick: Callable[[Colour, int], None]
) -> None:
    web.ready("green")
    sick("green", 1)
    with pytest.raises(RefusedError) as refused:
        operator.service.switch(SwitchRequest())
    said = str(refused.value)
    assert "green has 1 of 2 targets healthy, and 2 are needed" in said
    assert "load balancer: 1 x Target.Timeout: Request timed out" in said
    assert "tasks: 2 running, 0 starting, 2 desired" in said
    assert "--force" in said
    assert (web.value(), web.weights()) == ("blue", {"blue": 100, "green": 0})


def test_an_idle_colour_at_zero_is_refused_with_how_to_scale_it_up(
    web: BlueGreenTestService, operator: Operator
) -> None:
    with pytest.raises(RefusedError, match=r"green has 0 of 0 targets healthy, and 2 are needed") as refused:
        operator.service.switch(SwitchRequest())
    assert "no target is registered" in str(refused.value)
    assert f"./windlass deploy dev {web.name} --image" in str(refused.value)


def test_a_smaller_number_of_healthy_targets_can_be_requested(
    web: BlueGreenTestService, operator: Operator, sick: Callable[[Colour, int], None]
) -> None:
    web.ready("green")
    sick("green", 1)
    operator.service.switch(SwitchRequest(minimum=1))
    assert web.weights() == {"blue": 0, "green": 100}


def test_force_switches_to_whatever_is_there(web: BlueGreenTestService, operator: Operator) -> None:
    operator.service.switch(SwitchRequest(force=True))
    assert (web.value(), web.weights()) == ("green", {"blue": 0, "green": 100})


def test_a_colour_whose_alarm_rings_already_is_refused(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    name = web.alarm("green", "5xx", "ALARM")
    with pytest.raises(RefusedError, match=f"green has {name} in ALARM already"):
        operator.service.switch(SwitchRequest())
    assert web.value() == "blue"


def test_the_live_colour_again_is_nothing_to_do(web: BlueGreenTestService, operator: Operator) -> None:
    done = operator.service.switch(SwitchRequest(colour="blue"))
    assert not done.changed
    assert "blue 100, green 0 already; nothing to switch" in operator.output
    assert len(operator.service.live_colour.read().versions) == 1


def test_a_rule_changed_by_hand_is_restored_by_a_switch_to_the_live_colour(
    web: BlueGreenTestService, operator: Operator
) -> None:
    web.set_weights(blue=1, green=99)
    operator.service.switch(SwitchRequest(colour="blue"))
    assert web.weights() == {"blue": 100, "green": 0}


def test_a_rule_that_forwards_nowhere_is_put_right(web: BlueGreenTestService, operator: Operator) -> None:
    web.client("elbv2").modify_rule(
        RuleArn=web.published.listener_rule_arn,
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain"}}],
    )
    operator.service.switch(SwitchRequest())
    assert web.weights() == {"blue": 100, "green": 0}


def test_scaling_up_first(web: BlueGreenTestService, operator: Operator) -> None:
    web.healthy("green", 2)
    operator.service.switch(SwitchRequest(scale_up=True))
    assert web.desired("green") == 2
    assert web.value() == "green"


def test_the_other_colour_is_scaled_down_only_on_request_and_after_the_soak_time(
    web: BlueGreenTestService, operator: Operator
) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest())
    assert web.desired("blue") == 2
    operator.service.switch(SwitchRequest(colour="blue", soak_seconds=60, scale_down=True))
    assert (web.desired("blue"), web.desired("green")) == (2, 0)
    assert operator.output.splitlines()[-4:] == [
        f"{web.name}: blue 100, green 0",
        f"{web.name}: blue 100, green 0, observing blue for 1m",
        f"{web.name} green: 2 → 0 tasks",
        f"{web.name}: blue 100, green 0",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"rollback": True, "colour": "blue"}, "leave out the colour"),
        ({"steps": (0,)}, "1 to 100 percent"),
        ({"steps": (50, 10)}, "must increase"),
        ({"steps": (10,), "scale_down": True}, "still gets requests"),
        ({"minimum": 0}, "one healthy target"),
    ],
)
def test_what_contradicts_itself_is_refused(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(BadRequestError, match=said):
        SwitchRequest(**arguments)  # type: ignore[arg-type]
