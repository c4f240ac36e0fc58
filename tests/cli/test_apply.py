import json
from dataclasses import replace

import pytest

from cli.errors import CommandError
from tests.cli.fake_embedded_aws import FakeEmbeddedAws
from tests.cli.fake_project import state_key
from tests.cli.fake_terraform import applying, error, planned, summary

PLANNED = {"when": ["plan"], "code": 2, "lines": [planned("aws_vpc.main", "create"), summary(add=1)]}
APPLIED = {
    "when": ["apply"],
    "lines": [
        applying("aws_vpc.main", "create"),
        applying("aws_vpc.main", "create", "apply_complete", seconds=75),
        summary(add=1),
    ],
}
HOLDS_SOMETHING = {"when": ["state", "pull"], "lines": [{"resources": [{"mode": "managed", "instances": [{}]}]}]}
NOTHING_PLANNED = {"when": ["plan"], "code": 0}


def only_in(layer: str) -> dict:
    return {**PLANNED, "when": ["plan", f"-{layer}-"]}


def layers_of(calls: list[dict]) -> list[str]:
    return [one["folder"].rsplit("-", 1)[1] for one in calls]


def test_layers_are_applied_in_order_from_saved_plans(windlass, terraform):
    terraform.follow(PLANNED, APPLIED)
    ended = windlass("apply", "dev", "--yes")
    assert ended.code == 0
    assert layers_of(terraform.calls("apply")) == ["network", "data", "service"]
    plans = [one["arguments"][-1] for one in terraform.calls("apply")]
    assert all(plan.endswith(".tfplan") for plan in plans)
    assert "dev: network, data, service applied." in ended.out


def test_progress_counts_what_is_done(windlass, terraform):
    terraform.follow(only_in("data"), APPLIED)
    ended = windlass("apply", "dev", "--yes")
    assert "  [1/1] aws_vpc.main created in 1m15s" in ended.err
    assert "data: 1 added, 0 changed, 0 destroyed" in ended.err


def test_an_applied_environment_has_nothing_to_change(windlass, terraform):
    ended = windlass("apply", "dev", "--yes")
    assert ended.code == 0
    assert "dev: nothing to change." in ended.out
    assert not terraform.calls("apply")


def test_a_failing_layer_stops_those_that_depend_on_it(windlass, terraform):
    failing = {"when": ["apply"], "code": 1, "lines": [error("Quota exceeded", address="aws_eip.nat")]}
    terraform.follow(only_in("network"), failing)
    ended = windlass("apply", "dev", "--yes")
    assert ended.code == 1
    assert "terraform apply failed on network." in ended.err
    assert layers_of(terraform.calls("plan")) == ["network"]


def test_nothing_is_applied_without_an_answer(windlass, terraform):
    ended = windlass("apply", "dev")
    assert ended.code == 2
    assert "--yes" in ended.err
    assert not terraform.calls("plan")


def test_destroy_begins_with_the_last_layer_and_skips_what_was_never_applied(windlass, terraform):
    empty = {"when": ["state", "pull"], "lines": [{"resources": []}]}
    terraform.follow(PLANNED, APPLIED, HOLDS_SOMETHING)
    assert windlass("destroy", "dev", "--yes").code == 0
    assert layers_of(terraform.calls("plan", "-destroy")) == ["service", "data", "network"]
    terraform.follow(PLANNED, APPLIED, empty)
    assert "service: nothing to destroy" in windlass("destroy", "dev", "--yes").err


def test_a_layer_that_others_depend_on_is_not_destroyed(windlass, terraform):
    terraform.follow(PLANNED, APPLIED, HOLDS_SOMETHING)
    ended = windlass("destroy", "dev", "--layer", "network", "--yes")
    assert ended.code == 1
    assert "network cannot be destroyed while data depends on it" in ended.err
    assert not terraform.calls("apply")


def test_the_last_layer_can_be_destroyed_alone(windlass, terraform):
    terraform.follow(PLANNED, APPLIED, HOLDS_SOMETHING)
    assert windlass("destroy", "dev", "--layer", "service", "--yes").code == 0
    assert layers_of(terraform.calls("apply")) == ["service"]


def test_apply_as_json_says_what_changed(windlass, terraform):
    terraform.follow(only_in("data"), APPLIED)
    result = json.loads(windlass("apply", "dev", "--yes", "--json").out)
    assert {layer for layer, each in result.items() if each["changed"]} == {"data"}
    assert set(result) == {"network", "data", "service"}
    assert result["data"]["summary"]["add"] == 1
    refused = windlass("apply", "dev", "--json")
    assert (refused.code, "--json needs --yes" in refused.err) == (2, True)


def test_output_as_json_gives_values_by_layer(windlass, project):
    project.states[state_key("dev", "service")] = {"outputs": {"url": {"value": "http://x", "type": "string"}}}
    assert json.loads(windlass("output", "dev", "--layer", "service", "--json").out) == {"service": {"url": "http://x"}}


def test_sensitive_outputs_are_hidden_in_the_table(windlass, project):
    project.states[state_key("dev", "data")] = {"outputs": {"token": {"value": "hunter2", "sensitive": True}}}
    ended = windlass("output", "dev")
    assert "(sensitive)" in ended.out
    assert "hunter2" not in ended.out


def test_maps_and_arns_are_shown_as_they_are(windlass, project):
    ids = {"value": {"eu-west-1a": "arn:aws:secretsmanager:eu-west-1:1:secret:a"}, "sensitive": False}
    project.states[state_key("dev", "data")] = {"outputs": {"secret_arns": ids}}
    ended = windlass("output", "dev", "--layer", "data")
    assert ended.out.splitlines()[1].split() == ["data", "secret_arns[eu-west-1a]", ids["value"]["eu-west-1a"]]


def test_status_as_json_counts_what_each_state_holds(windlass, project):
    state = {
        "serial": 7,
        "lineage": "abc",
        "outputs": {"a": {"value": 1}},
        "resources": [{"mode": "managed", "instances": [{}, {}]}],
    }
    project.states.update({state_key("dev", layer): state for layer in ("network", "data", "service")})
    status = json.loads(windlass("status", "dev", "--json").out)
    assert status["state"] == "s3://the-bucket"
    assert [one["resources"] for one in status["layers"]] == [2, 2, 2]
    assert status["layers"][0]["serial"] == 7


def test_status_says_why_a_state_cannot_be_read_and_fails(windlass, project):
    readable = {"serial": 1, "lineage": "abc", "outputs": {}, "resources": []}
    project.states.update(
        {state_key("dev", "network"): CommandError("no credentials"), state_key("dev", "data"): readable}
    )
    ended = windlass("status", "dev")
    assert ended.code == 1
    assert "The state of network cannot be read: no credentials" in ended.err
    assert windlass("status", "dev", "--json").code == 1


def test_status_of_what_was_never_applied_is_a_success(windlass):
    ended = windlass("status", "dev")
    assert ended.code == 0
    assert "never applied" in ended.out


def test_status_fails_where_the_embedded_aws_does_not_run(windlass, project):
    aws = FakeEmbeddedAws(project.root / "aws")
    ended = windlass("status", "local", on=replace(project, embedded_aws=aws))
    assert ended.code == 1
    assert "To apply everything: make local" in ended.err


def test_validate_needs_no_backend_and_takes_a_warning_for_an_error(windlass, terraform):
    terraform.follow({"when": ["validate"], "lines": [{"diagnostics": []}]})
    assert windlass("validate", "dev").code == 0
    assert all("-backend=false" in one["arguments"] for one in terraform.calls("init"))
    warning = {"severity": "warning", "summary": "Deprecated", "detail": "Do not."}
    terraform.follow({"when": ["validate"], "lines": [{"diagnostics": [warning]}]})
    ended = windlass("validate", "dev")
    assert ended.code == 1
    assert "network: Warning: Deprecated" in ended.err


@pytest.mark.parametrize(
    ("layer", "writes"), [((), True), (("--layer", "service"), True), (("--layer", "data"), False)]
)
def test_e07_an_apply_of_the_service_layer_writes_the_minimum_of_live_colours(
    windlass, terraform, monkeypatch, layer, writes
):
    written = []
    monkeypatch.setattr("cli.service_start.keep_minimums", lambda session: written.append(session.environment.name))
    terraform.follow(PLANNED, APPLIED)
    assert windlass("apply", "dev", "--yes", *layer).code == 0
    # Also where nothing else changed: the minimum is not in the plan.
    terraform.follow(NOTHING_PLANNED, APPLIED)
    assert windlass("apply", "dev", "--yes", *layer).code == 0
    assert written == (["dev", "dev"] if writes else [])
