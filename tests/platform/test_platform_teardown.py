"""What was made goes again: the stateless part alone, which comes back, and then everything (S02, S05)."""

import pytest

from tests.platform.looking import client, secret_values
from tests.support.platform import Platform, begin

pytestmark = [pytest.mark.platform, pytest.mark.slow]


@pytest.fixture(scope="module")
def platform() -> Platform:
    """The one that is there to be destroyed."""
    return begin("destroyed").wait()


def run(platform: Platform, *arguments: str) -> None:
    done = platform.windlass(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_service_layer_alone_can_go_and_come_back_without_touching_data(platform: Platform) -> None:
    secrets = secret_values(platform)
    assert secrets
    run(platform, "destroy", "local", "--layer", "service", "--yes")
    assert client(platform, "elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert secret_values(platform) == secrets
    run(platform, "apply", "local", "--layer", "service", "--yes")
    assert len(client(platform, "elbv2").describe_load_balancers()["LoadBalancers"]) == 1
    assert secret_values(platform) == secrets


def test_a_destroy_leaves_nothing(platform: Platform) -> None:
    run(platform, "destroy", "local", "--yes")
    run(platform, "bootstrap", "local", "--destroy", "--yes")
    ec2 = client(platform, "ec2")
    assert [vpc for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]] == []
    assert client(platform, "rds").describe_db_instances()["DBInstances"] == []
    assert client(platform, "elasticache").describe_replication_groups()["ReplicationGroups"] == []
    assert client(platform, "secretsmanager").list_secrets()["SecretList"] == []
    assert client(platform, "s3").list_buckets()["Buckets"] == []
    assert client(platform, "dynamodb").list_tables()["TableNames"] == []
    assert client(platform, "ecs").list_clusters()["clusterArns"] == []
    assert client(platform, "ecr").describe_repositories()["repositories"] == []
    assert client(platform, "logs").describe_log_groups()["logGroups"] == []
    assert [
        role for role in client(platform, "iam").list_roles()["Roles"] if role["RoleName"].startswith("windlass")
    ] == []
    assert client(platform, "ssm").describe_parameters()["Parameters"] == []
    assert client(platform, "elbv2").describe_target_groups()["TargetGroups"] == []
