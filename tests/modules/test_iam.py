"""The roles of a service: two, narrow, and usable by its own account's tasks only."""

import dataclasses
import json
from typing import Any

import pytest

from aws.account import Account
from modules.iam import ExecuteCommandAccess, Statement, TaskRoles, TaskRolesInputs
from tests.support.stack import Synthesised, module_stack, synthesised

LOG_GROUP = "arn:aws:logs:eu-west-1:111122223333:log-group:/windlass/acme/prod/web"
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:acme/prod/database-url-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:111122223333:parameter/acme/prod/token"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
REPOSITORY = "arn:aws:ecr:eu-west-1:111122223333:repository/acme/web"

BARE = TaskRolesInputs(name="acme-prod-web", account=Account(region="eu-west-1", id="111122223333"))
FULL = dataclasses.replace(
    BARE,
    repository_arns=[REPOSITORY],
    log_group_arns=[LOG_GROUP],
    secret_arns=[SECRET],
    parameter_arns=[PARAMETER],
    kms_key_arns=[KEY],
    task_statements={"ReadUploads": Statement(actions=["s3:GetObject"], resources=["arn:aws:s3:::acme-uploads/*"])},
    execute_command=ExecuteCommandAccess(log_group_arn=f"{LOG_GROUP}-sessions", kms_key_arn=KEY),
)


def synth(inputs: TaskRolesInputs) -> Synthesised:
    with module_stack() as stack:
        TaskRoles(stack, "roles", inputs)
        return synthesised(stack)


def roles(result: Synthesised) -> dict[str, dict[str, Any]]:
    return {body["name"]: body for body in result.resources("aws_iam_role").values()}


def statements(result: Synthesised, policy: str) -> dict[str, dict[str, Any]]:
    for body in result.resources("aws_iam_role_policy").values():
        if body["name"] == policy:
            return {statement["Sid"]: statement for statement in json.loads(body["policy"])["Statement"]}
    return {}


def test_i01_there_are_two_roles() -> None:
    assert set(roles(synth(FULL))) == {"acme-prod-web-execution", "acme-prod-web-task"}


def test_only_tasks_of_this_account_and_region_may_have_a_role() -> None:
    for role in roles(synth(FULL)).values():
        (statement,) = json.loads(role["assume_role_policy"])["Statement"]
        assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        assert statement["Condition"] == {
            "StringEquals": {"aws:SourceAccount": "111122223333"},
            "ArnLike": {"aws:SourceArn": "arn:aws:ecs:eu-west-1:111122223333:*"},
        }


def test_i01_the_execution_role_reads_exactly_the_secrets_that_the_containers_name() -> None:
    allowed = statements(synth(FULL), "execution")
    assert allowed["ReadSecrets"]["Resource"] == [SECRET]
    assert allowed["ReadSecrets"]["Action"] == ["secretsmanager:GetSecretValue"]
    assert allowed["ReadParameters"]["Resource"] == [PARAMETER]
    assert allowed["ReadParameters"]["Action"] == ["ssm:GetParameters"]


def test_a_key_decrypts_only_through_the_services_that_hold_the_secrets() -> None:
    allowed = statements(synth(FULL), "execution")["DecryptSecrets"]
    assert allowed["Resource"] == [KEY]
    assert allowed["Condition"] == {
        "StringEquals": {"kms:ViaService": ["secretsmanager.eu-west-1.amazonaws.com", "ssm.eu-west-1.amazonaws.com"]}
    }


def test_china_has_a_domain_of_its_own() -> None:
    china = dataclasses.replace(FULL, account=Account.in_region("cn-north-1", "111122223333"), parameter_arns=[])
    condition = statements(synth(china), "execution")["DecryptSecrets"]["Condition"]
    assert condition == {"StringEquals": {"kms:ViaService": ["secretsmanager.cn-north-1.amazonaws.com.cn"]}}


def test_a_service_without_secrets_gets_no_key() -> None:
    assert "DecryptSecrets" not in statements(
        synth(dataclasses.replace(FULL, secret_arns=[], parameter_arns=[])), "execution"
    )


def test_images_are_pulled_from_the_named_repositories_only() -> None:
    allowed = statements(synth(FULL), "execution")
    assert allowed["PullImages"]["Resource"] == [REPOSITORY]
    assert allowed["SignInToRegistry"]["Resource"] == ["*"]
    assert allowed["SignInToRegistry"]["Action"] == ["ecr:GetAuthorizationToken"]


def test_logs_go_to_the_services_own_group_only() -> None:
    allowed = statements(synth(FULL), "execution")["WriteLogs"]
    assert allowed["Resource"] == [f"{LOG_GROUP}:*"]
    assert allowed["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]


def test_the_task_role_has_what_the_code_needs_and_what_a_shell_needs() -> None:
    allowed = statements(synth(FULL), "task")
    assert allowed["ReadUploads"]["Resource"] == ["arn:aws:s3:::acme-uploads/*"]
    assert allowed["ExecuteCommandChannels"]["Action"] == [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ]
    assert allowed["ExecuteCommandWriteLogs"]["Resource"] == [f"{LOG_GROUP}-sessions:*"]
    assert allowed["ExecuteCommandDecrypt"]["Resource"] == [KEY]


def test_the_task_role_reads_no_secret() -> None:
    actions = [action for body in statements(synth(FULL), "task").values() for action in body["Action"]]
    assert not [action for action in actions if action.startswith(("secretsmanager:", "ssm:"))]


def test_roles_without_anything_to_allow_have_no_policy() -> None:
    assert synth(BARE).inventory() == {"aws_iam_role": 2}


def test_the_outputs_name_the_policies_that_a_service_waits_for() -> None:
    with module_stack() as stack:
        outputs = TaskRoles(stack, "roles", FULL).outputs
        names = synthesised(stack).resources("aws_iam_role_policy")
    assert set(outputs.policy_addresses) == {f"aws_iam_role_policy.{name}" for name in names}


def test_the_execution_role_reads_exactly_the_environment_files() -> None:
    file = "arn:aws:s3:::acme-settings/shop/web.env"
    inputs = dataclasses.replace(BARE, environment_file_arns=[file], foreign_key_arns=[KEY])
    (policy,) = synth(inputs).resources("aws_iam_role_policy").values()
    by_sid = {each["Sid"]: each for each in json.loads(policy["policy"])["Statement"]}
    assert by_sid["ReadEnvironmentFiles"]["Resource"] == [file]
    assert by_sid["FindEnvironmentFiles"]["Resource"] == ["arn:aws:s3:::acme-settings"]
    via = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    assert by_sid["DecryptEnvironmentFiles"]["Condition"] == via


def test_a_managed_policy_is_attached_to_the_task_role_and_waited_for() -> None:
    arn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
    with module_stack() as stack:
        outputs = TaskRoles(stack, "roles", dataclasses.replace(BARE, managed_policy_arns={"traces": arn})).outputs
        attached = synthesised(stack).resources("aws_iam_role_policy_attachment")
    (attachment,) = attached.values()
    assert attachment["policy_arn"] == arn
    assert attachment["role"].startswith("${aws_iam_role.roles_task")
    assert [address.partition(".")[0] for address in outputs.policy_addresses] == ["aws_iam_role_policy_attachment"]


def test_a_permissions_boundary_limits_both_roles() -> None:
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    actual = roles(synth(dataclasses.replace(BARE, permissions_boundary_arn=boundary)))
    assert [role["permissions_boundary"] for role in actual.values()] == [boundary, boundary]


@pytest.mark.parametrize("action", ["*", "s3:*", "s3", "GetObject"])
def test_i01_an_action_names_what_it_allows(action: str) -> None:
    with pytest.raises(ValueError, match=r"I01: action is .* name the action"):
        Statement(actions=[action], resources=["arn:aws:s3:::acme"])


def test_i01_any_resource_needs_a_reason() -> None:
    with pytest.raises(ValueError, match=r'I01: ecs:ListTasks on resource "\*"'):
        Statement(actions=["ecs:ListTasks"], resources=["*"])
    reason = "AWS has no resource-level permission for it"
    assert Statement(actions=["ecs:ListTasks"], resources=["*"], any_resource_because=reason).resources == ["*"]


@pytest.mark.parametrize("name", ["", "a" * 55, "acme prod"])
def test_a_name_that_iam_would_refuse_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"role name is .*1 to 54"):
        synth(dataclasses.replace(BARE, name=name))


def test_the_longest_name_makes_a_role_of_64_characters() -> None:
    assert max(len(name) for name in roles(synth(dataclasses.replace(BARE, name="a" * 54)))) == 64


def test_a_path_begins_and_ends_with_a_slash() -> None:
    with pytest.raises(ValueError, match='role path is "acme"'):
        synth(dataclasses.replace(BARE, path="acme"))


def test_a_statement_name_has_letters_and_digits_only() -> None:
    reading = Statement(actions=["s3:GetObject"], resources=["arn:aws:s3:::acme/*"])
    with pytest.raises(ValueError, match='statement name is "read-uploads"'):
        synth(dataclasses.replace(BARE, task_statements={"read-uploads": reading}))


def test_a_statement_cannot_take_the_name_of_the_shells() -> None:
    reading = Statement(actions=["s3:GetObject"], resources=["arn:aws:s3:::acme/*"])
    with pytest.raises(ValueError, match="ExecuteCommandChannels"):
        synth(dataclasses.replace(FULL, task_statements={"ExecuteCommandChannels": reading}))
