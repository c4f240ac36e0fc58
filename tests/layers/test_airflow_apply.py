"""Airflow on the embedded AWS with real Terraform: applied, nothing left to change, rotated, destroyed."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.airflow import AirflowTerraform
from tests.support.embedded import embedded_aws
from tests.support.strategies import Around, make_around

pytestmark = pytest.mark.slow

GIT = {"repositories": {"dags": {"url": "https://git.windlass.localhost/dags.git", "credentials": "token"}}}
TOKEN = "a-token-that-somebody-put-in"
KEYS = ("api-server", "scheduler", "dag-processor", "triggerer", "worker-default")


@pytest.fixture(scope="module")
def around() -> Iterator[Around]:
    with embedded_aws("airflow") as endpoint_url:
        yield make_around(endpoint_url, "airflow")


@pytest.fixture(scope="module")
def terraform(around: Around, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowTerraform]:
    """Airflow with a proxy before its database, and DAGs from a repository that wants a token, applied."""
    discovery = around.client("servicediscovery")
    discovery.create_private_dns_namespace(Name="windlass.local", Vpc=around.vpc_id)
    (namespace,) = discovery.list_namespaces()["Namespaces"]
    terraform = AirflowTerraform(folder=tmp_path_factory.mktemp("airflow"), around=around, namespace_id=namespace["Id"])
    terraform.write_airflow(dags=GIT, database_proxy={"max_connections_percent": 60})
    initialised = terraform.run("init", "-input=false")
    assert initialised.returncode == 0, initialised.stdout + initialised.stderr
    with terraform.with_provider() as terraform:
        result = terraform.apply()
        assert result.returncode == 0, result.stdout + result.stderr
        yield terraform


def secret(around: Around, name: str) -> str:
    return str(around.client("secretsmanager").get_secret_value(SecretId=f"windlass/local/{name}")["SecretString"])


def secret_arn(around: Around, name: str) -> str:
    return str(around.client("secretsmanager").describe_secret(SecretId=f"windlass/local/{name}")["ARN"])


def git_token_of(definition: dict[str, Any]) -> str:
    """Where git-sync's container finds its token."""
    (container,) = [each for each in definition["containerDefinitions"] if each["name"] == "git-sync-dags"]
    (found,) = [each["valueFrom"] for each in container["secrets"] if each["name"] == "GITSYNC_PASSWORD"]
    return str(found)


def definition(around: Around, component: str) -> dict[str, Any]:
    found = around.client("ecs").describe_task_definition(taskDefinition=f"windlass-local-airflow-{component}")
    return dict(found["taskDefinition"])


def described(around: Around, component: str) -> dict[str, Any]:
    name = f"windlass-local-airflow-{component}"
    return dict(around.client("ecs").describe_services(cluster=around.cluster_arn, services=[name])["services"][0])


def logins(around: Around) -> dict[str, str]:
    """User → password of everybody whom the proxy lets in."""
    (proxy,) = around.client("rds").describe_db_proxies()["DBProxies"]
    secrets = around.client("secretsmanager")
    texts = [secrets.get_secret_value(SecretId=each["SecretArn"])["SecretString"] for each in proxy["Auth"]]
    return {login["username"]: login["password"] for login in map(json.loads, texts)}


def passwords(around: Around) -> dict[str, str]:
    return {f"airflow_{slot}": secret(around, f"airflow/database-password-{slot}") for slot in "ab"}


def test_the_second_plan_is_empty(terraform: AirflowTerraform) -> None:
    plan = terraform.plan()
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_d03_no_secret_is_in_the_state(terraform: AirflowTerraform, around: Around) -> None:
    state = (terraform.folder / "terraform.tfstate").read_text()
    for name in ("api-secret-key", "broker-url", "database-url", "fernet-keys", "first-user-password", "jwt-secret"):
        value = secret(around, f"airflow/{name}")
        assert len(value) >= 24
        assert value not in state
    assert not any(password in state for password in passwords(around).values())


def test_a06_the_urls_have_every_part_and_name_hosts(terraform: AirflowTerraform, around: Around) -> None:
    database, broker = (urlsplit(secret(around, f"airflow/{name}")) for name in ("database-url", "broker-url"))
    assert (database.scheme, database.username, database.path) == ("postgresql", "airflow_a", "/airflow")
    (proxy,) = around.client("rds").describe_db_proxies()["DBProxies"]
    assert (database.hostname, database.port) == (proxy["Endpoint"], 5432)
    assert database.password == secret(around, "airflow/database-password-a")
    assert (broker.scheme, broker.hostname, broker.port, broker.path) == ("rediss", "cache.test", 6379, "/1")
    assert broker.password == secret(around, "cache/password")


def test_a_proxy_stands_before_the_database_with_a_login_for_each_slot(
    terraform: AirflowTerraform, around: Around
) -> None:
    rds = around.client("rds")
    (proxy,) = rds.describe_db_proxies()["DBProxies"]
    (target,) = rds.describe_db_proxy_targets(DBProxyName=proxy["DBProxyName"])["Targets"]
    (group,) = rds.describe_db_proxy_target_groups(DBProxyName=proxy["DBProxyName"])["TargetGroups"]
    assert (proxy["RequireTLS"], target["RdsResourceId"]) == (True, "windlass-local")
    assert group["ConnectionPoolConfig"]["MaxConnectionsPercent"] == 60
    assert logins(around) == passwords(around)


def test_fernet_accepts_the_keys(terraform: AirflowTerraform, around: Around) -> None:
    keys = secret(around, "airflow/fernet-keys").split(",")
    assert [len(base64.urlsafe_b64decode(key)) for key in keys] == [32, 32]


def test_the_services_are_found_by_name_and_run_what_the_file_says(terraform: AirflowTerraform, around: Around) -> None:
    services = around.client("servicediscovery").list_services()["Services"]
    assert {service["Name"] for service in services} == {f"airflow-{key}" for key in KEYS}
    found = described(around, "worker-default")
    shares = {
        each["capacityProvider"]: (each.get("base", 0), each["weight"]) for each in found["capacityProviderStrategy"]
    }
    assert shares == {"FARGATE": (1, 1), "FARGATE_SPOT": (0, 3)}
    assert found["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    containers = definition(around, "worker-default")["containerDefinitions"]
    assert {"git-sync-dags", "task-protection"} <= {each["name"] for each in containers if "restartPolicy" in each}


def test_a_rotation_makes_the_other_slot_anew_and_rolls_who_has_the_secret(
    terraform: AirflowTerraform, around: Around
) -> None:
    single = ("jwt-secret", "api-secret-key", "first-user-password")
    names = ("database-password-a", "database-password-b", "fernet-key-a", "fernet-key-b", *single)
    before = {name: secret(around, f"airflow/{name}") for name in names}
    revisions = {key: definition(around, key)["revision"] for key in KEYS}
    proxy = {"max_connections_percent": 60, "idle_client_timeout_seconds": 900}
    rotated = ("database_password", "fernet_key", "jwt_secret", "api_secret_key", "first_user_password")
    versions = {f"{each}_version": 2 for each in rotated}
    # Nobody but people makes or changes these, and a container that starts reads what the secret holds then.
    around.client("secretsmanager").put_secret_value(SecretId="windlass/local/airflow/git/dags", SecretString=TOKEN)
    terraform.write_airflow(**versions, dags=GIT, scheduler={"count": 2}, database_proxy=proxy)
    applied = terraform.apply()
    assert applied.returncode == 0, applied.stdout + applied.stderr

    after = {name: secret(around, f"airflow/{name}") for name in names}
    assert {name for name in names if after[name] != before[name]} == {"database-password-b", "fernet-key-b", *single}
    url = urlsplit(secret(around, "airflow/database-url"))
    assert (url.username, url.password) == ("airflow_b", after["database-password-b"])
    assert logins(around) == passwords(around)
    assert around.client("rds").describe_db_proxies()["DBProxies"][0]["IdleClientTimeout"] == 900
    assert secret(around, "airflow/git/dags") == TOKEN
    assert git_token_of(definition(around, "dag-processor")).endswith(secret_arn(around, "airflow/git/dags")[-6:])
    assert secret(around, "airflow/fernet-keys") == f"{after['fernet-key-b']},{after['fernet-key-a']}"
    assert {key for key in KEYS if definition(around, key)["revision"] > revisions[key]} == set(KEYS)
    assert described(around, "scheduler")["desiredCount"] == 2
    plan = terraform.plan()
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_a14_another_delivery_is_one_apply_and_so_is_leaving_the_proxy(
    terraform: AirflowTerraform, around: Around
) -> None:
    terraform.write_airflow(dags={"delivery": "efs"})
    applied = terraform.apply()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert around.client("rds").describe_db_proxies()["DBProxies"] == []
    assert urlsplit(secret(around, "airflow/database-url")).hostname == "database.test"
    (system,) = around.client("efs").describe_file_systems()["FileSystems"]
    (volume,) = definition(around, "worker-default")["volumes"]
    assert volume["efsVolumeConfiguration"]["fileSystemId"] == system["FileSystemId"]
    assert len(around.client("efs").describe_mount_targets(FileSystemId=system["FileSystemId"])["MountTargets"]) == 2


def test_everything_is_destroyed_cleanly(terraform: AirflowTerraform, around: Around) -> None:
    destroyed = terraform.run("destroy", "-auto-approve", "-input=false")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert around.client("ecs").list_services(cluster=around.cluster_arn)["serviceArns"] == []
    assert around.client("ecr").describe_pull_through_cache_rules()["pullThroughCacheRules"] == []
    assert json.loads((terraform.folder / "terraform.tfstate").read_text())["resources"] == []
