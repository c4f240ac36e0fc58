"""Each delivery of DAGs in the layers: accepted by the guards and by Terraform, mounted and read as it should be."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import guards
from layers.guard_intent import intent_of
from terraform.document import blocks
from tests.layers.test_airflow import COMPONENTS, containers, resources, statements
from tests.layers.test_terraform_validate import validate
from tests.support.documents import Documents, changed_environment, documents, documents_of


def alone(data: dict[str, Any]) -> None:
    data["services"] = {}


def deliver(dags: dict[str, Any]) -> Any:
    def change(data: dict[str, Any]) -> None:
        data["airflow"]["dags"] = dags

    return change


EXISTING = {
    "file_system_id": "fs-0123456789abcdef0",
    "access_point_id": "fsap-0123456789abcdef0",
    "security_group_id": "sg-0123456789abcdef0",
}
CHANGES = {
    "alone": alone,
    "s3": deliver({"source": "s3"}),
    "s3 existing": deliver({"source": "s3", "bucket": "somebodys-dags", "prefix": "prod"}),
    "efs": deliver({"source": "efs"}),
    "efs existing": deliver({"source": "efs", **EXISTING}),
    "image": deliver({"source": "image"}),
}


@cache
def changed(name: str) -> Documents:
    return documents_of("prod", CHANGES[name])


@pytest.mark.parametrize("name", CHANGES)
def test_the_guards_accept_airflow_alone_and_with_every_delivery(name: str) -> None:
    verdict = guards.check("prod", changed(name), intent_of(changed_environment("prod", CHANGES[name])))
    assert (verdict.warnings, verdict.waived) == ((), ())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["efs", "s3 existing", "image"])
def test_terraform_accepts_every_delivery_without_a_warning(name: str, tmp_path: Path) -> None:
    for layer in ("data", "service"):
        assert validate(tmp_path / layer, changed(name)[layer]) == []


def test_dags_on_a_file_system_are_mounted_read_only() -> None:
    all_documents = changed("efs")
    tasks = resources(all_documents, "service", "aws_ecs_task_definition")

    def mounts_dags(component: str) -> bool:
        volumes = blocks(tasks[f"airflow_{component}_task_definition"], "volume")
        return "dags" in {volume["name"] for volume in volumes}

    mounting = set(filter(mounts_dags, COMPONENTS))
    assert mounting == {"dag-processor", "triggerer", "worker-default", "worker-reports"}
    volumes = blocks(tasks["airflow_worker-default_task_definition"], "volume")
    (volume,) = [each for each in volumes if each["name"] == "dags"]
    assert volume["efs_volume_configuration"]["authorization_config"]["iam"] == "ENABLED"
    mount, _ = containers("worker-default", all_documents)[0]["mountPoints"]
    assert mount == {"containerPath": "/opt/airflow/dags", "readOnly": True, "sourceVolume": "dags"}
    assert statements("worker-default", "task", all_documents)["Dags"]["Action"] == ["elasticfilesystem:ClientMount"]
    assert len(resources(all_documents, "data", "aws_efs_mount_target")) == 3


def test_an_existing_file_system_is_used_with_its_own_security_group() -> None:
    all_documents = changed("efs existing")
    assert resources(all_documents, "data", "aws_efs_file_system") == {}
    egress = resources(all_documents, "network", "aws_vpc_security_group_egress_rule").values()
    groups = {rule.get("referenced_security_group_id") for rule in egress if rule["from_port"] == 2049}
    assert groups == {EXISTING["security_group_id"]}


def test_dags_in_a_bucket_are_read_from_their_folder_only() -> None:
    dags = statements("dag-processor", "task", changed("s3 existing"))["Dags"]
    assert (dags["Action"], dags["Resource"]) == (["s3:GetObject"], ["arn:aws:s3:::somebodys-dags/prod/*"])
    assert "aws_s3_bucket" in documents("staging")["data"]["resource"]
    assert "airflow-storage_dags_bucket" in resources(documents("staging"), "data", "aws_s3_bucket")
