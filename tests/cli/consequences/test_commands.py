"""`plan` says what a change costs, `apply` asks or refuses before anything is changed, once for all layers."""

import dataclasses
import json
from typing import Any

import pytest

from cli.errors import CommandError
from cli.release_session import ServiceLayer
from cli.session import open_for_change
from tests.cli.consequences.examples.caches import CACHE
from tests.cli.consequences.examples.databases import DATABASE, DB
from tests.cli.consequences.examples.example import change, plan
from tests.cli.fake_project import FakeProject, environment, stack_document, state_key
from tests.cli.fake_terraform import FakeTerraform, planned, summary
from tests.cli.test_apply import APPLIED, layers_of
from tests.cli.test_destroy import Keyboard

CLASS = change(DB, "update", DATABASE, {"instance_class": "db.m7g.large"})
LOGS = change("aws_cloudwatch_log_group.web", "delete", {"name": "/ecs/web"})
TOO_SMALL = change(DB, "update", DATABASE, {"allocated_storage": 20})
HARMLESS = change("aws_ecs_task_definition.web", "replace")
HELD = {"when": ["state", "pull"], "lines": [{"resources": [{"mode": "managed", "instances": [{}]}]}]}
QUESTION = "Go on with 1 interruption? [y/N]: "


def follow(terraform: FakeTerraform, **layers: dict[str, Any]) -> None:
    """Each layer plans one change."""
    rules = []
    for layer, each in layers.items():
        actions = each["change"]["actions"]
        events = [planned(each["address"], actions[0] if len(actions) == 1 else "replace"), summary(change=1)]
        rules.append({"when": ["plan", f"dev-{layer}-"], "code": 2, "lines": events})
        rules.append({"when": ["show", "-json", f"dev-{layer}-"], "lines": [plan(each)]})
    terraform.follow(*rules, APPLIED, HELD)


@pytest.fixture
def small_database(project: FakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state has a smaller instance than the file, and RDS knows nothing of that yet."""
    monkeypatch.setattr("cli.commands.apply.waits_already", lambda _session, _consequence: False)
    attributes = {"mode": "managed", "type": "aws_db_instance", "name": "database_instance"}
    state = {"resources": [{**attributes, "instances": [{"attributes": DATABASE}]}]}
    project.states[state_key("dev", "data")] = state
    wanted = {"aws_db_instance": {"database_instance": {"instance_class": "db.m7g.large"}}}
    monkeypatch.setattr(
        "cli.running.stack.Stack.document",
        lambda stack: stack_document(stack.name) | ({"resource": wanted} if stack.name == "data" else {}),
    )


def test_plan_has_a_section_before_each_summary_and_a_list_for_scripts(windlass, terraform):
    follow(terraform, network=HARMLESS, data=CLASS, service=LOGS)
    ended = windlass("plan", "dev")
    lines = ended.out.splitlines()
    at = lines.index("data, what this costs:")
    assert lines[at + 1].startswith(f"  outage: {DB}: the instance class changes from db.t4g.small to db.m7g.large")
    assert lines[at + 2].startswith("    Instead: choose a quiet hour")
    assert lines[at + 3] == "data: 0 to add, 1 to change, 0 to destroy"
    assert "network, what this costs:" not in lines
    plans = json.loads(windlass("plan", "dev", "--json").out)
    (costs,) = plans["data"]["consequences"]
    assert (costs["kind"], costs["address"]) == ("outage", DB)
    assert [each["kind"] for each in plans["service"]["consequences"]] == ["data loss"]
    assert plans["network"]["consequences"] == []


def test_an_outage_is_asked_before_the_first_layer_is_changed(windlass, terraform, small_database, monkeypatch):
    follow(terraform, network=HARMLESS, data=CLASS)
    ended = windlass("apply", "dev", "--yes")
    assert ended.code == 1
    assert f"data, what this costs:\n  outage: {DB}" in ended.err
    assert "Nothing was changed. Where it is accepted: ./windlass apply dev --accept-outage" in ended.err
    assert not terraform.calls("apply")

    monkeypatch.setattr("sys.stdin", Keyboard("\n"))
    said_no = windlass("apply", "dev")
    assert (said_no.code, said_no.err.count(QUESTION)) == (1, 1)
    assert "1 interruption not accepted. Nothing was changed." in said_no.err
    assert not terraform.calls("apply")

    monkeypatch.setattr("sys.stdin", Keyboard("y\ny\ny\n"))
    said_yes = windlass("apply", "dev")
    assert (said_yes.code, said_yes.err.count(QUESTION)) == (0, 1), said_yes.err
    assert layers_of(terraform.calls("apply")) == ["network", "data"]


def test_an_accepted_outage_is_said_and_not_asked(windlass, terraform, small_database):
    follow(terraform, network=HARMLESS, data=CLASS)
    ended = windlass("apply", "dev", "--yes", "--accept-outage")
    assert ended.code == 0, ended.err
    assert ended.err.count("what this costs") == 1
    assert layers_of(terraform.calls("apply")) == ["network", "data"]


def test_a_loss_is_refused_also_where_outages_are_accepted(windlass, terraform):
    follow(terraform, service=LOGS)
    ended = windlass("apply", "dev", "--yes", "--accept-outage")
    assert ended.code == 1
    assert "data loss: aws_cloudwatch_log_group.web: the log group /ecs/web goes with its logs" in ended.err
    assert "Nothing of service was changed." in ended.err
    assert not terraform.calls("apply")
    command = "./windlass apply dev --accept-loss aws_cloudwatch_log_group.web"
    assert command in ended.err
    assert windlass(*command.split()[1:], "--yes").code == 0
    assert layers_of(terraform.calls("apply")) == ["service"]


def test_another_loss_than_the_one_that_is_given_up_is_refused(windlass, terraform):
    follow(terraform, service=LOGS)
    assert windlass("apply", "dev", "--yes", "--accept-loss", CACHE).code == 1
    assert not terraform.calls("apply")


def test_an_environment_to_throw_away_loses_what_its_file_says(windlass, terraform, project):
    known = {"dev": environment("dev").model_copy(update={"throw_away": True})}
    follow(terraform, service=LOGS)
    ended = windlass("apply", "dev", "--yes", on=dataclasses.replace(project, known=known))
    assert ended.code == 0
    assert "data loss: aws_cloudwatch_log_group.web" in ended.err


def test_what_stops_half_way_is_refused_whatever_is_accepted(windlass, terraform):
    follow(terraform, data=TOO_SMALL)
    ended = windlass("apply", "dev", "--yes", "--accept-outage", "--accept-loss", DB)
    assert ended.code == 1
    assert "stops half-way: aws_db_instance.database_instance: RDS does not reduce storage" in ended.err
    assert not terraform.calls("apply")


def test_a_replacement_that_is_requested_needs_no_answer(windlass, terraform):
    follow(terraform, data=change(DB, "replace", DATABASE))
    options = ("--layer", "data", "--yes")
    assert windlass("apply", "dev", *options).code == 1
    assert windlass("apply", "dev", *options, "--", f"-replace={DB}").code == 0
    assert layers_of(terraform.calls("apply")) == ["data"]


def test_an_everyday_apply_is_planned_once_and_asks_nothing_more(windlass, terraform):
    follow(terraform, network=HARMLESS, data=HARMLESS, service=HARMLESS)
    assert windlass("apply", "dev", "--yes").code == 0
    assert len(terraform.calls("plan")) == 3
    assert not terraform.calls("show")


def test_a_service_with_another_name_is_judged_before_its_group_is_there(windlass, terraform, project, monkeypatch):
    """The service layer cannot be planned: the network layer does not publish the group of `rest` yet."""
    rule = {"priority": 200, "condition": [{"host_header": [{"values": ["api.example.com"]}]}]}
    resource = {"mode": "managed", "type": "aws_lb_listener_rule", "name": "api_route_rule"}
    state = {"outputs": {"groups": {"value": {"api": "sg-1"}}}}
    state["resources"] = [{**resource, "instances": [{"attributes": {**rule, "listener_arn": "arn:listener"}}]}]
    body = {**rule, "listener_arn": "${aws_lb_listener.https.arn}"}
    wanted = {"aws_lb_listener_rule": {"rest_route_rule": body}}
    reads = {"group": {"value": "${data.terraform_remote_state.network.outputs.groups.rest}"}}
    monkeypatch.setattr(
        "cli.running.stack.Stack.document",
        lambda stack: stack_document("x") | ({"resource": wanted, "output": reads} if stack.name == "service" else {}),
    )
    events = [planned("aws_security_group.rest", "create"), summary(add=1)]
    terraform.follow(
        {"when": ["plan", "dev-network-"], "code": 2, "lines": events}, {"when": ["state", "pull"], "lines": [state]}
    )
    said = "outage: aws_lb_listener_rule.rest_route_rule: it takes over the requests of"
    ended = windlass("plan", "dev")
    assert f"service, what this costs:\n  {said} aws_lb_listener_rule.api_route_rule" in ended.out
    assert "service: can be planned when network is applied: network will publish groups.rest" in ended.out
    plans = json.loads(windlass("plan", "dev", "--json").out)
    assert [each["kind"] for each in plans["service"]["consequences"]] == ["outage"]

    project.states[state_key("dev", "service")] = state
    refused = windlass("apply", "dev", "--yes")
    assert (refused.code, said in refused.err) == (1, True)
    assert not terraform.calls("apply")


def test_a_layer_alone_keeps_what_would_be_lost_and_so_asks_nothing(windlass, terraform, monkeypatch):
    """It would be removed in the second round only."""
    document = stack_document("data") | {"resource": {"aws_ecs_task_definition": {"web": {}}}}
    monkeypatch.setattr("cli.running.stack.Stack.document", lambda _: document)
    partial = {"when": ["plan", "dev-data-", "-target"], "code": 0}
    events = [planned(LOGS["address"], "delete"), summary(remove=1)]
    whole = {"when": ["plan", "dev-data-"], "code": 2, "lines": events}
    terraform.follow(partial, whole, {"when": ["show", "-json"], "lines": [plan(LOGS)]}, APPLIED)
    ended = windlass("apply", "dev", "--layer", "data", "--yes")
    assert ended.code == 0, ended.err
    assert "data: 1 resource stays until all layers are applied" in ended.err
    assert windlass("apply", "dev", "--yes").code == 1
    assert not terraform.calls("apply")


def test_a_deployment_accepts_nothing_that_the_file_would_interrupt(project, terraform):
    follow(terraform, service=change("aws_ecs_service.web_codedeploy_service", "replace", {"name": "web"}))
    layer = ServiceLayer(session=open_for_change(project, "dev", needs_aws=False))
    with pytest.raises(CommandError, match="apply dev --accept-outage"):
        layer.apply()
    assert not terraform.calls("apply")
