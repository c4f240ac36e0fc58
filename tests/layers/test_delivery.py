"""Roles for pipelines: pull requests plan; named branches apply, switch and push; no one else has access (I02)."""

import copy
import json
from typing import Any

import pytest

import guards
from layers.guard_intent import run_guards
from modules.delivery import GitHubRolesInputs, PeopleRole, PipelineRole
from tests.layers.test_terraform_validate import validate
from tests.support.documents import Documents, changed_environment, documents, documents_of

APPLY = "arn:aws:iam::123456789012:policy/platform-apply"
ADDRESS = "delivery: aws_iam_role_policy_attachment.github_apply-platform"
TEAM, ON_CALL = "arn:aws:iam::123456789012:role/team", "arn:aws:iam::123456789012:role/on-call"
HOST = "token.actions.githubusercontent.com"


def delivering(data: dict[str, Any]) -> None:
    data["delivery"] = {"repository": "acme/shop", "apply_policy_arns": {"platform": APPLY}}
    waiver = {
        "guard": "managed_policies_are_approved",
        "address": ADDRESS,
        "reason": "the account's policy for applies",
    }
    data["waivers"] = [*data.get("waivers", []), waiver]


def everybody(data: dict[str, Any]) -> None:
    delivering(data)
    data["delivery"]["plan_environment"] = "plan"
    data["delivery"]["view_principal_arns"] = [TEAM]
    data["delivery"]["operate_principal_arns"] = [ON_CALL]


def roles(all_documents: Documents) -> dict[str, dict[str, Any]]:
    bodies = all_documents["delivery"]["resource"]["aws_iam_role"]
    return {name.removeprefix("github_"): body for name, body in bodies.items()}


def subjects(role: dict[str, Any]) -> list[str]:
    (statement,) = json.loads(role["assume_role_policy"])["Statement"]
    return list(statement["Condition"]["StringEquals"][f"{HOST}:sub"])


def test_i02_branches_apply_and_switch_and_pull_requests_only_plan() -> None:
    by_word = roles(documents_of("prod", everybody))
    main, pull = "repo:acme/shop:ref:refs/heads/main", "repo:acme/shop:pull_request"
    assert {word: subjects(role) for word, role in by_word.items() if not word.startswith("people")} == {
        "plan": [main, pull],
        "plan-data": ["repo:acme/shop:environment:plan"],
        "apply": [main],
        "deploy": [main],
        "switch": [main],
        "push": [main],
    }


def test_i02_people_have_roles_that_no_workflow_can_assume() -> None:
    by_word = roles(documents_of("prod", everybody))
    for word, principals in (("people_view", [TEAM]), ("people_operate", [ON_CALL])):
        (statement,) = json.loads(by_word[word]["assume_role_policy"])["Statement"]
        assert statement["Principal"] == {"AWS": principals}
        assert statement["Action"] == "sts:AssumeRole"
    assert not [word for word in roles(documents_of("prod", delivering)) if "people" in word]


def test_p03_the_image_pipeline_pushes_to_the_repositories_of_the_environment_only() -> None:
    policies = documents_of("prod", delivering)["delivery"]["resource"]["aws_iam_role_policy"]
    (policy,) = [body["policy"] for name, body in policies.items() if name.startswith("github_push")]
    by_sid = {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}
    assert by_sid["Repositories"]["Resource"] == ["arn:aws:ecr:eu-west-1:123456789012:repository/windlass-prod/*"]
    assert by_sid["Any"]["Action"] == ["ecr:GetAuthorizationToken"]


def test_i02_a_role_for_any_branch_is_refused_by_the_guards() -> None:
    environment = changed_environment("prod", delivering)
    changed = copy.deepcopy(documents_of("prod", delivering))
    run_guards(environment, changed)
    role = roles(changed)["apply"]
    role["assume_role_policy"] = role["assume_role_policy"].replace("refs/heads/main", "*")
    with pytest.raises(guards.GuardError) as caught:
        run_guards(environment, changed)
    assert {violation.guard for violation in caught.value.violations} == {"federated_trust_names_its_subject"}


def test_what_an_apply_may_do_is_waived_with_a_reason_or_refused() -> None:
    def unreasoned(data: dict[str, Any]) -> None:
        delivering(data)
        data["waivers"] = data["waivers"][:-1]

    with pytest.raises(guards.GuardError, match="managed_policies_are_approved"):
        run_guards(changed_environment("prod", unreasoned), documents_of("prod", unreasoned))


@pytest.mark.parametrize("repository", ["acme/*", "*", "acme", "acme/shop:ref"])
def test_i02_a_repository_is_one_repository(repository: str) -> None:
    with pytest.raises(ValueError, match="owner/name"):
        GitHubRolesInputs(name="acme", repository=repository, roles={})


@pytest.mark.parametrize("environments", [("*",), ("plan:x",), ("",)])
def test_i02_a_github_environment_is_one_environment(environments: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="without a star"):
        PipelineRole(purpose="plans", environments=environments)


@pytest.mark.parametrize("principal", ["*", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/*"])
def test_i02_a_person_is_a_role_or_a_user(principal: str) -> None:
    with pytest.raises(ValueError, match="without a star"):
        PeopleRole(purpose="looks", principal_arns=(principal,), statements={})


@pytest.mark.parametrize("branches", [(), ("*",), ("release/*",)])
def test_i02_a_branch_is_one_branch(branches: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="I02"):
        PipelineRole(purpose="applies", branches=branches)


def test_an_environment_without_the_section_has_no_such_layer_and_equal_other_layers() -> None:
    before, after = documents("prod"), documents_of("prod", delivering)
    assert "delivery" not in before
    assert {layer: document for layer, document in after.items() if layer != "delivery"} == before


@pytest.mark.slow
def test_terraform_accepts_it_without_a_warning(tmp_path: Any) -> None:
    assert validate(tmp_path / "delivery", documents_of("prod", delivering)["delivery"]) == []
