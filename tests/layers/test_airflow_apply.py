"""Airflow on the embedded AWS with real Terraform: applied, nothing left to change, rotated, destroyed."""

import base64
import contextlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import boto3
import pytest
from cryptography.fernet import Fernet, MultiFernet

from local.dataplane.desired_state.execution_role import ECR_IMAGE, ExecutionRoles
from local.dataplane.desired_state.pages import Pages
from local.dataplane.desired_state.task_definition import task_definition_from
from local.dataplane.ecs.preparation import Preparation
from local.iam.paths import CALLS_PATH
from local.image_registry import add_tags
from local.schedules import PATH as SCHEDULES_PATH
from tests.support.airflow import DATABASE, AirflowTerraform
from tests.support.embedded import embedded_aws
from tests.support.strategies import REGION, Infrastructure, make_infrastructure

pytestmark = pytest.mark.slow

GIT = {"repositories": {"dags": {"url": "https://git.windlass.localhost/dags.git", "credentials": "token"}}}
TOKEN = "a-token-that-somebody-put-in"
KEYS = ("api-server", "scheduler", "dag-processor", "triggerer", "worker-default")


@pytest.fixture(scope="module")
def base() -> Iterator[Infrastructure]:
    with embedded_aws("airflow") as endpoint_url:
        yield make_infrastructure(endpoint_url, "airflow")


@pytest.fixture(scope="module")
def terraform(base: Infrastructure, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowTerraform]:
    """Airflow with a database proxy, and DAGs from a private repository, applied."""
    discovery = base.client("servicediscovery")
    discovery.create_private_dns_namespace(Name="windlass.local", Vpc=base.vpc_id)
    (namespace,) = discovery.list_namespaces()["Namespaces"]
    # RDS registers only a database that is there with a proxy.
    base.client("rds").create_db_instance(
        DBInstanceIdentifier=DATABASE.identifier,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername=DATABASE.username,
        MasterUserPassword="not-a-secret",
    )
    terraform = AirflowTerraform(folder=tmp_path_factory.mktemp("airflow"), base=base, namespace_id=namespace["Id"])
    terraform.write_airflow(dags=GIT, database_proxy={"max_connections_percent": 60})
    initialised = terraform.run("init", "-input=false")
    assert initialised.returncode == 0, initialised.stdout + initialised.stderr
    with terraform.with_provider() as terraform:
        result = terraform.apply()
        assert result.returncode == 0, result.stdout + result.stderr
        yield terraform


def secret(base: Infrastructure, name: str) -> str:
    return str(base.client("secretsmanager").get_secret_value(SecretId=f"windlass/local/{name}")["SecretString"])


def secret_arn(base: Infrastructure, name: str) -> str:
    return str(base.client("secretsmanager").describe_secret(SecretId=f"windlass/local/{name}")["ARN"])


def git_token_of(definition: dict[str, Any]) -> str:
    """Where git-sync's container finds its token."""
    (container,) = [each for each in definition["containerDefinitions"] if each["name"] == "git-sync-dags"]
    (value_from,) = [each["valueFrom"] for each in container["secrets"] if each["name"] == "GITSYNC_PASSWORD"]
    return str(value_from)


def definition(base: Infrastructure, component: str) -> dict[str, Any]:
    response = base.client("ecs").describe_task_definition(taskDefinition=f"windlass-local-airflow-{component}")
    return dict(response["taskDefinition"])


def described(base: Infrastructure, component: str) -> dict[str, Any]:
    name = f"windlass-local-airflow-{component}"
    return dict(base.client("ecs").describe_services(cluster=base.cluster_arn, services=[name])["services"][0])


def logins(base: Infrastructure) -> dict[str, str]:
    """User → password of everybody whom the proxy lets in."""
    (proxy,) = base.client("rds").describe_db_proxies()["DBProxies"]
    secrets = base.client("secretsmanager")
    texts = [secrets.get_secret_value(SecretId=each["SecretArn"])["SecretString"] for each in proxy["Auth"]]
    return {login["username"]: login["password"] for login in map(json.loads, texts)}


def passwords(base: Infrastructure) -> dict[str, str]:
    return {f"airflow_{slot}": secret(base, f"airflow/database-password-{slot}") for slot in "ab"}


def test_the_second_plan_is_empty(terraform: AirflowTerraform) -> None:
    plan = terraform.plan()
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_d03_no_secret_is_in_the_state(terraform: AirflowTerraform, base: Infrastructure) -> None:
    state = (terraform.folder / "terraform.tfstate").read_text()
    for name in ("api-secret-key", "broker-url", "database-url", "fernet-keys", "first-user-password", "jwt-secret"):
        value = secret(base, f"airflow/{name}")
        assert len(value) >= 24
        assert value not in state
    assert not any(password in state for password in passwords(base).values())


def test_a06_the_urls_have_every_part_and_name_hosts(terraform: AirflowTerraform, base: Infrastructure) -> None:
    database, broker = (urlsplit(secret(base, f"airflow/{name}")) for name in ("database-url", "broker-url"))
    assert (database.scheme, database.username, database.path) == ("postgresql", "airflow_a", "/airflow")
    (proxy,) = base.client("rds").describe_db_proxies()["DBProxies"]
    assert (database.hostname, database.port) == (proxy["Endpoint"], 5432)
    assert database.password == secret(base, "airflow/database-password-a")
    assert (broker.scheme, broker.hostname, broker.port, broker.path) == ("rediss", "cache.test", 6379, "/1")
    assert broker.password == secret(base, "cache/password")


def test_the_proxy_has_a_login_for_each_slot(terraform: AirflowTerraform, base: Infrastructure) -> None:
    rds = base.client("rds")
    (proxy,) = rds.describe_db_proxies()["DBProxies"]
    (target,) = rds.describe_db_proxy_targets(DBProxyName=proxy["DBProxyName"])["Targets"]
    (group,) = rds.describe_db_proxy_target_groups(DBProxyName=proxy["DBProxyName"])["TargetGroups"]
    assert (proxy["RequireTLS"], target["RdsResourceId"]) == (True, "windlass-local")
    assert target["TargetHealth"]["State"] != "UNAVAILABLE", target["TargetHealth"]
    assert group["ConnectionPoolConfig"]["MaxConnectionsPercent"] == 60
    assert logins(base) == passwords(base)


def test_fernet_accepts_the_keys(terraform: AirflowTerraform, base: Infrastructure) -> None:
    keys = secret(base, "airflow/fernet-keys").split(",")
    assert [len(base64.urlsafe_b64decode(key)) for key in keys] == [32, 32]


def test_the_services_have_their_names_and_run_what_the_file_says(
    terraform: AirflowTerraform, base: Infrastructure
) -> None:
    services = base.client("servicediscovery").list_services()["Services"]
    assert {service["Name"] for service in services} == {f"airflow-{key}" for key in KEYS}
    service = described(base, "worker-default")
    shares = {
        each["capacityProvider"]: (each.get("base", 0), each["weight"]) for each in service["capacityProviderStrategy"]
    }
    assert shares == {"FARGATE": (1, 1), "FARGATE_SPOT": (0, 3)}
    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    containers = definition(base, "worker-default")["containerDefinitions"]
    assert {"git-sync-dags", "task-protection"} <= {each["name"] for each in containers if "restartPolicy" in each}


def test_i01_the_nightly_cleaning_starts_with_the_role_of_its_schedule(
    terraform: AirflowTerraform, base: Infrastructure
) -> None:
    which = {"group": "windlass-local-airflow-db-clean", "name": "task", "region": REGION}
    (task,) = calls(base, SCHEDULES_PATH, which)["answer"]["tasks"]
    assert "airflow-db-clean" in task["taskDefinitionArn"]


def calls(base: Infrastructure, path: str, body: Any = None) -> Any:
    """A page of the embedded AWS."""
    request = Request(base.endpoint_url + path, None if body is None else json.dumps(body).encode())
    with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
        return json.load(answer)


def test_a_rotation_recreates_the_other_slot_and_redeploys_its_users(
    terraform: AirflowTerraform, base: Infrastructure
) -> None:
    single = ("jwt-secret", "api-secret-key", "first-user-password")
    names = ("database-password-a", "database-password-b", "fernet-key-a", "fernet-key-b", *single)
    before = {name: secret(base, f"airflow/{name}") for name in names}
    revisions = {key: definition(base, key)["revision"] for key in KEYS}
    proxy = {"max_connections_percent": 60, "idle_client_timeout_seconds": 900}
    rotated = ("database_password", "fernet_key", "jwt_secret", "api_secret_key", "first_user_password")
    versions = {f"{each}_version": 2 for each in rotated}
    # Nobody but people makes or changes these, and a container that starts reads what the secret holds then.
    base.client("secretsmanager").put_secret_value(SecretId="windlass/local/airflow/git/dags", SecretString=TOKEN)
    terraform.write_airflow(**versions, dags=GIT, scheduler={"desired_count": 2}, database_proxy=proxy)
    applied = terraform.apply()
    assert applied.returncode == 0, applied.stdout + applied.stderr

    after = {name: secret(base, f"airflow/{name}") for name in names}
    assert {name for name in names if after[name] != before[name]} == {"database-password-b", "fernet-key-b", *single}
    url = urlsplit(secret(base, "airflow/database-url"))
    assert (url.username, url.password) == ("airflow_b", after["database-password-b"])
    assert logins(base) == passwords(base)
    assert base.client("rds").describe_db_proxies()["DBProxies"][0]["IdleClientTimeout"] == 900
    assert secret(base, "airflow/git/dags") == TOKEN
    assert git_token_of(definition(base, "dag-processor")).endswith(secret_arn(base, "airflow/git/dags")[-6:])
    assert secret(base, "airflow/fernet-keys") == f"{after['fernet-key-b']},{after['fernet-key-a']}"
    assert {key for key in KEYS if definition(base, key)["revision"] > revisions[key]} == set(KEYS)
    assert described(base, "scheduler")["desiredCount"] == 2
    plan = terraform.plan()
    assert plan.returncode == 0, plan.stdout + plan.stderr


def push(base: Infrastructure, images: list[str]) -> None:
    """Make those of ECR exist which no pull-through cache copies."""
    ecr = base.client("ecr")
    prefixes = tuple(
        each["ecrRepositoryPrefix"] for each in ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"]
    )
    for image in filter(None, map(ECR_IMAGE.fullmatch, images)):
        repository, tag = image["repository"], (image["reference"] or ":latest")[1:]
        if not repository.startswith(prefixes or "/"):
            with contextlib.suppress(ecr.exceptions.RepositoryAlreadyExistsException):
                ecr.create_repository(repositoryName=repository)
            add_tags(ecr, [(repository, tag)])


def test_i01_execution_roles_may_do_what_comes_before_the_start_of_their_tasks(
    terraform: AirflowTerraform, base: Infrastructure
) -> None:
    arns = base.client("ecs").list_task_definitions()["taskDefinitionArns"]
    assert len(arns) > len(KEYS)
    roles = ExecutionRoles(base.endpoint_url, REGION, Pages(base.endpoint_url, REGION))
    for number, arn in enumerate(arns):
        described = base.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
        push(base, [each["image"] for each in described["containerDefinitions"]])
        Preparation(task_definition_from(described), task_id=str(number), roles=roles).run()
    assert [each for each in calls(base, CALLS_PATH)["denied"] if each["role"].endswith("-execution")] == []
    allowed = {each["action"] for each in calls(base, CALLS_PATH)["allowed"] if each["role"].endswith("-execution")}
    assert {"ecr:BatchGetImage", "secretsmanager:GetSecretValue", "logs:PutLogEvents"} <= allowed


def test_a14_another_delivery_is_one_apply_and_so_is_leaving_the_proxy(
    terraform: AirflowTerraform, base: Infrastructure
) -> None:
    terraform.write_airflow(dags={"source": "efs"})
    applied = terraform.apply()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert base.client("rds").describe_db_proxies()["DBProxies"] == []
    assert urlsplit(secret(base, "airflow/database-url")).hostname == "database.test"
    (system,) = base.client("efs").describe_file_systems()["FileSystems"]
    volumes = definition(base, "worker-default")["volumes"]
    mounted = [volume["efsVolumeConfiguration"] for volume in volumes if "efsVolumeConfiguration" in volume]
    assert [each["fileSystemId"] for each in mounted] == [system["FileSystemId"]]
    assert len(base.client("efs").describe_mount_targets(FileSystemId=system["FileSystemId"])["MountTargets"]) == 2


def test_d06_a_recovered_airflow_decrypts_what_the_lost_one_has_encrypted(
    terraform: AirflowTerraform, base: Infrastructure
) -> None:
    lost = Fernet.generate_key().decode()
    stored = Fernet(lost).encrypt(b"password of a connection")
    name, user = "shop/prod/airflow/fernet-keys", {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    there = boto3.client("secretsmanager", endpoint_url=base.endpoint_url, region_name="eu-central-1", **user)
    there.create_secret(Name=name, SecretString=lost, AddReplicaRegions=[{"Region": REGION}])
    replica = base.client("secretsmanager").describe_secret(SecretId=name)["ARN"]
    assert f":{REGION}:" in replica
    terraform.write_airflow(dags={"source": "efs"}, existing_fernet_keys_secret_arn=replica)
    applied = terraform.apply()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    keys = [Fernet(each) for each in secret(base, "airflow/fernet-keys").split(",")]
    assert MultiFernet(keys).decrypt(stored) == b"password of a connection"
    # New values are encrypted with its own key, and `rotate-fernet-key` does so with the old ones.
    assert keys[0].decrypt(MultiFernet(keys).rotate(stored)) == b"password of a connection"
    assert lost not in (terraform.folder / "terraform.tfstate").read_text()
    plan = terraform.plan()
    assert plan.returncode == 0, plan.stdout + plan.stderr


def test_everything_is_destroyed_cleanly(terraform: AirflowTerraform, base: Infrastructure) -> None:
    destroyed = terraform.run("destroy", "-auto-approve", "-input=false")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert base.client("ecs").list_services(cluster=base.cluster_arn)["serviceArns"] == []
    ecr = base.client("ecr")
    assert ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"] == []
    assert ecr.describe_repository_creation_templates()["repositoryCreationTemplates"] == []
    assert json.loads((terraform.folder / "terraform.tfstate").read_text())["resources"] == []
