"""ECS Exec: a key for sessions alone, and room to write for its agent."""

import json

import guards
from tests.support.documents import documents, intent

SESSIONS_KEY = "${aws_kms_key.sessions-key_key.arn}"


def test_i01_task_roles_decrypt_sessions_and_nothing_that_the_environments_key_encrypts() -> None:
    service = documents("dev")["service"]["resource"]
    configuration = service["aws_ecs_cluster"]["cluster_cluster"]["configuration"]["execute_command_configuration"]
    assert configuration["kms_key_id"] == SESSIONS_KEY
    decrypting = {
        name: one["Resource"]
        for name, body in service["aws_iam_role_policy"].items()
        for one in json.loads(body["policy"])["Statement"]
        if one["Sid"] == "ExecuteCommandDecrypt"
    }
    assert "web_roles_task-policy" in decrypting
    assert {str(resource) for resource in decrypting.values()} == {str([SESSIONS_KEY])}
    assert guards.check("dev", documents("dev"), intent("dev")).warnings == ()


def test_an_environment_without_ecs_exec_has_no_such_key() -> None:
    assert "aws_kms_key" not in documents("prod")["service"]["resource"]
