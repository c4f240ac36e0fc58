"""How services stand, in a word, in a table and in JSON."""

import io
import json
import re

import pytest
from rich.console import Console

from release.errors import BadRequestError
from release.status import service_status
from release.status_view import status_view
from release.statuses import service_statuses
from release.switch import SwitchRequest, switch
from tests.release.desk import Desk
from tests.release.platform import Platform


def text(platform: Platform) -> str:
    console = Console(file=io.StringIO(), width=220)
    console.print(status_view([service_status(platform.aws, platform.target)]))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_a_service_whose_parameter_and_rule_agree_is_live(platform: Platform) -> None:
    found = service_status(platform.aws, platform.target)
    assert (found.state, found.value, found.notes) == ("live", "blue", ())
    blue, green = found.colours["blue"], found.colours["green"]
    assert (blue.wanted_weight, blue.actual_weight, green.wanted_weight, green.actual_weight) == (100, 100, 0, 0)
    assert (blue.desired_count, blue.running_count, blue.healthy_targets, blue.targets) == (2, 2, 2, 2)
    assert (green.desired_count, green.healthy_targets) == (0, 0)
    assert blue.wanted_image == blue.running_image
    assert [change.action for change in found.history] == ["made"]


def test_a_canary_says_since_when_and_how_to_go_on(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest(steps=(10,), reason="careful"))
    found = service_status(platform.aws, platform.target)
    assert (found.state, found.value) == ("canary", "green:10")
    (note,) = found.notes
    assert re.search(rf"since 20.*switch dev {platform.name} green; back: .* --rollback", note)
    newest = found.history[0]
    assert (newest.action, newest.value, newest.who, newest.why) == ("canary", "green:10", "anna@laptop", "careful")


def test_a_parameter_without_its_rule_is_a_switch_that_is_not_finished(platform: Platform) -> None:
    platform.ready("green")
    platform.put("green")
    found = service_status(platform.aws, platform.target)
    assert found.state == "switch not finished"
    assert "The parameter wants green 100, blue 0, the rule still says blue 100, green 0" in found.notes[0]


def test_a_rule_that_the_parameter_never_wanted_was_changed_by_hand(platform: Platform) -> None:
    platform.set_weights(blue=80, green=20)
    found = service_status(platform.aws, platform.target)
    assert found.state == "rule changed by hand"
    assert "The rule says blue 80, green 20, and the parameter wants blue 100, green 0" in found.notes[0]


def test_a_finished_switch_that_somebody_undid_at_the_rule_was_changed_by_hand(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest())
    platform.set_weights(blue=100, green=0)
    assert service_status(platform.aws, platform.target).state == "rule changed by hand"

    switch(desk.context, SwitchRequest())

    assert "changed by hand and says again what the parameter wants: green 100, blue 0" in desk.told
    assert service_status(platform.aws, platform.target).state == "live"


def test_alarms_and_missing_targets_are_told(platform: Platform) -> None:
    name = platform.alarm("blue", "unhealthy", "ALARM")
    platform.alarm("blue", "latency", "INSUFFICIENT_DATA")
    platform.healthy("blue", 0)
    found = service_status(platform.aws, platform.target)
    assert found.colours["blue"].alarms == (name,)
    assert found.notes == ("blue gets requests and has no healthy target.",)


def test_the_table_has_everything_a_person_looks_for(platform: Platform, desk: Desk) -> None:
    platform.ready("green")
    switch(desk.context, SwitchRequest(reason="release 1.2"))
    shown = text(platform)
    assert re.search(rf"{platform.name}\s+live\s+green\s+http://shop.test", shown)
    assert re.search(r"blue\s+0 %\s+0 %\s+\S+/shop-dev/web:1.0.0\s+2/2\s+2/2\s+none", shown)
    assert re.search(r"green\s+100 %\s+100 %\s+\S+/shop-dev/web:1.0.0\s+2/2\s+2/2\s+none", shown)
    assert re.search(r"20\S+ \S+ \S+\s+switch\s+green\s+anna@laptop\s+release 1.2", shown)
    assert "\x1b" not in shown


def test_all_services_of_an_environment_at_once_as_json(platform: Platform) -> None:
    (found,) = service_statuses(platform.aws, platform.outputs, environment="dev")
    document = json.loads(json.dumps(found.json()))
    assert document["service"] == platform.name
    assert document["colours"]["blue"]["actual_weight"] == 100


def test_an_unknown_service_is_told_which_there_are(platform: Platform) -> None:
    with pytest.raises(BadRequestError, match=f"dev has no web service 'wbe'; there are: {platform.name}"):
        service_statuses(platform.aws, platform.outputs, environment="dev", service="wbe")


def test_an_environment_without_an_applied_service_layer_has_none(platform: Platform) -> None:
    assert service_statuses(platform.aws, {}, environment="dev") == ()
