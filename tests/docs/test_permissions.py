"""Permissions are called by tests, or somebody has said why they are granted; the pages and policies follow."""

import json
from fnmatch import fnmatchcase

import pytest

from aws.service_linked_roles import SERVICE_LINKED_ROLES
from local.iam.needs.messages import QUEUES, TOPICS
from local.iam.needs.registry import RULES as REPOSITORIES
from local.iam.needs.tables import TABLES
from scripts.docs.deployer_beyond import BEYOND
from scripts.docs.deployer_beyond import reasons as beyond
from scripts.docs.deployer_policy import MAX_CHARACTERS, ROLE, deployer_policies, size
from scripts.docs.never_called import REASONS
from scripts.docs.permission_pages import delivery_roles, deployer, permission_pages, task_roles
from scripts.docs.permissions import Permissions, recorded
from tests.support.documents import ROOT

MAX_POLICIES = 10
"""Of a role, without a raised quota."""
WITH_MANAGED_POLICIES = {"plan", "plan-data", "apply", "deploy"}
POLICIES = deployer_policies(recorded(ROOT))
STATEMENTS = [statement for policy in POLICIES.values() for statement in policy["Statement"]]


@pytest.fixture(scope="module")
def every_role() -> list[Permissions]:
    return [*delivery_roles(ROOT), deployer(ROOT), *task_roles(ROOT)]


def test_what_no_test_calls_is_granted_for_a_reason(every_role: list[Permissions]) -> None:
    unreasoned = [
        f"{role.role} {action}" for role in every_role for action, why in role.never_called.items() if not why
    ]
    assert unreasoned == [], "give the reason in scripts/docs/never_called.py, or take the permission away"


def test_no_reason_is_for_what_is_called_or_not_granted(every_role: list[Permissions]) -> None:
    never_called = [(role.role, action) for role in every_role for action in role.never_called if role.role != ROLE]
    assert {
        key
        for key in REASONS
        if not any(fnmatchcase(each[0], key[0]) and fnmatchcase(each[1], key[1]) for each in never_called)
    } == set()
    assert set(beyond()) & set(recorded(ROOT)[ROLE]) == set(), "tests call it by now"


def test_what_is_called_is_granted(every_role: list[Permissions]) -> None:
    ungranted = {
        role.role: sorted(role.by_other_policies)
        for role in every_role
        if role.by_other_policies and role.role not in WITH_MANAGED_POLICIES
    }
    assert ungranted == {}


def test_every_role_that_called_something_has_its_section(every_role: list[Permissions]) -> None:
    assert {role.role for role in every_role} >= set(recorded(ROOT))


def test_tests_act_as_every_role_of_pipelines_and_people() -> None:
    assert set(recorded(ROOT)) >= {role.role for role in [*delivery_roles(ROOT), deployer(ROOT)]}


def test_the_pages_and_the_policies_are_current() -> None:
    for path, text in permission_pages(ROOT).items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path} is old; run `make docs`"


def test_the_deployers_policies_fit_into_managed_policies() -> None:
    assert 0 < len(POLICIES) <= MAX_POLICIES
    for name, policy in POLICIES.items():
        assert size(policy) <= MAX_CHARACTERS, name
    assert len({statement["Sid"] for statement in STATEMENTS}) == len(STATEMENTS)


def test_the_deployer_may_do_what_it_called_on_what_it_called_it() -> None:
    for action, resources in recorded(ROOT)[ROLE].items():
        allowed = [each for statement in STATEMENTS if action in statement["Action"] for each in statement["Resource"]]
        for resource in resources:
            if not resource.endswith(":log-group::log-stream:"):  # as `*`: AWS lists all groups or none
                assert any(fnmatchcase(resource, each) for each in allowed), f"{action} {resource}"
            else:
                assert "*" in allowed, action


def test_the_deployer_changes_identities_of_the_project_only() -> None:
    for statement in STATEMENTS:
        assert not [action for action in statement["Action"] if "*" in action], statement["Sid"]
        changing = [action for action in statement["Action"] if not action.startswith(("iam:Get", "iam:List"))]
        if any(action.startswith("iam:") for action in changing):
            assert all(
                ":role/windlass-" in arn
                or ":policy/windlass-" in arn
                or ":oidc-provider/token." in arn
                or ":role/aws-service-role/" in arn
                for arn in statement["Resource"]
            ), statement["Sid"]


def test_roles_of_services_are_made_for_what_an_environment_uses_only() -> None:
    (statement,) = [each for each in STATEMENTS if "iam:CreateServiceLinkedRole" in each["Action"]]
    assert statement["Action"] == ["iam:CreateServiceLinkedRole"]
    names = statement["Condition"]["StringEquals"]["iam:AWSServiceName"]
    page = (ROOT / "docs" / "deployer.md").read_text(encoding="utf-8")
    assert {name for name in names if f"`{name}`" in page} == set(names) == set(SERVICE_LINKED_ROLES)
    used = {"ecs", "elasticloadbalancing", "rds", "elasticache", "elasticfilesystem", "ecs.application-autoscaling"}
    assert {f"{name}.amazonaws.com" for name in used} < set(names)


def test_every_statement_names_resources_and_every_action_is_stated_once() -> None:
    actions = [action for statement in STATEMENTS for action in statement["Action"]]
    assert len(actions) == len(set(actions))
    assert all(statement["Resource"] for statement in STATEMENTS)
    assert {action.partition(":")[0] for action in actions} >= set(BEYOND)


def test_what_aws_asks_for_on_no_resource_is_allowed_on_any() -> None:
    without: dict[str, tuple[str, ...]] = {
        rules.prefix: rules.no_resource for rules in (*TABLES.values(), TOPICS, QUEUES, REPOSITORIES)
    }
    for statement in STATEMENTS:
        for action in statement["Action"] if statement["Resource"] != ["*"] else ():
            service, _, operation = action.partition(":")
            patterns = without.get(service, ())
            assert not [each for each in patterns if fnmatchcase(operation, each)], f"{statement['Sid']}: {action}"


def test_the_file_holds_the_policies_by_name() -> None:
    assert json.loads((ROOT / "docs" / "generated" / "deployer-policy.json").read_text()) == POLICIES
