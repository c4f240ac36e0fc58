"""Teardown: the stateless layers alone, which can be applied again, and then everything (S02, S05)."""

import pytest

from tests.platform.queries import client, secret_values
from tests.support.platform import Platform

pytestmark = [pytest.mark.platform, pytest.mark.slow]


def run(layers: Platform, *arguments: str) -> None:
    done = layers.windlass(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_service_layer_alone_can_go_and_come_back_without_touching_data(layers: Platform) -> None:
    secrets = secret_values(layers)
    assert secrets
    run(layers, "destroy", "local", "--layer", "service", "--yes")
    assert client(layers, "elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert secret_values(layers) == secrets
    run(layers, "apply", "local", "--layer", "service", "--yes")
    assert len(client(layers, "elbv2").describe_load_balancers()["LoadBalancers"]) == 1
    assert secret_values(layers) == secrets


def test_a_destroy_leaves_nothing(layers: Platform) -> None:
    run(layers, "destroy", "local", "--yes")
    run(layers, "bootstrap", "local", "--destroy", "--yes")
    ec2 = client(layers, "ec2")
    assert [vpc for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]] == []
    assert client(layers, "rds").describe_db_instances()["DBInstances"] == []
    assert client(layers, "elasticache").describe_replication_groups()["ReplicationGroups"] == []
    assert client(layers, "secretsmanager").list_secrets()["SecretList"] == []
    assert client(layers, "s3").list_buckets()["Buckets"] == []
    assert client(layers, "dynamodb").list_tables()["TableNames"] == []
    assert client(layers, "ecs").list_clusters()["clusterArns"] == []
    assert client(layers, "ecr").describe_repositories()["repositories"] == []
    assert client(layers, "logs").describe_log_groups()["logGroups"] == []
    assert [
        role for role in client(layers, "iam").list_roles()["Roles"] if role["RoleName"].startswith("windlass")
    ] == []
    assert client(layers, "ssm").describe_parameters()["Parameters"] == []
    assert client(layers, "elbv2").describe_target_groups()["TargetGroups"] == []
