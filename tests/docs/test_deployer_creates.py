"""The deployer may create each resource of every environment, also where no test applies it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.support import options
from tests.support.documents import ENVIRONMENTS, ROOT, documents

pytestmark = pytest.mark.slow

S3_BUCKET = "s3:PutBucket"
CREATES: Mapping[str, tuple[str, ...]] = {
    "aws_acm_certificate": ("acm:RequestCertificate",),
    "aws_acm_certificate_validation": ("acm:DescribeCertificate",),
    "aws_appautoscaling_policy": ("application-autoscaling:PutScalingPolicy",),
    "aws_appautoscaling_scheduled_action": ("application-autoscaling:PutScheduledAction",),
    "aws_appautoscaling_target": ("application-autoscaling:RegisterScalableTarget",),
    "aws_cloudformation_stack": ("cloudformation:CreateStack",),
    "aws_cloudwatch_dashboard": ("cloudwatch:PutDashboard",),
    "aws_cloudwatch_log_group": ("logs:CreateLogGroup", "logs:PutRetentionPolicy"),
    "aws_cloudwatch_metric_alarm": ("cloudwatch:PutMetricAlarm",),
    "aws_codedeploy_app": ("codedeploy:CreateApplication",),
    "aws_codedeploy_deployment_group": ("codedeploy:CreateDeploymentGroup", "iam:PassRole"),
    "aws_db_instance": ("rds:CreateDBInstance",),
    "aws_db_instance_automated_backups_replication": ("rds:StartDBInstanceAutomatedBackupsReplication",),
    "aws_db_parameter_group": ("rds:CreateDBParameterGroup",),
    "aws_db_proxy": ("rds:CreateDBProxy",),
    "aws_db_proxy_default_target_group": ("rds:ModifyDBProxyTargetGroup",),
    "aws_db_proxy_target": ("rds:RegisterDBProxyTargets",),
    "aws_db_subnet_group": ("rds:CreateDBSubnetGroup",),
    "aws_default_security_group": ("ec2:RevokeSecurityGroupIngress",),
    "aws_dynamodb_table": ("dynamodb:CreateTable",),
    "aws_ecr_lifecycle_policy": ("ecr:PutLifecyclePolicy",),
    "aws_ecr_pull_through_cache_rule": ("ecr:CreatePullThroughCacheRule",),
    "aws_ecr_repository": ("ecr:CreateRepository",),
    "aws_ecr_repository_creation_template": ("ecr:CreateRepositoryCreationTemplate",),
    "aws_ecs_cluster": ("ecs:CreateCluster",),
    "aws_ecs_cluster_capacity_providers": ("ecs:PutClusterCapacityProviders",),
    "aws_ecs_service": ("ecs:CreateService",),
    "aws_ecs_task_definition": ("ecs:RegisterTaskDefinition", "iam:PassRole"),
    "aws_efs_access_point": ("elasticfilesystem:CreateAccessPoint",),
    "aws_efs_backup_policy": ("elasticfilesystem:PutBackupPolicy",),
    "aws_efs_file_system": ("elasticfilesystem:CreateFileSystem", "elasticfilesystem:TagResource"),
    "aws_efs_file_system_policy": ("elasticfilesystem:PutFileSystemPolicy",),
    "aws_efs_mount_target": ("elasticfilesystem:CreateMountTarget", "ec2:CreateNetworkInterface"),
    "aws_eip": ("ec2:AllocateAddress",),
    "aws_elasticache_parameter_group": ("elasticache:CreateCacheParameterGroup",),
    "aws_elasticache_replication_group": ("elasticache:CreateReplicationGroup", "logs:CreateLogDelivery"),
    "aws_elasticache_subnet_group": ("elasticache:CreateCacheSubnetGroup",),
    "aws_elasticache_user_group": ("elasticache:CreateUserGroup",),
    "aws_flow_log": ("ec2:CreateFlowLogs", "iam:PassRole"),
    "aws_iam_openid_connect_provider": ("iam:CreateOpenIDConnectProvider",),
    "aws_iam_policy": ("iam:CreatePolicy",),
    "aws_iam_role": ("iam:CreateRole",),
    "aws_iam_role_policy": ("iam:PutRolePolicy",),
    "aws_iam_role_policy_attachment": ("iam:AttachRolePolicy",),
    "aws_internet_gateway": ("ec2:CreateInternetGateway",),
    "aws_kms_alias": ("kms:CreateAlias",),
    "aws_kms_key": ("kms:CreateKey", "kms:EnableKeyRotation"),
    "aws_lb": ("elasticloadbalancing:CreateLoadBalancer",),
    "aws_lb_listener": ("elasticloadbalancing:CreateListener",),
    "aws_lb_listener_certificate": ("elasticloadbalancing:AddListenerCertificates",),
    "aws_lb_listener_rule": ("elasticloadbalancing:CreateRule",),
    "aws_lb_target_group": ("elasticloadbalancing:CreateTargetGroup",),
    "aws_nat_gateway": ("ec2:CreateNatGateway",),
    "aws_route": ("ec2:CreateRoute",),
    "aws_route53_record": ("route53:ChangeResourceRecordSets",),
    "aws_route53_zone": ("route53:CreateHostedZone",),
    "aws_route_table": ("ec2:CreateRouteTable",),
    "aws_route_table_association": ("ec2:AssociateRouteTable",),
    "aws_s3_bucket": ("s3:CreateBucket",),
    "aws_s3_bucket_lifecycle_configuration": ("s3:PutLifecycleConfiguration",),
    "aws_s3_bucket_logging": (f"{S3_BUCKET}Logging",),
    "aws_s3_bucket_notification": (f"{S3_BUCKET}Notification",),
    "aws_s3_bucket_ownership_controls": (f"{S3_BUCKET}OwnershipControls",),
    "aws_s3_bucket_policy": (f"{S3_BUCKET}Policy",),
    "aws_s3_bucket_public_access_block": (f"{S3_BUCKET}PublicAccessBlock",),
    "aws_s3_bucket_server_side_encryption_configuration": ("s3:PutEncryptionConfiguration",),
    "aws_s3_bucket_versioning": (f"{S3_BUCKET}Versioning",),
    "aws_scheduler_schedule": ("scheduler:CreateSchedule", "iam:PassRole"),
    "aws_scheduler_schedule_group": ("scheduler:CreateScheduleGroup",),
    "aws_secretsmanager_secret": ("secretsmanager:CreateSecret",),
    "aws_secretsmanager_secret_version": ("secretsmanager:PutSecretValue",),
    "aws_security_group": ("ec2:CreateSecurityGroup",),
    "aws_service_discovery_private_dns_namespace": ("servicediscovery:CreatePrivateDnsNamespace",),
    "aws_service_discovery_service": ("servicediscovery:CreateService",),
    "aws_sns_topic": ("sns:CreateTopic",),
    "aws_sns_topic_policy": ("sns:SetTopicAttributes",),
    "aws_sns_topic_subscription": ("sns:Subscribe",),
    "aws_ssm_parameter": ("ssm:PutParameter",),
    "aws_subnet": ("ec2:CreateSubnet",),
    "aws_vpc": ("ec2:CreateVpc",),
    "aws_vpc_endpoint": ("ec2:CreateVpcEndpoint",),
    "aws_vpc_endpoint_route_table_association": ("ec2:ModifyVpcEndpoint",),
    "aws_vpc_security_group_egress_rule": ("ec2:AuthorizeSecurityGroupEgress",),
    "aws_vpc_security_group_ingress_rule": ("ec2:AuthorizeSecurityGroupIngress",),
    "aws_wafv2_web_acl": ("wafv2:CreateWebACL",),
    "aws_wafv2_web_acl_association": ("wafv2:AssociateWebACL", "elasticloadbalancing:SetWebACL"),
    "aws_wafv2_web_acl_logging_configuration": ("wafv2:PutLoggingConfiguration", "logs:CreateLogDelivery"),
    "data.aws_ec2_managed_prefix_list": ("ec2:DescribeManagedPrefixLists", "ec2:GetManagedPrefixListEntries"),
    "data.aws_vpc": ("ec2:DescribeVpcs", "ec2:DescribeVpcAttribute"),
    "data.terraform_remote_state": ("s3:GetObject",),
}
"""Type of a resource → what its creation needs, whatever its arguments are. Of a data source, what reading it needs."""

BY_ARGUMENT: Mapping[tuple[str, str], str] = {
    ("aws_db_instance", "replicate_source_db"): "rds:CreateDBInstanceReadReplica",
    ("aws_db_instance", "restore_to_point_in_time"): "rds:RestoreDBInstanceToPointInTime",
    ("aws_db_instance", "snapshot_identifier"): "rds:RestoreDBInstanceFromDBSnapshot",
    ("aws_secretsmanager_secret", "replica"): "secretsmanager:ReplicateSecretToRegions",
}
"""What an argument needs besides."""


def everything() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Type and arguments of each resource and data source of all environments."""
    environments = [documents(name) for name in ENVIRONMENTS] + [options.documents(name) for name in options.NAMES]
    for layers in environments:
        for document in layers.values():
            for section, prefix in (("resource", ""), ("data", "data.")):
                for kind, bodies in document.get(section, {}).items():
                    yield from ((f"{prefix}{kind}", body) for body in bodies.values())


@pytest.fixture(scope="module")
def needed() -> set[str]:
    resources = list(everything())
    unknown = {kind for kind, _ in resources} - set(CREATES)
    assert not unknown, "say here what their creation needs"
    used = {(kind, name) for kind, body in resources for name in body}
    assert set(BY_ARGUMENT) <= used, "no environment has these arguments any more"
    return {action for kind, _ in resources for action in CREATES[kind]} | set(BY_ARGUMENT.values())


def test_the_deployer_may_create_each_resource(needed: set[str]) -> None:
    policies = json.loads((ROOT / "docs" / "generated" / "deployer-policy.json").read_text())
    allowed = {action for policy in policies.values() for one in policy["Statement"] for action in one["Action"]}
    assert needed - allowed == set()
