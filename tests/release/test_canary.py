"""A canary: steps, what rolls it back automatically, what stops it, and a rollback by hand."""

import _thread
import threading
from collections.abc import Callable

import pytest

from aws.colour import Colour
from release.bake import duration
from release.errors import FailedError, LostError, RefusedError, RolledBackError, StoppedError
from release.switch_request import SwitchRequest
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import Operator, quick

BLUE, GREEN = {"blue": 100, "green": 0}, {"blue": 0, "green": 100}
STEPS = SwitchRequest(steps=(10, 50, 100), bake_seconds=10)


def during_bake(web: BlueGreenTestService, what: Callable[[], object]) -> Operator:
    """A person whose first observation of the canary is followed by an event."""
    return Operator(web, pace=quick(what))


def values(web: BlueGreenTestService) -> list[str]:
    history = web.client("ssm").get_parameter_history(Name=web.published.colour_parameter)["Parameters"]
    return [version["Value"] for version in history]


def test_traffic_moves_in_steps(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    web.alarm("green", "latency", "INSUFFICIENT_DATA")
    web.alarm("blue", "latency", "ALARM")
    operator.service.switch(STEPS)
    assert values(web) == ["blue", "green:10", "green:50", "green"]
    assert web.weights() == GREEN
    assert operator.output.splitlines() == [
        f"{web.name}: blue 90, green 10",
        f"{web.name}: blue 90, green 10, observing green for 10s",
        f"{web.name}: blue 50, green 50",
        f"{web.name}: blue 50, green 50, observing green for 10s",
        f"{web.name}: green 100, blue 0",
    ]


def test_a_canary_that_ends_below_100_says_how_to_go_on(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest(steps=(10, 50), bake_seconds=10))
    assert operator.output.splitlines()[-2:] == [
        f"{web.name}: blue 50, green 50",
        f"Go on: ./windlass switch dev {web.name} green; back: ./windlass switch dev {web.name} --rollback",
    ]


@pytest.mark.parametrize(("seconds", "text"), [(300, "5m"), (90, "1m30s"), (45, "45s"), (3600, "60m")])
def test_a_bake_time_is_written_as_on_the_command_line(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_an_alarm_of_the_new_colour_rolls_back_automatically(web: BlueGreenTestService) -> None:
    web.ready("green")
    operator = during_bake(web, lambda: web.alarm("green", "5xx", "ALARM"))
    with pytest.raises(
        RolledBackError, match=f"rolled back; blue receives all traffic again: alarm shop-dev-{web.name}-green-5xx"
    ) as e:
        operator.service.switch(STEPS)
    assert e.value.exit_code == 1
    assert values(web) == ["blue", "green:10", "blue"]
    assert web.weights() == BLUE
    newest = operator.service.live_colour.read().effective
    assert newest.record is not None
    assert (newest.record.action, newest.why) == ("rollback", f"automatic: alarm shop-dev-{web.name}-green-5xx")


def test_an_alarm_of_a_service_with_a_similar_name_does_not(web: BlueGreenTestService) -> None:
    web.ready("green")
    stranger = f"{web.name}-green"
    operator = during_bake(web, lambda: web.alarm("blue", "5xx", "ALARM", service=stranger))
    operator.service.switch(STEPS)
    assert web.weights() == GREEN


def test_unhealthy_targets_roll_back_automatically(
    web: BlueGreenTestService, sick: Callable[[Colour, int], None]
) -> None:
    web.ready("green")
    operator = during_bake(web, lambda: sick("green", 1))
    with pytest.raises(RolledBackError, match=r"green has 1 of 2 targets healthy \(1 x Target.Timeout"):
        operator.service.switch(STEPS)
    assert web.weights() == BLUE


def test_trouble_in_the_soak_time_rolls_back_too(web: BlueGreenTestService) -> None:
    web.ready("green")
    operator = during_bake(web, lambda: web.alarm("green", "5xx", "ALARM"))
    with pytest.raises(RolledBackError):
        operator.service.switch(SwitchRequest(soak_seconds=5, scale_down=True))
    assert (web.value(), web.desired("blue")) == ("blue", 2)


def test_nothing_goes_back_to_a_colour_without_healthy_targets(
    web: BlueGreenTestService, sick: Callable[[Colour, int], None]
) -> None:
    web.ready("green")

    def everything_breaks() -> None:
        sick("green", 1)
        sick("blue", 2)

    with pytest.raises(FailedError, match="not rolled back, because blue has 0 of 2 targets healthy"):
        during_bake(web, everything_breaks).service.switch(STEPS)
    assert web.value() == "green:10"


def test_a_canary_that_was_stopped_goes_on_where_it_was(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest(colour="green", steps=(10,)))
    operator.service.switch(STEPS)
    assert values(web) == ["blue", "green:10", "green:50", "green"]


def test_a_switch_without_a_colour_completes_a_canary(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest(colour="green", steps=(10,)))
    operator.service.switch(SwitchRequest())
    assert web.value() == "green"


def test_somebody_elses_rollback_ends_the_canary(
    web: BlueGreenTestService, new_operator: Callable[[str], Operator]
) -> None:
    web.ready("green")
    bob = new_operator("bob@tablet")
    operator = during_bake(web, lambda: bob.service.switch(SwitchRequest(rollback=True, reason="customers call")))
    with pytest.raises(LostError, match=r"changed by bob@tablet at .* it is 'blue' now \(customers call\)"):
        operator.service.switch(STEPS)
    assert (web.value(), web.weights()) == ("blue", BLUE)


def test_ctrl_c_during_the_bake_time_leaves_parameter_and_rule_alike_and_says_how_to_go_on(
    web: BlueGreenTestService,
) -> None:
    web.ready("green")

    def press() -> None:
        raise KeyboardInterrupt

    with pytest.raises(StoppedError) as stopped:
        during_bake(web, press).service.switch(STEPS)
    assert stopped.value.exit_code == 130
    assert (web.value(), web.weights()) == ("green:10", {"blue": 90, "green": 10})
    assert f"./windlass switch dev {web.name} green --canary 50,100" in str(stopped.value)
    assert f"./windlass switch dev {web.name} --rollback" in str(stopped.value)


def test_ctrl_c_between_parameter_and_rule_waits_for_the_rule(web: BlueGreenTestService, operator: Operator) -> None:
    assert threading.current_thread() is threading.main_thread()
    web.ready("green")
    write = operator.service.rule.write

    def press_and_write(weights):  # type: ignore[no-untyped-def]
        _thread.interrupt_main()
        write(weights)

    operator.service.rule.write = press_and_write  # type: ignore[method-assign]
    with pytest.raises(StoppedError, match="stays at blue 90, green 10; parameter and rule agree"):
        operator.service.switch(STEPS)
    assert (web.value(), web.weights()) == ("green:10", {"blue": 90, "green": 10})


# --- rollback by hand ------------------------------------------------------------------------------------------------


def test_a_rollback_in_the_middle_of_a_canary_goes_back_to_where_it_started(
    web: BlueGreenTestService, operator: Operator
) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest(colour="green", steps=(50,)))
    operator.service.switch(SwitchRequest(rollback=True))
    assert (web.value(), web.weights()) == ("blue", BLUE)


def test_a_rollback_after_a_switch_goes_back_to_the_colour_before(
    web: BlueGreenTestService, operator: Operator
) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest())
    operator.service.switch(SwitchRequest(rollback=True))
    assert (web.value(), web.weights()) == ("blue", BLUE)


def test_there_is_no_rollback_to_a_colour_that_was_never_live(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    with pytest.raises(RefusedError, match="nothing to go back to: green was never live"):
        operator.service.switch(SwitchRequest(rollback=True))
    assert web.value() == "blue"


def test_there_is_no_rollback_to_a_colour_that_has_another_image_since(
    web: BlueGreenTestService, operator: Operator
) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest())
    name = web.published.colours["blue"].image_parameter
    web.client("ssm").put_parameter(Name=name, Value="example.com/other:2", Overwrite=True)
    with pytest.raises(RefusedError, match="blue is not what it was when it was live"):
        operator.service.switch(SwitchRequest(rollback=True))
    operator.service.switch(SwitchRequest(colour="blue"))
    assert web.value() == "blue"


def test_a_rollback_needs_healthy_targets_too(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest())
    web.healthy("blue", 0)
    with pytest.raises(RefusedError, match="blue has 0 of 0 targets healthy"):
        operator.service.switch(SwitchRequest(rollback=True))
