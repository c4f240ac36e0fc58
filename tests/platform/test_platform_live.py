"""The containers of the applied platform serve, and releases move traffic that a load sees nothing of.

Runs after the tests of Airflow, since it leaves the web service's containers only.
"""

import json
import time
from typing import Any

import pytest

from tests.platform.live import Live
from tests.platform.looking import client, outputs
from tests.support.platform import Platform

pytestmark = [pytest.mark.airflow, pytest.mark.platform, pytest.mark.slow]

REPOSITORY = "windlass-local/web"
IMAGE = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/{REPOSITORY}:0.2.0"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
NO_SUCH_IMAGE = "registry.example.com/nobody/broken:1.0"


@pytest.fixture(scope="module")
def live(platform: Platform) -> Live:
    return Live(platform)


@pytest.fixture(scope="module")
def written() -> list[dict[str, Any]]:
    """The items that were written so far, through either colour."""
    return []


def test_a_live_switch_leaves_the_plan_empty(platform: Platform) -> None:
    found = outputs(platform, "service")
    client(platform, "ssm").put_parameter(Name=found["colour_parameters"]["web"], Value="green", Overwrite=True)
    groups = [
        {"TargetGroupArn": found["blue_target_group_arns"]["web"], "Weight": 0},
        {"TargetGroupArn": found["green_target_group_arns"]["web"], "Weight": 100},
    ]
    client(platform, "elbv2").modify_rule(
        RuleArn=found["listener_rule_arns"]["web"],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
    )
    client(platform, "ecs").update_service(
        cluster=found["cluster_name"], service=found["green_service_names"]["web"], desiredCount=3
    )
    plan = platform.windlass("plan", "local", "--layer", "service", "--detailed-exitcode")
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_the_live_colour_serves_by_https_with_what_the_task_definition_says(live: Live) -> None:
    found = live.wait_until("/health", colour="green", status="healthy")
    assert found["version"] == "0.1.0"


def test_the_containers_are_started_by_a_command_of_their_own_which_can_be_repeated(live: Live) -> None:
    said = " ".join(live.windlass("local", "up", "--with", "web").split())
    assert "web green: migration done." in said or "web blue: migration done." in said
    assert "windlass-local-web-green 3 of 3" in said


@pytest.mark.parametrize(
    ("arguments", "before", "after"),
    [
        (["blue", "--scale-up"], "green", "blue"),
        (["green", "--canary", "10,50,100", "--bake", "2s"], "blue", "green"),
        (["--rollback"], "green", "blue"),
    ],
    ids=["switch", "canary", "rollback"],
)
def test_traffic_moves_under_load_without_a_failed_request_a_lost_item_or_a_change_in_any_plan(
    live: Live, written: list[dict[str, Any]], arguments: list[str], before: str, after: str
) -> None:
    status, item = live.ask("POST", "/items", {"name": f"written through {before}"})
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
        assert live.ask("GET", f"/items/{each['id']}") == (200, each)
    live.plan_is_empty()


def test_a_rule_changed_by_hand_shows_in_the_plan_and_in_the_status_and_a_switch_puts_it_right(live: Live) -> None:
    found = outputs(live.platform, "service")
    groups = [
        {"TargetGroupArn": found[f"{colour}_target_group_arns"]["web"], "Weight": 50} for colour in ("blue", "green")
    ]
    client(live.platform, "elbv2").modify_rule(
        RuleArn=found["listener_rule_arns"]["web"],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
    )
    assert live.status()["state"] == "rule changed by hand"
    live.windlass("plan", "local", "--layer", "service", "--detailed-exitcode", code=2)
    assert "changed by hand and says again" in live.windlass("switch", "local", "web")
    assert live.status()["state"] == "live"


def test_a_deployment_that_fails_leaves_the_live_colour_alone_and_says_why(live: Live) -> None:
    with live.load() as during:
        said = live.windlass("deploy", "local", "web", "--image", NO_SUCH_IMAGE, code=1)
    assert "The migration of web green failed: its container never ran. Nothing was scaled up or switched." in said
    assert "CannotPullContainerError" in said
    assert during.failures == []
    assert {answer.label for answer in during.answers} == {"blue"}
    found = live.status()
    assert (found["state"], found["value"]) == ("live", "blue")
    assert found["colours"]["green"]["desired_count"] == 0
    assert "green has 0 of 0 targets healthy" in live.windlass("switch", "local", "web", code=1)


def test_a_new_image_goes_to_the_idle_colour_and_then_gets_the_traffic(live: Live) -> None:
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": "sha256:0.2.0"}, "layers": []}
    client(live.platform, "ecr").put_image(
        repositoryName=REPOSITORY, imageTag="0.2.0", imageManifest=json.dumps(manifest)
    )
    with live.load() as during:
        live.windlass("deploy", "local", "web", "--image", IMAGE)
        assert live.wait_until("/health", colour="blue")["version"] == "0.1.0"
        live.windlass("switch", "local", "web", "--reason", "release 0.2.0")
        live.wait_until("/health", colour="green", version="0.2.0")
    assert during.failures == []
    live.plan_is_empty()


def test_status_says_what_is_live_healthy_and_who_switched(live: Live) -> None:
    found = live.status()
    assert (found["state"], found["value"], found["notes"]) == ("live", "green", [])
    green = found["colours"]["green"]
    assert (green["wanted_weight"], green["actual_weight"]) == (100, 100)
    assert (green["wanted_image"], green["running_image"]) == (IMAGE, IMAGE)
    assert green["healthy_targets"] == green["targets"] == green["desired_count"] == 3
    newest = found["history"][0]
    assert (newest["action"], newest["value"], newest["why"]) == ("switch", "green", "release 0.2.0")
    assert "@" in newest["who"]
    shown = live.windlass("status", "local", "web")
    assert "release 0.2.0" in shown
    assert "https://app.windlass.test" in shown
