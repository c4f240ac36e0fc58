"""The minimum of scaling: the live colour has it, the idle one costs nothing, also after a command has ended (E07)."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aws.scaling import LOWER_AFTER_SWITCH, WORKING_HOURS_START
from cli.release_session import keep_minimums
from cli.session import open_readonly
from release.minimum import reconcile_minimum
from release.switch_request import SwitchRequest
from release.traffic import LiveColour
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.command_line import CommandLine
from tests.release.operator import CLUSTER, Recorder
from tests.release.scaled_service import Scaled


@pytest.fixture
def scaled(web: BlueGreenTestService) -> Scaled:
    return Scaled(web)


def test_e07_an_idle_colour_stays_at_zero_when_its_limits_change(scaled: Scaled) -> None:
    scaled.register("green", MaxCapacity=20)
    scaled.service().keep_minimum()
    assert (scaled.web.desired("green"), scaled.minimum("green")) == (0, 0)
    assert (scaled.web.desired("blue"), scaled.minimum("blue")) == (2, 2)


def test_a_switch_raises_the_new_colour_and_lets_the_old_one_go_later(scaled: Scaled) -> None:
    scaled.web.ready("green")
    recorder, before = Recorder(), datetime.now(UTC)
    scaled.service(recorder=recorder).switch(SwitchRequest())
    assert (scaled.minimum("green"), scaled.minimum("blue")) == (2, 2)
    action = scaled.actions("blue")[LOWER_AFTER_SWITCH]
    moment = datetime.strptime(action["Schedule"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
    assert timedelta(minutes=14) < moment - before < timedelta(minutes=16)
    assert f"{scaled.web.name} blue may go down to no task from {moment:%Y-%m-%d %H:%M:%S} UTC on." in recorder.output
    scaled.pass_time("blue")  # the command has ended long ago
    assert (scaled.minimum("blue"), scaled.minimum("green")) == (0, 2)


def test_the_soak_time_is_longer_than_the_quarter_of_an_hour(scaled: Scaled) -> None:
    before = datetime.now(UTC)
    reconcile_minimum(scaled.service(), LiveColour(colour="green"), after_seconds=7200)
    schedule = scaled.actions("blue")[LOWER_AFTER_SWITCH]["Schedule"]
    moment = datetime.strptime(schedule, "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
    assert timedelta(minutes=119) < moment - before < timedelta(minutes=121)


def test_during_a_canary_both_colours_keep_their_minimum(scaled: Scaled) -> None:
    scaled.web.ready("green")
    scaled.service().switch(SwitchRequest(steps=(10,)))
    assert (scaled.minimum("green"), scaled.minimum("blue")) == (2, 2)
    assert not scaled.actions("blue") and not scaled.actions("green")


def test_a_rollback_keeps_what_was_to_be_lowered(scaled: Scaled) -> None:
    scaled.web.ready("green")
    scaled.service().switch(SwitchRequest())
    scaled.service().switch(SwitchRequest(rollback=True))
    assert LOWER_AFTER_SWITCH not in scaled.actions("blue")
    assert LOWER_AFTER_SWITCH in scaled.actions("green")
    scaled.pass_time("green")
    assert (scaled.minimum("blue"), scaled.minimum("green")) == (2, 0)


def test_a_rollback_after_that_raises_it_again(scaled: Scaled) -> None:
    scaled.web.ready("green")
    scaled.service().switch(SwitchRequest())
    scaled.pass_time("blue")
    assert scaled.minimum("blue") == 0
    scaled.service().switch(SwitchRequest(rollback=True))
    assert (scaled.minimum("blue"), scaled.web.desired("blue")) == (2, 2)


def test_apply_writes_a_minimum_that_alone_has_changed_in_the_file(scaled: Scaled) -> None:
    scaled.service(4).keep_minimum()
    assert (scaled.minimum("blue"), scaled.web.desired("blue")) == (4, 4)
    assert (scaled.minimum("green"), scaled.web.desired("green")) == (0, 0)
    scaled.service(1).keep_minimum()
    assert (scaled.minimum("blue"), scaled.web.desired("blue")) == (1, 4)


def test_what_says_so_already_is_not_written_again(scaled: Scaled, monkeypatch: pytest.MonkeyPatch) -> None:
    reconcile_minimum(scaled.service(), LiveColour(colour="green"))
    action = scaled.actions("blue")[LOWER_AFTER_SWITCH]
    client = scaled.web.client("application-autoscaling")

    def refuse(**_: Any) -> None:
        raise AssertionError("it is written already")

    for operation in ("register_scalable_target", "put_scheduled_action", "delete_scheduled_action"):
        monkeypatch.setattr(client, operation, refuse)
    reconcile_minimum(scaled.service(), LiveColour(colour="green"))
    assert scaled.actions("blue")[LOWER_AFTER_SWITCH] == action


def test_scaling_down_at_once_takes_the_minimum_first(scaled: Scaled) -> None:
    scaled.web.ready("green")
    scaled.service().switch(SwitchRequest(scale_down=True))
    assert (scaled.web.desired("blue"), scaled.minimum("blue")) == (0, 0)
    scaled.register("blue", MaxCapacity=12)
    assert scaled.web.desired("blue") == 0


def test_outside_working_hours_nothing_is_started(web: BlueGreenTestService) -> None:
    scaled = Scaled(web)
    for colour in ("blue", "green"):
        scaled.put(colour, WORKING_HOURS_START, "cron(0 8 ? * MON-FRI *)", MinCapacity=2, MaxCapacity=9)  # type: ignore[arg-type]
        scaled.register(colour, MinCapacity=0, MaxCapacity=0)  # type: ignore[arg-type]
    scaled.service().keep_minimum()
    assert (web.desired("blue"), scaled.minimum("blue")) == (0, 0)
    mornings = {
        colour: scaled.actions(colour)[WORKING_HOURS_START]["ScalableTargetAction"]  # type: ignore[arg-type]
        for colour in ("blue", "green")
    }
    assert mornings == {"blue": {"MinCapacity": 2, "MaxCapacity": 9}, "green": {"MinCapacity": 0, "MaxCapacity": 9}}
    assert scaled.actions("green")[WORKING_HOURS_START]["Schedule"] == "cron(0 8 ? * MON-FRI *)"


def test_a_file_that_is_not_known_and_a_service_that_does_not_scale_are_left_alone(
    web: BlueGreenTestService, new_operator: Callable[[str], Any]
) -> None:
    new_operator("anna").service.keep_minimum()
    scaled = Scaled(web)
    scaled.service(None).keep_minimum()
    assert (scaled.minimum("blue"), scaled.actions("blue")) == (2, {})


def test_traffic_moves_even_where_the_minimum_may_not_be_written(
    scaled: Scaled, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import ClientError

    def denied(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeScalableTargets")

    scaled.web.ready("green")
    recorder = Recorder()
    service = scaled.service(recorder=recorder)
    monkeypatch.setattr(scaled.web.client("application-autoscaling"), "describe_scalable_targets", denied)
    assert service.switch(SwitchRequest()).value == "green"
    assert "could not be written (AccessDeniedException); ./windlass apply dev --layer service" in recorder.output


def test_apply_reads_the_minimum_from_the_environment_file(
    web: BlueGreenTestService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    scaled = Scaled(web)
    scaled.register("blue", MinCapacity=1)
    line = CommandLine(root=tmp_path, monkeypatch=monkeypatch, capfd=capfd)
    line.write(
        {"cluster_name": CLUSTER, "services": {web.name: asdict(web.published)}},
        endpoint_url=web.shared.endpoint_url,
        migrations={web.name: ()},
    )
    session = open_readonly(line.project, "dev")
    keep_minimums(session)
    assert session.environment.services[web.name].min_count == scaled.minimum("blue") == 2
    assert scaled.minimum("green") == 0
