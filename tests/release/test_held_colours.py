"""A colour that is busy, or was until now, keeps its tasks until a rollback can no longer need them (B02, B04)."""

from datetime import UTC, datetime, timedelta

import pytest

from aws.colour import Colour
from aws.scaling import LOWER_AFTER_SWITCH, WORKING_HOURS_START
from release.deploy import DeployRequest
from release.errors import FailedError, RefusedError
from release.switch_request import SwitchRequest
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import Recorder
from tests.release.scaled_service import Scaled
from tests.support.target_tracking import TargetTracking

pytestmark = pytest.mark.slow

BUSY, MINIMUM = 20, 2


@pytest.fixture
def scaled(web: BlueGreenTestService) -> Scaled:
    """Green is live with ten times the minimum, since a switch from blue; both have up to 30 tasks."""
    scaled = Scaled(web, most=30)
    web.ready("green")
    scaled.service(MINIMUM).switch(SwitchRequest())
    web.ready("green", BUSY)
    return scaled


def scale_in(scaled: Scaled, colour: Colour) -> None:
    """As target tracking does with a colour without requests."""
    name = scaled.web.published.colours[colour].service_name
    cluster = scaled.web.shared.cluster_name
    TargetTracking(scaled.web.client, cluster=cluster, idle=list).scale_in(name, by=BUSY)
    scaled.web.healthy(colour, scaled.web.desired(colour))


def let_go(scaled: Scaled, colour: Colour) -> None:
    """Its time is over, and scaling takes its tasks."""
    scaled.pass_time(colour)
    scale_in(scaled, colour)


def test_b04_a_rollback_gives_the_former_colour_as_many_tasks_as_the_busy_one_has(scaled: Scaled) -> None:
    let_go(scaled, "blue")
    web, recorder = scaled.web, Recorder()
    assert web.desired("blue") == 0
    weights: list[int] = []

    def start() -> None:
        weights.append(web.weights()["blue"])
        web.healthy("blue", BUSY)

    scaled.service(MINIMUM, recorder, during=start).switch(SwitchRequest(rollback=True))
    assert (web.desired("blue"), web.weights()["blue"], weights) == (BUSY, 100, [0])
    assert f"{web.name} blue: 0 → {BUSY} tasks" in recorder.output


def test_b04_no_request_is_moved_to_a_colour_that_does_not_get_its_tasks(scaled: Scaled) -> None:
    let_go(scaled, "blue")
    with pytest.raises(FailedError, match=f"0 of 0 targets healthy, {BUSY} are needed. No request was sent to it"):
        scaled.service(MINIMUM).switch(SwitchRequest(rollback=True))
    assert scaled.web.weights() == {"blue": 0, "green": 100}


def test_one_healthy_target_may_be_better_than_errors_for_everyone(scaled: Scaled) -> None:
    let_go(scaled, "blue")
    web = scaled.web
    service = scaled.service(MINIMUM, during=lambda: web.healthy("blue", 1))
    service.switch(SwitchRequest(rollback=True, minimum=1))
    assert (web.desired("blue"), web.weights()["blue"]) == (BUSY, 100)


def test_what_scales_out_while_a_rollback_waits_is_followed(scaled: Scaled) -> None:
    let_go(scaled, "blue")
    web = scaled.web

    def busier() -> None:
        web.ready("green", BUSY + 5)
        web.healthy("blue", BUSY + 5)

    scaled.service(MINIMUM, during=busier).switch(SwitchRequest(rollback=True))
    assert (web.desired("blue"), web.weights()["blue"]) == (BUSY + 5, 100)


def test_no_more_tasks_are_wanted_than_the_maximum(scaled: Scaled) -> None:
    let_go(scaled, "blue")
    scaled.register("blue", MaxCapacity=12)
    scaled.service(MINIMUM, during=lambda: scaled.web.healthy("blue", 12)).switch(SwitchRequest(rollback=True))
    assert scaled.web.desired("blue") == 12


def test_scaling_takes_nothing_from_either_colour_until_a_quarter_of_an_hour_after_a_switch(scaled: Scaled) -> None:
    scaled.web.ready("blue", BUSY)
    before = datetime.now(UTC)
    scaled.service(MINIMUM).switch(SwitchRequest(rollback=True))
    for colour, afterwards in (("blue", MINIMUM), ("green", 0)):
        scale_in(scaled, colour)  # type: ignore[arg-type]
        assert scaled.web.desired(colour) == scaled.minimum(colour) == BUSY  # type: ignore[arg-type]
        action = scaled.actions(colour)[LOWER_AFTER_SWITCH]  # type: ignore[arg-type]
        moment = datetime.strptime(action["Schedule"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
        assert timedelta(minutes=14) < moment - before < timedelta(minutes=16)
        let_go(scaled, colour)  # type: ignore[arg-type]
        assert scaled.web.desired(colour) == scaled.minimum(colour) == afterwards  # type: ignore[arg-type]


def test_an_apply_meanwhile_lets_go_of_neither(scaled: Scaled) -> None:
    scaled.web.ready("blue", BUSY)
    scaled.service(MINIMUM).switch(SwitchRequest(rollback=True))
    before = {colour: scaled.actions(colour) for colour in ("blue", "green")}  # type: ignore[arg-type]
    scaled.service(MINIMUM).keep_minimum()
    assert (scaled.minimum("blue"), scaled.minimum("green")) == (BUSY, BUSY)
    assert {colour: scaled.actions(colour) for colour in ("blue", "green")} == before  # type: ignore[arg-type]
    scaled.service(MINIMUM + 1).keep_minimum()
    (action,) = scaled.actions("blue").values()
    assert action["ScalableTargetAction"] == {"MinCapacity": MINIMUM + 1}
    let_go(scaled, "blue")
    assert scaled.web.desired("blue") == MINIMUM + 1


def test_a_canary_holds_both_for_as_long_as_its_longest_step(scaled: Scaled) -> None:
    scaled.web.ready("blue", BUSY)
    before = datetime.now(UTC)
    scaled.service(MINIMUM).switch(SwitchRequest(colour="blue", steps=(10, 50), bake_seconds=1200))
    for colour in ("blue", "green"):
        scale_in(scaled, colour)  # type: ignore[arg-type]
        assert scaled.web.desired(colour) == BUSY  # type: ignore[arg-type]
        action = scaled.actions(colour)[LOWER_AFTER_SWITCH]  # type: ignore[arg-type]
        moment = datetime.strptime(action["Schedule"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
        assert timedelta(minutes=19) < moment - before < timedelta(minutes=22)
        assert action["ScalableTargetAction"] == {"MinCapacity": MINIMUM}


def test_what_was_deployed_keeps_its_tasks_until_the_switch(scaled: Scaled) -> None:
    web = scaled.web
    let_go(scaled, "blue")
    image = web.push_image("2.0.0")
    service = scaled.service(MINIMUM, during=lambda: web.healthy("blue", BUSY))
    service.deploy(DeployRequest(image=image), web.terraform)
    scale_in(scaled, "blue")
    assert web.desired("blue") == BUSY
    let_go(scaled, "blue")
    assert web.desired("blue") == 0


def test_a_colour_without_a_task_is_not_started_by_a_switch_that_does_not_say_so(scaled: Scaled) -> None:
    let_go(scaled, "blue")
    with pytest.raises(RefusedError, match="Scale it up first: add --scale-up"):
        scaled.service(MINIMUM).switch(SwitchRequest())
    assert scaled.web.desired("blue") == 0


def test_a_switch_gives_a_colour_the_tasks_that_scaling_took(scaled: Scaled) -> None:
    web = scaled.web
    assert web.desired("blue") == MINIMUM
    scaled.service(MINIMUM, during=lambda: web.healthy("blue", BUSY)).switch(SwitchRequest())
    assert (web.desired("blue"), web.weights()["blue"]) == (BUSY, 100)


def test_nothing_that_would_start_tasks_is_left_for_the_night(scaled: Scaled) -> None:
    for colour in ("blue", "green"):
        limits = {"MinCapacity": MINIMUM, "MaxCapacity": 30}
        scaled.put(colour, WORKING_HOURS_START, "cron(0 8 ? * MON-FRI *)", **limits)  # type: ignore[arg-type]
    scaled.web.ready("blue", BUSY)
    scaled.service(MINIMUM).switch(SwitchRequest(rollback=True))
    assert (scaled.minimum("blue"), scaled.minimum("green")) == (MINIMUM, BUSY)
    assert LOWER_AFTER_SWITCH not in scaled.actions("blue")
    assert scaled.actions("green")[LOWER_AFTER_SWITCH]["ScalableTargetAction"] == {"MinCapacity": 0}
