"""A small Terraform configuration of the resources for which moto had to be extended."""

import json
from typing import Any

from tests.local.conftest import REGION

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


def backend(endpoint_url: str, key: str, lock: dict[str, Any]) -> dict[str, Any]:
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
