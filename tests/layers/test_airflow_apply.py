"""Airflow on the embedded AWS with real Terraform: applied, nothing left to change, rotated, destroyed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.airflow import AirflowTerraform
from tests.support.strategies import Around, embedded_aws, make_around

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def around() -> Iterator[Around]:
    with embedded_aws() as endpoint_url:
        yield make_around(endpoint_url, "airflow")


@pytest.fixture(scope="module")
def terraform(around: Around, tmp_path_factory: pytest.TempPathFactory) -> AirflowTerraform:
    """Airflow, applied."""
    discovery = around.client("servicediscovery")
    discovery.create_private_dns_namespace(Name="windlass.local", Vpc=around.vpc_id)
    (namespace,) = discovery.list_namespaces()["Namespaces"]
    terraform = AirflowTerraform(folder=tmp_path_factory.mktemp("airflow"), around=around, namespace_id=namespace["Id"])
    terraform.write_airflow()
    for result in (terraform.run("init", "-input=false"), terraform.apply()):
        assert result.returncode == 0, result.stdout + result.stderr
    return terraform


def secret(around: Around, name: str) -> str:
    return str(around.client("secretsmanager").get_secret_value(SecretId=f"windlass/local/{name}")["SecretString"])


def definition(around: Around, component: str) -> dict[str, Any]:
    found = around.client("ecs").describe_task_definition(taskDefinition=f"windlass-local-airflow-{component}")
    return dict(found["taskDefinition"])


def test_the_second_plan_is_empty(terraform: AirflowTerraform) -> None:
    plan = terraform.plan()
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_d03_no_secret_is_in_the_state(terraform: AirflowTerraform, around: Around) -> None:
    state = (terraform.folder / "terraform.tfstate").read_text()
    for name in ("api-secret-key", "broker-url", "database-url", "fernet-keys", "first-user-password", "jwt-secret"):
        value = secret(around, f"airflow/{name}")
        assert len(value) >= 24
        assert value not in state
    assert secret(around, "airflow/database-password-a") not in state


def test_everything_is_destroyed_cleanly(terraform: AirflowTerraform, around: Around) -> None:
    destroyed = terraform.run("destroy", "-auto-approve", "-input=false")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert around.client("ecs").list_services(cluster=around.cluster_arn)["serviceArns"] == []
    assert around.client("ecr").describe_pull_through_cache_rules()["pullThroughCacheRules"] == []
    assert json.loads((terraform.folder / "terraform.tfstate").read_text())["resources"] == []
