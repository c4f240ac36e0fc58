"""What a change takes away goes in a second round, the last layer first: which commands run, and the words."""

import json

import pytest

from tests.cli.consequences.examples.example import change, plan
from tests.cli.fake_project import stack_document
from tests.cli.fake_terraform import FakeTerraform, applying, error, planned, summary

HOLDS_SOMETHING = {"when": ["state", "pull"], "lines": [{"resources": [{"mode": "managed", "instances": [{}]}]}]}
APPLIED = {"when": ["apply"], "lines": [applying("aws_b.new", "create"), summary(add=1)]}
TARGETED = {
    "type": "diagnostic",
    "diagnostic": {"severity": "warning", "summary": "Resource targeting is in effect", "detail": "Not routine"},
}


def first_round(layer: str) -> dict:
    """The layer's plan with `-target`: it destroys nothing."""
    events = [planned("aws_b.new", "create"), summary(add=1), TARGETED]
    return {"when": ["plan", f"dev-{layer}-", "-target"], "code": 2, "lines": events}


def whole(layer: str) -> dict:
    events = [planned("aws_b.new", "create"), planned("aws_a.gone", "delete"), summary(add=1, remove=1)]
    return {"when": ["plan", f"dev-{layer}-"], "code": 2, "lines": events}


LOSING = (first_round("network"), whole("network"), first_round("data"), whole("data"), whole("service"), APPLIED)


@pytest.fixture(autouse=True)
def configured(monkeypatch) -> None:
    """Every layer has one resource."""
    document = stack_document("network") | {"resource": {"aws_b": {"new": {}}}}
    monkeypatch.setattr("cli.running.stack.Stack.document", lambda _: document)


def applied(terraform: FakeTerraform) -> list[tuple[str, bool]]:
    """Layer of each apply, and whether its plan had left out what goes."""
    partial = {
        argument.removeprefix("-out="): any(each.startswith("-target=") for each in call["arguments"])
        for call in terraform.calls("plan")
        for argument in call["arguments"]
        if argument.startswith("-out=")
    }
    return [(call["folder"].rsplit("-", 1)[1], partial[call["arguments"][-1]]) for call in terraform.calls("apply")]


def test_what_goes_is_kept_until_every_later_layer_is_applied_and_goes_last_layer_first(windlass, terraform):
    terraform.follow(*LOSING)
    ended = windlass("apply", "dev", "--yes")
    assert ended.code == 0, ended.err
    assert applied(terraform) == [
        ("network", True),
        ("data", True),
        ("service", False),
        ("data", False),
        ("network", False),
    ]
    assert "network: 1 to add, 0 to change, 0 to destroy; 1 resource to destroy in the second round" in ended.err
    assert "Resource targeting" not in ended.err


def test_a_layer_that_loses_nothing_is_planned_once(windlass, terraform):
    gains = {"when": ["plan"], "code": 2, "lines": [planned("aws_b.new", "create"), summary(add=1)]}
    terraform.follow(gains, APPLIED)
    assert windlass("apply", "dev", "--yes").code == 0
    assert [each for each, _ in applied(terraform)] == ["network", "data", "service"]
    assert len(terraform.calls("plan")) == 3


def test_a_layer_that_fails_leaves_what_the_others_lose(windlass, terraform):
    failing = {"when": ["apply", "dev-service-"], "code": 1, "lines": [error("Tasks do not start")]}
    terraform.follow(failing, *LOSING)
    assert windlass("apply", "dev", "--yes").code == 1
    assert applied(terraform) == [("network", True), ("data", True), ("service", False)]


def test_a_layer_alone_keeps_what_others_may_use_and_says_so(windlass, terraform):
    terraform.follow(*LOSING)
    ended = windlass("apply", "dev", "--layer", "network", "--yes")
    assert ended.code == 0
    assert applied(terraform) == [("network", True)]
    assert "network: 1 resource stays until all layers are applied" in ended.err
    assert "  aws_a.gone" in ended.err


def test_who_names_targets_has_chosen(windlass, terraform):
    terraform.follow(*LOSING)
    assert windlass("apply", "dev", "--layer", "network", "--yes", "--", "-target=aws_a.gone").code == 0
    ((_, targets),) = [(each, [a for a in each["arguments"] if "-target" in a]) for each in terraform.calls("plan")]
    assert targets == ["-target=aws_a.gone"]


def test_the_first_round_is_everything_that_the_layer_has_and_both_ends_of_what_moved(windlass, terraform, monkeypatch):
    document = stack_document("network") | {
        "resource": {"aws_b": {"new": {}}, "aws_zone": {"now": {}}},
        "data": {"aws_c": {"looked-up": {}}},
        "moved": [{"from": "aws_zone.before", "to": "aws_zone.now"}],
    }
    monkeypatch.setattr("cli.running.stack.Stack.document", lambda _: document)
    terraform.follow(*LOSING)
    assert windlass("apply", "dev", "--layer", "network", "--yes").code == 0
    _, partial = terraform.calls("plan")
    assert [each for each in partial["arguments"] if each.startswith("-target=")] == [
        "-target=aws_b.new",
        "-target=aws_zone.before",
        "-target=aws_zone.now",
        "-target=data.aws_c.looked-up",
    ]


def test_a_leftover_of_a_replacement_is_no_removal(windlass, terraform, monkeypatch):
    document = stack_document("network") | {"resource": {"aws_a": {"gone": {}}}}
    monkeypatch.setattr("cli.running.stack.Stack.document", lambda _: document)
    terraform.follow(whole("network"), APPLIED)
    assert windlass("apply", "dev", "--layer", "network", "--yes").code == 0
    assert applied(terraform) == [("network", False)]


def test_plan_shows_both_rounds(windlass, terraform):
    terraform.follow(*LOSING, HOLDS_SOMETHING)
    ended = windlass("plan", "dev", "--detailed-exitcode")
    assert ended.code == 2
    assert ended.out.splitlines() == [
        "network: 1 to add, 0 to change, 0 to destroy",
        "  + aws_b.new",
        "data: 1 to add, 0 to change, 0 to destroy",
        "  + aws_b.new",
        "service: 1 to add, 0 to change, 1 to destroy",
        "  + aws_b.new",
        "  - aws_a.gone",
        "data, second round: 1 to destroy",
        "  - aws_a.gone",
        "network, second round: 1 to destroy",
        "  - aws_a.gone",
    ]
    plans = json.loads(windlass("plan", "dev", "--json").out)
    assert [plans[layer]["second_round"] for layer in plans] == [["aws_a.gone"], ["aws_a.gone"], []]


def replacing(layer: str, address: str) -> tuple[dict, dict]:
    events = [planned(address, "replace"), summary(add=1, remove=1)]
    shown = plan(change(address, "replace", causes=["cidr_block"]))
    return (
        {"when": ["plan", f"dev-{layer}-"], "code": 2, "lines": events},
        {"when": ["show", "-json", f"dev-{layer}-"], "lines": [shown]},
    )


@pytest.mark.parametrize("layer", ["network", "data"])
def test_a_replacement_that_aws_would_refuse_half_way_is_refused_at_once(windlass, terraform, layer):
    terraform.follow(*replacing(layer, "aws_subnet.private"), HOLDS_SOMETHING)
    said = "stops half-way: aws_subnet.private: it would be replaced because cidr_block cannot be changed in place, and"
    assert f"{layer}, what this costs:\n  {said} AWS does not delete it" in windlass("plan", "dev").out
    ended = windlass("apply", "dev", "--yes", "--accept-outage", "--accept-loss", "aws_subnet.private")
    assert ended.code == 1
    assert f"dev cannot be changed like this:\n  {said}" in ended.err
    assert f"Nothing of {layer} was changed." in ended.err
    assert applied(terraform) == []


def test_other_replacements_are_applied(windlass, terraform):
    others = (*replacing("network", "aws_route53_record.a"), *replacing("service", "aws_subnet.own"))
    terraform.follow(*others, APPLIED)
    assert windlass("apply", "dev", "--yes").code == 0
    assert applied(terraform) == [("network", False), ("service", False)]


def test_a_replacement_that_somebody_asks_for_is_made(windlass, terraform):
    address = "aws_acm_certificate.shop"
    terraform.follow(*replacing("network", address), APPLIED)
    assert windlass("apply", "dev", "--layer", "network", "--yes", "--", f"-replace={address}").code == 0
    assert applied(terraform) == [("network", False)]


def test_nothing_goes_while_former_tasks_may_use_it(windlass, terraform, monkeypatch):
    monkeypatch.setattr("cli.commands.apply.ServiceStart.after", lambda _: False)
    terraform.follow(*LOSING)
    ended = windlass("apply", "dev", "--yes")
    assert ended.code == 0
    assert applied(terraform) == [("network", True), ("data", True), ("service", False)]
    assert "stays until all layers are applied and former tasks have ended" in ended.err
