"""The status of services, in a word, in a table and in JSON."""

import io
import json
import re

import pytest
from rich.console import Console

from release.errors import BadRequestError
from release.status_view import status_view
from release.strategies import statuses
from release.switch_request import SwitchRequest
from tests.release.blue_green_service import BlueGreenTestService
from tests.release.operator import Operator, Recorder


def text(web: BlueGreenTestService) -> str:
    console = Console(file=io.StringIO(), width=220)
    console.print(status_view([web.status()]))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_a_service_whose_parameter_and_rule_agree_is_live(web: BlueGreenTestService) -> None:
    status = web.status()
    assert (status.state, status.value, status.notes) == ("live", "blue", ())
    blue, green = status.colours["blue"], status.colours["green"]
    assert (blue.desired_weight, blue.actual_weight, green.desired_weight, green.actual_weight) == (100, 100, 0, 0)
    assert (blue.desired_count, blue.running_count, blue.healthy_targets, blue.targets) == (2, 2, 2, 2)
    assert (green.desired_count, green.healthy_targets) == (0, 0)
    assert blue.desired_image == blue.running_image
    assert [change.action for change in status.history] == ["created"]


def test_a_canary_says_since_when_and_how_to_go_on(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest(steps=(10,), reason="careful"))
    status = web.status()
    assert (status.state, status.value) == ("canary", "green:10")
    (note,) = status.notes
    assert re.search(rf"since 20.*switch dev {web.name} green; back: .* --rollback", note)
    newest = status.history[0]
    assert (newest.action, newest.value, newest.who, newest.why) == ("canary", "green:10", "anna@laptop", "careful")


def test_a_parameter_without_its_rule_is_a_switch_that_is_not_finished(web: BlueGreenTestService) -> None:
    web.ready("green")
    web.put("green")
    status = web.status()
    assert status.state == "switch not finished"
    assert "The parameter says green 100, blue 0, the rule still blue 100, green 0" in status.notes[0]


def test_a_rule_with_weights_that_the_parameter_never_had_was_changed_by_hand(web: BlueGreenTestService) -> None:
    web.set_weights(blue=80, green=20)
    status = web.status()
    assert status.state == "rule changed by hand"
    assert "The rule says blue 80, green 20, the parameter blue 100, green 0" in status.notes[0]


def test_a_finished_switch_that_somebody_undid_at_the_rule_was_changed_by_hand(
    web: BlueGreenTestService, operator: Operator
) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest())
    web.set_weights(blue=100, green=0)
    assert web.status().state == "rule changed by hand"

    operator.service.switch(SwitchRequest())

    assert "changed by hand, and follows the parameter again: green 100, blue 0" in operator.output
    assert web.status().state == "live"


def test_alarms_and_missing_targets_are_reported(web: BlueGreenTestService) -> None:
    name = web.alarm("blue", "unhealthy", "ALARM")
    web.alarm("blue", "latency", "INSUFFICIENT_DATA")
    web.healthy("blue", 0)
    status = web.status()
    assert status.colours["blue"].alarms == (name,)
    assert status.notes == ("blue gets requests and has no healthy target.",)


def test_the_table_has_everything_a_person_needs(web: BlueGreenTestService, operator: Operator) -> None:
    web.ready("green")
    operator.service.switch(SwitchRequest(reason="release 1.2"))
    shown = text(web)
    assert f"service {web.name}: live, green, http://shop.test" in shown
    assert re.search(r"blue\s+0 %\s+0 %\s+\S+/shop-dev/web:1.0.0\s+2/2\s+2/2\s+none", shown)
    assert re.search(r"green\s+100 %\s+100 %\s+\S+/shop-dev/web:1.0.0\s+2/2\s+2/2\s+none", shown)
    assert re.search(r"20\S+ \S+ \S+\s+switch\s+green\s+anna@laptop\s+release 1.2", shown)
    assert "\x1b" not in shown


def test_all_services_of_an_environment_at_once_as_json(web: BlueGreenTestService) -> None:
    (status,) = statuses(web.outputs, Recorder().session(web.aws))
    document = json.loads(json.dumps(status.json()))
    assert document["service"] == web.name
    assert document["colours"]["blue"]["actual_weight"] == 100
    assert re.fullmatch(r"20[\d-]{8}T[\d:]{8}Z", document["history"][0]["when"])


def test_an_unknown_service_is_refused_with_the_known_ones(web: BlueGreenTestService) -> None:
    with pytest.raises(BadRequestError, match=f"dev has no web service 'wbe'; there are: {web.name}"):
        statuses(web.outputs, Recorder().session(web.aws), service="wbe")


def test_an_environment_without_an_applied_service_layer_has_none(web: BlueGreenTestService) -> None:
    assert statuses({}, Recorder().session(web.aws)) == ()


def test_changes_beyond_the_newest_five_are_counted_with_the_command_that_shows_them(
    web: BlueGreenTestService, operator: Operator
) -> None:
    web.ready("green")
    for _ in range(3):
        operator.service.switch(SwitchRequest())
        operator.service.switch(SwitchRequest(rollback=True))
    assert f"2 more: ./windlass status dev {web.name} --json" in text(web)
    assert len(web.status().history) == 7
