"""What follows `--` goes to Terraform's plan of one layer, and a task definition can be applied alone."""

import json

import pytest

from cli.errors import CommandError
from cli.running.run_layers import register_task_definition
from cli.running.stack import Stack
from cli.running.terraform import Terraform
from tests.cli.fake_terraform import applying, planned, summary

REPLACE = "-replace=aws_lb_listener_rule.web_route_rule"
PLANNED = {"when": ["plan"], "code": 2, "lines": [planned("aws_vpc.main", "create"), summary(add=1)]}
APPLIED = {"when": ["apply"], "lines": [applying("aws_vpc.main", "create", "apply_complete"), summary(add=1)]}


def test_options_reach_the_plan_of_the_layer_that_is_named(windlass, terraform):
    terraform.follow(PLANNED, APPLIED)
    assert windlass("plan", "dev", "--layer", "service", "--", REPLACE).code == 0
    assert windlass("apply", "dev", "--layer", "service", "--yes", "--", REPLACE).code == 0
    plans = terraform.calls("plan")
    assert [one["folder"].rsplit("-", 1)[1] for one in plans] == ["service", "service"]
    assert all(REPLACE in one["arguments"] for one in plans)
    (apply,) = terraform.calls("apply")
    assert REPLACE not in apply["arguments"], "the saved plan says it"


def test_without_a_layer_nobody_knows_whose_address_it_is(windlass, terraform):
    ended = windlass("apply", "dev", "--yes", "--", REPLACE)
    assert ended.code == 2
    assert f"{REPLACE} needs --layer: it is an option for the plan of one layer." in ended.err
    assert not terraform.calls("plan")


@pytest.mark.parametrize("option", ["-out=plan", "-var=x=1", "-destroy", "aws_vpc.main", "-lock=false"])
def test_what_is_not_for_terraform_is_refused(windlass, terraform, option):
    ended = windlass("plan", "dev", "--layer", "service", "--", option)
    assert ended.code == 2
    assert f"'{option}' cannot be passed to Terraform; allowed are -replace, -target" in ended.err
    assert not terraform.calls("plan")


@pytest.fixture
def stack(terraform, tmp_path):
    folder = tmp_path / "stack"
    folder.mkdir()
    definitions = {name: {"family": f"acme-{name}"} for name in ("api", "web")}
    (folder / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_ecs_task_definition": definitions}}))
    fake = Terraform(binary=str(terraform.binary), version="1.11.4", work_folder=tmp_path / "work")
    return Stack(name="service", folder=folder, terraform=fake)


def test_a_task_definition_alone_is_a_plan_with_a_target(terraform, stack):
    terraform.follow(PLANNED, APPLIED)
    register_task_definition(stack, "acme-api")
    (plan,) = terraform.calls("plan")
    assert "-target=aws_ecs_task_definition.api" in plan["arguments"]
    assert len(terraform.calls("apply")) == 1


def test_a_task_definition_that_has_not_changed_is_not_applied(terraform, stack):
    register_task_definition(stack, "acme-api")
    assert not terraform.calls("apply")


def test_a_family_that_the_stack_does_not_have_is_an_error(stack):
    with pytest.raises(CommandError, match="service has no task definition acme-shop"):
        register_task_definition(stack, "acme-shop")
