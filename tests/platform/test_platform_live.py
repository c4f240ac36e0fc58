"""The containers of the applied platform serve, and releases move traffic that a load sees nothing of (B02, D05, E07).

Commands run as the roles of pipelines and people (I02). Runs after the tests that need no containers, on the same
layers, and takes its containers away again.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.permissions.pipeline import Pipeline
from tests.platform.live import Live
from tests.platform.queries import client, outputs
from tests.support.platform import ROOT, Platform

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]

REPOSITORY = "windlass-local/web"
IMAGE = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/{REPOSITORY}:0.2.0"
README = ROOT / "README.md"
NO_SUCH_IMAGE = "registry.example.com/nobody/broken:1.0"


@pytest.fixture(scope="module")
def live(layers: Platform, pipeline: Pipeline) -> Iterator[Live]:
    """The web service's containers, with all traffic on blue."""
    instance = Live(layers, pipeline)
    try:
        instance.windlass("local", "up", "--with", "web")
        instance.windlass("switch", "local", "web", "blue", "--reason", "the tests start here")
        yield instance
    finally:
        layers.data_plane().remove()


@pytest.fixture(scope="module")
def written() -> list[dict[str, Any]]:
    """The items that were written so far, through either colour."""
    return []


def test_the_live_colour_serves_by_https_with_what_the_task_definition_says(live: Live) -> None:
    answer = live.wait_until("/health", colour="blue", status="healthy")
    assert answer["version"] == "0.1.0"


def test_the_containers_are_started_by_a_command_of_their_own_which_can_be_repeated(live: Live) -> None:
    output = " ".join(live.windlass("local", "up", "--with", "web").split())
    assert "migration done" not in output, "everything ran already"
    assert "windlass-local-web-blue 2 of 2" in output


@pytest.mark.parametrize(
    ("arguments", "before", "after"),
    [
        (["green", "--scale-up"], "blue", "green"),
        (["blue", "--canary", "10,50,100", "--bake", "2s"], "green", "blue"),
        (["--rollback"], "blue", "green"),
    ],
    ids=["switch", "canary", "rollback"],
)
def test_traffic_moves_under_load_without_a_failed_request_a_lost_item_or_a_change_in_its_plan(
    live: Live, written: list[dict[str, Any]], arguments: list[str], before: str, after: str
) -> None:
    status, item = live.request("POST", "/items", {"name": f"written through {before}"})
    assert status == 201
    written.append(item)
    with live.load() as during:
        live.windlass("switch", "local", "web", *arguments, "--reason", "a test")
        live.wait_until("/health", colour=after)
        time.sleep(0.5)
    assert during.failures == []
    assert {answer.label for answer in during.answers} == {before, after}
    assert len(during.answers) > 60
    for each in written:
        assert live.request("GET", f"/items/{each['id']}") == (200, each)
    live.plan_is_empty("--layer", "service")


def test_a_rule_changed_by_hand_shows_in_the_plan_and_in_the_status_and_a_switch_puts_it_right(live: Live) -> None:
    web = outputs(live.platform, "service")["services"]["web"]
    groups = [{"TargetGroupArn": web[colour]["target_group_arn"], "Weight": 50} for colour in ("blue", "green")]
    client(live.platform, "elbv2").modify_rule(
        RuleArn=web["listener_rule_arn"],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
    )
    assert live.status()["state"] == "rule changed by hand"
    live.windlass("plan", "local", "--layer", "service", "--detailed-exitcode", code=2)
    assert "changed by hand, and follows the parameter again" in live.windlass("switch", "local", "web")
    assert live.status()["state"] == "live"


def test_a_deployment_that_fails_leaves_the_live_colour_alone_and_says_why(live: Live) -> None:
    with live.load() as during:
        output = live.windlass("deploy", "local", "web", "--image", NO_SUCH_IMAGE, code=1)
    assert "The migration of web blue failed: its container never ran. Nothing was scaled up or switched." in output
    assert "CannotPullContainerError" in output
    assert during.failures == []
    assert {answer.label for answer in during.answers} == {"green"}
    status = live.status()
    assert (status["state"], status["value"]) == ("live", "green")
    assert status["colours"]["blue"]["desired_count"] == 0
    assert "blue has 0 of 0 targets healthy" in live.windlass("switch", "local", "web", code=1)


def test_the_commands_of_the_readme_bring_a_new_image_live(live: Live) -> None:
    live.windlass(*_command("./windlass local image REPOSITORY:TAG", {"REPOSITORY:TAG": f"{REPOSITORY}:0.2.0"}))
    deploy = _command(
        "./windlass deploy ENV SERVICE --image REF [--switch]",
        {"ENV": "local", "SERVICE": "web", "REF": IMAGE, "[--switch]": "--switch"},
    )
    with live.load() as during:
        live.windlass(*deploy, "--reason", "release 0.2.0")
        live.wait_until("/health", colour="blue", version="0.2.0")
    assert during.failures == []
    assert {answer.label for answer in during.answers} == {"green", "blue"}
    live.plan_is_empty()


def _command(in_readme: str, values: dict[str, str]) -> list[str]:
    """The arguments of a command that the README lists, with values in place of its words in capitals."""
    assert f"| `{in_readme}` |" in README.read_text()
    return [values.get(word, word) for word in in_readme.split()[1:]]


def test_status_says_what_is_live_healthy_and_who_switched(live: Live) -> None:
    status = live.status()
    assert (status["state"], status["value"], status["notes"]) == ("live", "blue", [])
    blue = status["colours"]["blue"]
    assert (blue["desired_weight"], blue["actual_weight"]) == (100, 100)
    assert (blue["desired_image"], blue["running_image"]) == (IMAGE, IMAGE)
    assert blue["healthy_targets"] == blue["targets"] == blue["desired_count"] == 2
    newest = status["history"][0]
    assert (newest["action"], newest["value"], newest["why"]) == ("switch", "blue", "release 0.2.0")
    assert "@" in newest["who"]
    shown = live.windlass("status", "local", "web")
    assert "release 0.2.0" in shown
    assert "https://app.windlass.localhost" in shown
