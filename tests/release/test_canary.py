"""A canary: steps, what rolls it back by itself, what stops it, and a rollback by hand."""

import _thread
import threading
from collections.abc import Callable

import pytest

from aws.colour import Colour
from release.errors import FailedError, LostError, RefusedError, RolledBackError, StoppedError
from release.switch import SwitchRequest, switch
from tests.release.desk import Desk, quick
from tests.release.platform import Platform

BLUE, GREEN = {"blue": 100, "green": 0}, {"blue": 0, "green": 100}
STEPS = SwitchRequest(steps=(10, 50, 100), bake_seconds=10)


def during_bake(platform: Platform, what: Callable[[], object]) -> Desk:
    """Somebody whose first look at the canary is followed by an event."""
    return Desk(platform, pace=quick(what))


def values(platform: Platform) -> list[str]:
    found = platform.client("ssm").get_parameter_history(Name=platform.target.colour_parameter)["Parameters"]
    return [version["Value"] for version in found]


def test_traffic_moves_in_steps(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    platform.alarm("green", "latency", "INSUFFICIENT_DATA")
    platform.alarm("blue", "latency", "ALARM")
    switch(desk.context, STEPS)
    assert values(platform) == ["blue", "green:10", "green:50", "green"]
    assert platform.weights() == GREEN


def test_an_alarm_of_the_new_colour_rolls_back_by_itself(platform: Platform) -> None:
    platform.ready("green")
    desk = during_bake(platform, lambda: platform.alarm("green", "5xx", "ALARM"))
    with pytest.raises(RolledBackError, match=f"rolled back to blue .*: alarm shop-dev-{platform.name}-green-5xx") as e:
        switch(desk.context, STEPS)
    assert e.value.exit_code == 1
    assert values(platform) == ["blue", "green:10", "blue"]
    assert platform.weights() == BLUE
    newest = desk.context.colour.read().effective
    assert newest.entry is not None
    assert (newest.entry.action, newest.why) == ("rollback", f"by itself: alarm shop-dev-{platform.name}-green-5xx")


def test_an_alarm_of_a_service_with_a_similar_name_does_not(platform: Platform) -> None:
    platform.ready("green")
    stranger = f"{platform.name}-green"
    desk = during_bake(platform, lambda: platform.alarm("blue", "5xx", "ALARM", service=stranger))
    switch(desk.context, STEPS)
    assert platform.weights() == GREEN


def test_unhealthy_targets_roll_back_by_themselves(platform: Platform, sick: Callable[[Colour, int], None]) -> None:
    platform.ready("green")
    desk = during_bake(platform, lambda: sick("green", 1))
    with pytest.raises(RolledBackError, match=r"green has 1 of 2 targets healthy \(1 x Target.Timeout"):
        switch(desk.context, STEPS)
    assert platform.weights() == BLUE


def test_trouble_in_the_soak_time_rolls_back_too(platform: Platform) -> None:
    platform.ready("green")
    desk = during_bake(platform, lambda: platform.alarm("green", "5xx", "ALARM"))
    with pytest.raises(RolledBackError):
        switch(desk.context, SwitchRequest(soak_seconds=5, scale_down=True))
    assert (platform.value(), platform.desired("blue")) == ("blue", 2)


def test_nothing_goes_back_to_a_colour_without_healthy_targets(
    platform: Platform, sick: Callable[[Colour, int], None]
) -> None:
    platform.ready("green")

    def everything_breaks() -> None:
        sick("green", 1)
        sick("blue", 2)

    with pytest.raises(FailedError, match="not rolled back, for blue has 0 of 2 targets healthy"):
        switch(during_bake(platform, everything_breaks).context, STEPS)
    assert platform.value() == "green:10"


def test_a_canary_that_was_stopped_goes_on_where_it_was(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest(colour="green", steps=(10,)))
    switch(desk.context, STEPS)
    assert values(platform) == ["blue", "green:10", "green:50", "green"]


def test_a_switch_without_a_colour_completes_a_canary(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest(colour="green", steps=(10,)))
    switch(desk.context, SwitchRequest())
    assert platform.value() == "green"


def test_somebody_elses_rollback_ends_the_canary(platform: Platform, new_desk: Callable[[str], Desk]) -> None:
    platform.ready("green")
    bob = new_desk("bob@tablet")
    desk = during_bake(platform, lambda: switch(bob.context, SwitchRequest(rollback=True, reason="customers call")))
    with pytest.raises(LostError, match=r"changed by bob@tablet at .* it is 'blue' now \(customers call\)"):
        switch(desk.context, STEPS)
    assert (platform.value(), platform.weights()) == ("blue", BLUE)


def test_ctrl_c_while_looking_leaves_parameter_and_rule_alike_and_says_how_to_go_on(platform: Platform) -> None:
    platform.ready("green")

    def press() -> None:
        raise KeyboardInterrupt

    with pytest.raises(StoppedError) as stopped:
        switch(during_bake(platform, press).context, STEPS)
    assert stopped.value.exit_code == 130
    assert (platform.value(), platform.weights()) == ("green:10", {"blue": 90, "green": 10})
    assert f"./windlass switch dev {platform.name} green --canary 50,100" in str(stopped.value)
    assert f"./windlass switch dev {platform.name} --rollback" in str(stopped.value)


def test_ctrl_c_between_parameter_and_rule_waits_for_the_rule(platform: Platform, desk: Desk) -> None:
    assert threading.current_thread() is threading.main_thread()
    platform.ready("green")
    write = desk.context.rule.write

    def press_and_write(weights):  # type: ignore[no-untyped-def]
        _thread.interrupt_main()
        write(weights)

    desk.context.rule.write = press_and_write  # type: ignore[method-assign]
    with pytest.raises(StoppedError, match="stays at blue 90, green 10; parameter and rule agree"):
        switch(desk.context, STEPS)
    assert (platform.value(), platform.weights()) == ("green:10", {"blue": 90, "green": 10})


# --- rollback by hand ------------------------------------------------------------------------------------------------


def test_a_rollback_in_the_middle_of_a_canary_goes_back_to_where_it_started(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest(colour="green", steps=(50,)))
    switch(desk.context, SwitchRequest(rollback=True))
    assert (platform.value(), platform.weights()) == ("blue", BLUE)


def test_a_rollback_after_a_switch_goes_back_to_the_colour_before(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest())
    switch(desk.context, SwitchRequest(rollback=True))
    assert (platform.value(), platform.weights()) == ("blue", BLUE)


def test_there_is_no_rollback_to_a_colour_that_was_never_live(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    with pytest.raises(RefusedError, match="nothing to go back to: green was never live"):
        switch(desk.context, SwitchRequest(rollback=True))
    assert platform.value() == "blue"


def test_there_is_no_rollback_to_a_colour_that_has_another_image_since(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest())
    name = platform.target.sides["blue"].image_parameter
    platform.client("ssm").put_parameter(Name=name, Value="example.com/other:2", Overwrite=True)
    with pytest.raises(RefusedError, match="blue is not what it was when it was live"):
        switch(desk.context, SwitchRequest(rollback=True))
    switch(desk.context, SwitchRequest(colour="blue"))
    assert platform.value() == "blue"


def test_a_rollback_needs_healthy_targets_too(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest())
    platform.healthy("blue", 0)
    with pytest.raises(RefusedError, match="blue has 0 of 0 targets healthy"):
        switch(desk.context, SwitchRequest(rollback=True))
