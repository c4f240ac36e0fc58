"""Permissions are called by tests, or somebody has said why they are granted; the pages and policies follow."""

import json

import pytest

from scripts.docs.deployer_policy import MAX_CHARACTERS, ROLE, deployer_policies, size
from scripts.docs.never_called import REASONS
from scripts.docs.permission_pages import actions_of, permission_pages, roles
from scripts.docs.permissions import Permissions, reason_of, recorded
from tests.support.documents import ROOT

MAX_POLICIES = 10
"""Of a role, without a raised quota."""
WITH_MANAGED_POLICIES = {"plan", "plan-data", "apply", "deploy"}


@pytest.fixture(scope="module")
def every_role() -> list[Permissions]:
    return [role for some in roles(ROOT) for role in some]


def test_what_no_test_calls_is_granted_for_a_reason(every_role: list[Permissions]) -> None:
    unreasoned = [
        f"{role.role} {action}" for role in every_role for action, why in role.never_called.items() if not why
    ]
    assert unreasoned == [], "give the reason in scripts/docs/never_called.py, or take the permission away"


def test_no_reason_is_for_what_is_called_or_not_granted(every_role: list[Permissions]) -> None:
    needed = {(role.role, action) for role in every_role for action in role.never_called}
    needed |= {(ROLE, action) for action in actions_of(deployer_policies(recorded(ROOT))) if reason_of(ROLE, action)}
    needed -= {(ROLE, action) for action in recorded(ROOT)[ROLE]}
    unused = [
        key for key in REASONS if not any(reason_of(*each) == REASONS[key] and each[1] == key[1] for each in needed)
    ]
    assert unused == []


def test_what_is_called_is_granted(every_role: list[Permissions]) -> None:
    ungranted = {
        role.role: sorted(role.by_other_policies)
        for role in every_role
        if role.by_other_policies and role.role not in WITH_MANAGED_POLICIES
    }
    assert ungranted == {}


def test_every_role_that_tests_act_as_is_one_of_the_layers(every_role: list[Permissions]) -> None:
    assert set(recorded(ROOT)) - {role.role for role in every_role} == {ROLE}


def test_the_pages_and_the_policies_are_current() -> None:
    for path, text in permission_pages(ROOT).items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path} is old; run `make docs`"


def test_the_deployers_policies_fit_into_managed_policies_and_do_not_let_it_become_administrator() -> None:
    policies = deployer_policies(recorded(ROOT))
    assert 0 < len(policies) <= MAX_POLICIES
    for name, policy in policies.items():
        assert size(policy) <= MAX_CHARACTERS, name
        for statement in policy["Statement"]:
            assert not [action for action in statement["Action"] if "*" in action], name
            if any(
                action.startswith(("iam:Put", "iam:Attach", "iam:Create", "iam:Pass")) for action in statement["Action"]
            ):
                assert "*" not in statement["Resource"], statement["Sid"]


def test_the_policies_are_stated_once() -> None:
    stated = [
        (action, json.dumps(statement["Resource"]))
        for policy in deployer_policies(recorded(ROOT)).values()
        for statement in policy["Statement"]
        for action in statement["Action"]
    ]
    assert len({action for action, _ in stated}) == len(stated)
