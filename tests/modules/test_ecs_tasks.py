"""Task definitions and the cluster that they run in."""

import dataclasses
import json
from typing import Any

import pytest

from modules.ecs import (
    Cluster,
    ClusterInputs,
    EfsVolume,
    ExecuteCommandLogs,
    MountPoint,
    Service,
    TaskSize,
)
from tests.modules.ecs_examples import KEY, SERVICE, TASK, service, task_body
from tests.support.stack import module_stack, synthesised


def test_e02_the_architecture_is_always_said() -> None:
    assert task_body()["runtime_platform"] == {"cpu_architecture": "ARM64", "operating_system_family": "LINUX"}


def test_e03_a_pair_that_fargate_refuses_is_refused() -> None:
    with pytest.raises(ValueError, match="E03"):
        TaskSize(cpu_units=1024, memory_mib=512)


def test_e04_the_default_disk_is_not_requested() -> None:
    assert "ephemeral_storage" not in task_body()
    bigger = dataclasses.replace(TASK, size=TaskSize(ephemeral_storage_gib=21))
    assert task_body(bigger)["ephemeral_storage"] == {"size_in_gib": 21}


def test_logs_have_a_group_of_their_own_with_key_and_end() -> None:
    result = service()
    group = result.only("aws_cloudwatch_log_group")
    assert group == {"name": "/windlass/acme/prod/web", "retention_in_days": 90, "kms_key_id": KEY}
    (container,) = json.loads(result.only("aws_ecs_task_definition")["container_definitions"])
    options = container["logConfiguration"]["options"]
    assert options["awslogs-group"].startswith("${aws_cloudwatch_log_group.")
    assert options["awslogs-stream-prefix"] == "acme-prod-web"


def test_a14_a_file_system_is_entered_by_iam_and_encrypted_in_transit() -> None:
    volume = EfsVolume(file_system_id="fs-1", access_point_id="fsap-1")
    container = dataclasses.replace(
        TASK.containers[0], mount_points=[MountPoint(volume="dags", container_path="/dags", read_only=True)]
    )
    volumes: dict[str, EfsVolume | None] = {"tmp": None, "dags": volume}
    body = task_body(dataclasses.replace(TASK, volumes=volumes, containers=[container]))
    dags, tmp = body["volume"]
    assert tmp == {"name": "tmp"}
    assert dags["efs_volume_configuration"] == {
        "file_system_id": "fs-1",
        "transit_encryption": "ENABLED",
        "authorization_config": {"access_point_id": "fsap-1", "iam": "ENABLED"},
    }


def test_a_cluster_has_insights_and_both_kinds_of_fargate() -> None:
    with module_stack() as stack:
        Cluster(stack, "cluster", ClusterInputs(name="acme-prod"))
        result = synthesised(stack)
    assert result.only("aws_ecs_cluster")["setting"] == [{"name": "containerInsights", "value": "enabled"}]
    assert "configuration" not in result.only("aws_ecs_cluster")
    assert result.only("aws_ecs_cluster_capacity_providers")["capacity_providers"] == ["FARGATE", "FARGATE_SPOT"]


def test_a_cluster_records_shells_in_an_encrypted_log() -> None:
    logs = ExecuteCommandLogs(
        log_group_name="/windlass/acme/prod/execute-command", kms_key_arn=KEY, session_kms_key_arn=f"{KEY}-sessions"
    )
    with module_stack() as stack:
        outputs = Cluster(stack, "cluster", ClusterInputs(name="acme-prod", execute_command_logs=logs)).outputs
        result = synthesised(stack)
    command = result.only("aws_ecs_cluster")["configuration"]["execute_command_configuration"]
    assert (command["logging"], command["kms_key_id"]) == ("OVERRIDE", f"{KEY}-sessions")
    assert command["log_configuration"]["cloud_watch_encryption_enabled"] is True
    groups = {body["name"]: body.get("kms_key_id") for body in result.resources("aws_cloudwatch_log_group").values()}
    assert groups["/windlass/acme/prod/execute-command"] == KEY
    assert outputs.execute_command_log_group_arn is not None


def test_container_insights_finds_a_log_group_with_a_limit() -> None:
    def groups(inputs: ClusterInputs) -> tuple[dict[str, Any], list[str]]:
        with module_stack() as stack:
            Cluster(stack, "cluster", inputs)
            result = synthesised(stack)
        bodies = result.document["resource"].get("aws_cloudwatch_log_group", {})
        return bodies, result.only("aws_ecs_cluster").get("depends_on", [])

    bodies, waits_for = groups(ClusterInputs(name="acme-prod", insights_retention_days=7, insights_kms_key_arn=KEY))
    ((key, body),) = bodies.items()
    assert body["name"] == "/aws/ecs/containerinsights/acme-prod/performance"
    assert (body["retention_in_days"], body["kms_key_id"]) == (7, KEY)
    assert waits_for == [f"aws_cloudwatch_log_group.{key}"]
    assert groups(ClusterInputs(name="acme-prod", container_insights="disabled")) == ({}, [])


def test_a_user_of_the_cluster_waits_for_its_capacity_providers() -> None:
    with module_stack() as stack:
        cluster = Cluster(stack, "cluster", ClusterInputs(name="acme-prod")).outputs
        Service(stack, "web", dataclasses.replace(SERVICE, cluster_arn=cluster.arn, cluster_name=cluster.name))
        body = synthesised(stack).only("aws_ecs_service")
    assert "aws_ecs_cluster_capacity_providers." in body["cluster"]
