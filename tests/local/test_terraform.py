"""Real Terraform on the embedded AWS: what moto had to be extended for, and the S3 backend with both of its locks."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local import environment_variables
from tests.local.conftest import REGION

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is the one thing that a user brings"),
]

STATE_BUCKET = "windlass-test-state"
LOCK_TABLE = "windlass-test-lock"
REFERENCE = "{{resolve:secretsmanager:${aws_secretsmanager_secret.cache.arn}:SecretString:::}}"

PROVIDERS = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}},
    "provider": {
        "aws": {
            "region": REGION,
            "s3_use_path_style": True,
            "skip_credentials_validation": True,
            "skip_metadata_api_check": True,
            "default_tags": [{"tags": {"Project": "windlass"}}],
        }
    },
}

CACHE_USER = {
    "Resources": {
        "User": {
            "Type": "AWS::ElastiCache::User",
            "Properties": {
                "UserId": "terraform-app",
                "UserName": "app",
                "Engine": "valkey",
                "AccessString": "on ~* +@all",
                "AuthenticationMode": {"Type": "password", "Passwords": [REFERENCE]},
            },
        }
    },
    "Outputs": {"UserId": {"Value": {"Ref": "User"}}},
}

TLS_ONLY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "DenyInsecureTransport",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["${aws_s3_bucket.data.arn}", "${aws_s3_bucket.data.arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}

RESOURCES: dict[str, dict[str, dict[str, Any]]] = {
    "aws_vpc": {"main": {"cidr_block": "10.6.0.0/16"}},
    "aws_subnet": {
        "private": {
            "vpc_id": "${aws_vpc.main.id}",
            "cidr_block": "10.6.1.0/24",
            "availability_zone": f"{REGION}a",
        }
    },
    "aws_security_group": {
        name: {"name": f"terraform-{name}", "description": name, "vpc_id": "${aws_vpc.main.id}"}
        for name in ("web", "database")
    },
    "aws_vpc_security_group_egress_rule": {
        "database": {
            "security_group_id": "${aws_security_group.web.id}",
            "referenced_security_group_id": "${aws_security_group.database.id}",
            "description": "web to database",
            "ip_protocol": "tcp",
            "from_port": 5432,
            "to_port": 5432,
        },
        "s3": {
            "security_group_id": "${aws_security_group.web.id}",
            "prefix_list_id": "${data.aws_prefix_list.s3.id}",
            "description": "web to S3",
            "ip_protocol": "tcp",
            "from_port": 443,
            "to_port": 443,
        },
    },
    "aws_s3_bucket": {"data": {"bucket": "windlass-test-data", "force_destroy": True}},
    "aws_s3_bucket_versioning": {
        "data": {"bucket": "${aws_s3_bucket.data.id}", "versioning_configuration": {"status": "Enabled"}}
    },
    "aws_s3_bucket_policy": {"data": {"bucket": "${aws_s3_bucket.data.id}", "policy": json.dumps(TLS_ONLY)}},
    "aws_s3_object": {
        "hello": {
            "bucket": "${aws_s3_bucket.data.id}",
            "key": "hello",
            "content": "hello",
            "depends_on": ["aws_s3_bucket_versioning.data", "aws_s3_bucket_policy.data"],
        }
    },
    "aws_secretsmanager_secret": {"cache": {"name": "terraform/cache", "recovery_window_in_days": 0}},
    "aws_secretsmanager_secret_version": {
        "cache": {
            "secret_id": "${aws_secretsmanager_secret.cache.id}",
            "secret_string_wo": "${ephemeral.aws_secretsmanager_random_password.cache.random_password}",
            "secret_string_wo_version": 1,
        }
    },
    "aws_cloudformation_stack": {
        "cache_user": {
            "name": "terraform-cache-user",
            "template_body": json.dumps(CACHE_USER),
            "depends_on": ["aws_secretsmanager_secret_version.cache"],
        }
    },
    "aws_elasticache_parameter_group": {
        "cache": {
            "name": "terraform-valkey8",
            "family": "valkey8",
            "parameter": [{"name": "maxmemory-policy", "value": "noeviction"}],
        }
    },
    "aws_db_parameter_group": {
        "database": {
            "name": "terraform-postgres16",
            "family": "postgres16",
            "parameter": [{"name": "rds.force_ssl", "value": "1", "apply_method": "pending-reboot"}],
        }
    },
    "aws_ecs_cluster": {"main": {"name": "terraform"}},
    "aws_ecs_task_definition": {
        "web": {
            "family": "terraform-web",
            "requires_compatibilities": ["FARGATE"],
            "network_mode": "awsvpc",
            "cpu": 256,
            "memory": 512,
            "container_definitions": json.dumps([{"name": "web", "image": "web:1", "essential": True}]),
        }
    },
    "aws_ecs_service": {
        "web": {
            "name": "web",
            "cluster": "${aws_ecs_cluster.main.id}",
            "task_definition": "${aws_ecs_task_definition.web.arn}",
            "desired_count": 2,
            "wait_for_steady_state": True,
            "enable_ecs_managed_tags": True,
            "enable_execute_command": True,
            "propagate_tags": "SERVICE",
            "availability_zone_rebalancing": "ENABLED",
            "deployment_circuit_breaker": {"enable": True, "rollback": True},
            "capacity_provider_strategy": [
                {"capacity_provider": "FARGATE", "base": 1, "weight": 1},
                {"capacity_provider": "FARGATE_SPOT", "weight": 3},
            ],
            "network_configuration": {
                "subnets": ["${aws_subnet.private.id}"],
                "security_groups": ["${aws_security_group.web.id}"],
            },
        }
    },
    "aws_appautoscaling_target": {
        "web": {
            "service_namespace": "ecs",
            "resource_id": "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.web.name}",
            "scalable_dimension": "ecs:service:DesiredCount",
            "min_capacity": 2,
            "max_capacity": 4,
        }
    },
    "aws_cloudwatch_composite_alarm": {
        "any": {"alarm_name": "terraform-any", "alarm_rule": "FALSE", "alarm_description": "never"}
    },
}


def _backend(endpoint_url: str, key: str, lock: dict[str, Any]) -> dict[str, Any]:
    services = ("s3", "dynamodb", "sts", "iam")
    return {
        "bucket": STATE_BUCKET,
        "key": key,
        "region": REGION,
        "use_path_style": True,
        "skip_credentials_validation": True,
        "skip_metadata_api_check": True,
        "skip_requesting_account_id": True,
        "skip_region_validation": True,
        "skip_s3_checksum": True,
        "endpoints": dict.fromkeys(services, endpoint_url),
        **lock,
    }


class Terraform:
    """One folder with one configuration."""

    def __init__(self, folder: Path, configuration: dict[str, Any], environment: dict[str, str]) -> None:
        folder.mkdir(parents=True)
        (folder / "main.tf.json").write_text(json.dumps(configuration))
        self.folder = folder
        self.environment = environment

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["terraform", *arguments, "-no-color", "-input=false"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, expected: int = 0) -> str:
        with self.start(*arguments) as process:
            shown = process.communicate()[0]
        assert process.returncode == expected, f"terraform {arguments[0]} → {process.returncode}\n{shown[-6000:]}"
        return shown


@pytest.fixture(scope="module")
def environment(endpoint_url: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_LOG"))}
    return {**inherited, **environment_variables(endpoint_url, REGION), "CHECKPOINT_DISABLE": "1"}


@pytest.fixture(scope="module")
def state_bucket(client: Callable[[str], Any]) -> str:
    s3 = client("s3")
    s3.create_bucket(Bucket=STATE_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=STATE_BUCKET, VersioningConfiguration={"Status": "Enabled"})
    policy = json.dumps(TLS_ONLY).replace("${aws_s3_bucket.data.arn}", f"arn:aws:s3:::{STATE_BUCKET}")
    s3.put_bucket_policy(Bucket=STATE_BUCKET, Policy=policy)
    client("dynamodb").create_table(
        TableName=LOCK_TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
    )
    return STATE_BUCKET


def test_extended_resources_survive_apply_an_empty_second_plan_and_destroy(
    tmp_path, endpoint_url, environment, state_bucket, client
):
    backend = _backend(endpoint_url, "resources.tfstate", {"dynamodb_table": LOCK_TABLE})
    configuration = {
        **PROVIDERS,
        "terraform": {**PROVIDERS["terraform"], "backend": {"s3": backend}},
        "data": {"aws_prefix_list": {"s3": {"name": f"com.amazonaws.{REGION}.s3"}}},
        "ephemeral": {
            "aws_secretsmanager_random_password": {"cache": {"password_length": 32, "exclude_punctuation": True}}
        },
        "resource": RESOURCES,
    }
    terraform = Terraform(tmp_path / "resources", configuration, environment)
    count = sum(len(of_type) for of_type in RESOURCES.values())
    terraform.run("init")

    assert f"Resources: {count} added" in terraform.run("apply", "-auto-approve", "-parallelism=30")
    assert "No changes." in terraform.run("plan", "-detailed-exitcode", "-parallelism=30")

    state = client("s3").get_object(Bucket=state_bucket, Key="resources.tfstate")["Body"].read().decode()
    secret = client("secretsmanager").get_secret_value(SecretId="terraform/cache")["SecretString"]
    assert "terraform-cache-user" in state
    assert secret not in state
    service = client("ecs").describe_services(cluster="terraform", services=["web"])["services"][0]
    assert (service["runningCount"], service["enableECSManagedTags"]) == (2, True)

    assert f"Resources: {count} destroyed" in terraform.run("destroy", "-auto-approve", "-parallelism=30")
    assert [user["UserId"] for user in client("elasticache").describe_users()["Users"]].count("terraform-app") == 0
    assert "windlass-test-data" not in [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]


LOCKS = {
    "dynamodb": ({"dynamodb_table": LOCK_TABLE}, "ConditionalCheckFailedException"),
    "lock-file": ({"use_lockfile": True}, "PreconditionFailed"),
}


@pytest.mark.parametrize("style", LOCKS)
def test_of_two_applies_at_once_one_is_told_who_holds_the_lock(
    style, tmp_path, endpoint_url, environment, state_bucket
):
    lock, refusal = LOCKS[style]
    hold = {"provisioner": [{"local-exec": {"command": "while [ ! -e go ]; do sleep 0.1; done"}}]}
    configuration = {
        "terraform": {"backend": {"s3": _backend(endpoint_url, f"{style}.tfstate", lock)}},
        "resource": {"terraform_data": {"hold": hold}},
    }
    first = Terraform(tmp_path / "first", configuration, environment)
    second = Terraform(tmp_path / "second", configuration, environment)
    for terraform in (first, second):
        terraform.run("init")

    with first.start("apply", "-auto-approve") as holder:
        assert holder.stdout is not None
        while "Provisioning with" not in (line := holder.stdout.readline()):
            assert line, "the first apply ended without holding the lock"
        shown = second.run("apply", "-auto-approve", expected=1)
        (first.folder / "go").touch()
        rest = holder.communicate()[0]

    assert "Error acquiring the state lock" in shown
    assert refusal in shown
    assert "Who:" in shown
    assert "Resources: 1 added" in rest
    assert holder.returncode == 0
    assert "No changes." in second.run("plan", "-detailed-exitcode")
