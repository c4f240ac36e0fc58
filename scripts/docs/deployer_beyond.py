"""What the deployer needs beyond the calls of the tests: for changes that none makes, and for what `local` has not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws.service_linked_roles import SERVICE_LINKED_ROLES


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """Actions of one service."""

    actions: tuple[str, ...]
    """Without the service's prefix."""
    why: str
    resources: tuple[str, ...] = ()
    """Default: those of the service that tests act on."""
    condition: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    """Of the statement; with resources only. Default: none."""


CHANGE = "a change of a resource in its place, or the removal of its tags, that no test makes"
IN_THE_WAY = "`destroy` looks for what AWS would not delete, in an environment with content"
REGIONAL = "arn:aws:{service}:*:*:{rest}"


def _arns(service: str, *rests: str) -> tuple[str, ...]:
    return tuple(REGIONAL.format(service=service, rest=rest) for rest in rests)


BEYOND: Mapping[str, tuple[Beyond, ...]] = {
    "acm": (Beyond(actions=("RemoveTagsFromCertificate",), why=CHANGE),),
    "application-autoscaling": (
        Beyond(
            actions=("DeleteScheduledAction", "PutScheduledAction"),
            why="`[working_hours]`, and the minimum of a colour after a switch",
        ),
        Beyond(actions=("UntagResource",), why=CHANGE),
    ),
    "cloudformation": (
        Beyond(actions=("DescribeStackEvents",), why="the provider shows why a stack could not be made"),
    ),
    "cloudwatch": (Beyond(actions=("UntagResource",), why=CHANGE),),
    "codedeploy": (
        Beyond(
            actions=(
                *("CreateApplication", "CreateDeploymentGroup", "DeleteApplication", "DeleteDeploymentGroup"),
                *("GetApplication", "GetDeploymentGroup", "ListTagsForResource", "TagResource", "UntagResource"),
                *("UpdateApplication", "UpdateDeploymentGroup"),
            ),
            why="services with the strategy `codedeploy`, which `local` has none of",
            resources=_arns("codedeploy", "application:windlass-*", "deploymentgroup:windlass-*/*"),
        ),
    ),
    "dynamodb": (Beyond(actions=("UntagResource", "UpdateTable"), why=CHANGE),),
    "ec2": (
        Beyond(
            actions=(
                *("DeleteTags", "ModifySecurityGroupRules", "ModifySubnetAttribute", "ReplaceRoute"),
                *("UpdateSecurityGroupRuleDescriptionsEgress", "UpdateSecurityGroupRuleDescriptionsIngress"),
            ),
            why=CHANGE,
        ),
        Beyond(
            actions=("DescribeRegions",),
            why="AWS Cloud Map makes the zone of the namespace with the permissions of its caller",
            resources=("*",),
        ),
        Beyond(
            actions=("DescribeManagedPrefixLists", "GetManagedPrefixListEntries"),
            why="`[network.existing]`: where S3's endpoint is looked up",
            resources=("*",),
        ),
        Beyond(
            actions=("CreateNetworkInterface", "DeleteNetworkInterface", "ModifyNetworkInterfaceAttribute"),
            why="Amazon EFS makes its mount targets with the permissions of its caller, and ElastiCache its nodes",
            resources=("*",),
        ),
    ),
    "ecr": (
        Beyond(
            actions=("PutImageScanningConfiguration", "PutImageTagMutability", "UntagResource"),
            why=CHANGE,
        ),
        Beyond(actions=("UpdateRepositoryCreationTemplate",), why=CHANGE, resources=("*",)),
        Beyond(actions=("ListImages",), why=IN_THE_WAY),
    ),
    "ecs": (
        Beyond(actions=("UntagResource", "UpdateCluster", "UpdateClusterSettings"), why=CHANGE),
        Beyond(
            actions=("GetTaskProtection", "StopTask"),
            why=f"{IN_THE_WAY}; with `throw_away` it ends tasks",
            resources=_arns("ecs", "container-instance/windlass-*/*", "task/windlass-*/*"),
        ),
    ),
    "elasticache": (
        Beyond(
            actions=(
                *("CreateSnapshot", "DecreaseReplicaCount", "IncreaseReplicaCount", "ModifyCacheSubnetGroup"),
                *("ModifyUserGroup", "RemoveTagsFromResource"),
            ),
            why=CHANGE,
        ),
        Beyond(
            actions=("CreateUser", "DeleteUser", "DescribeUsers", "ModifyUser"),
            why="AWS CloudFormation makes the cache's user with the permissions of its caller",
            resources=_arns("elasticache", "user:windlass-*", "usergroup:windlass-*"),
        ),
    ),
    "elasticfilesystem": (
        Beyond(
            actions=(
                *("CreateAccessPoint", "CreateMountTarget", "DeleteAccessPoint"),
                *("DeleteFileSystem", "DeleteFileSystemPolicy", "DeleteMountTarget", "DescribeAccessPoints"),
                *("DescribeBackupPolicy", "DescribeFileSystemPolicy", "DescribeFileSystems"),
                *("DescribeLifecycleConfiguration", "DescribeMountTargets", "DescribeMountTargetSecurityGroups"),
                *("ListTagsForResource", "ModifyMountTargetSecurityGroups", "PutBackupPolicy", "PutFileSystemPolicy"),
                *("PutLifecycleConfiguration", "TagResource", "UntagResource", "UpdateFileSystem"),
            ),
            why="DAGs on EFS, which `local` takes from repositories",
            resources=_arns("elasticfilesystem", "file-system/*", "access-point/*"),
        ),
        Beyond(
            actions=("CreateFileSystem",), why="DAGs on EFS, which `local` takes from repositories", resources=("*",)
        ),
    ),
    "elasticloadbalancing": (
        Beyond(
            actions=(
                *("ModifyListener", "ModifyListenerAttributes", "ModifyRule"),
                *("ModifyTargetGroup", "RemoveTags", "SetIpAddressType"),
                *("SetSecurityGroups", "SetSubnets"),
            ),
            why=CHANGE,
            resources=_arns(
                "elasticloadbalancing",
                *(f"{kind}/app/windlass-*" for kind in ("listener", "listener-rule", "loadbalancer")),
                "targetgroup/windlass-*",
            ),
        ),
        Beyond(
            actions=(
                *("CreateWebACLAssociation", "DeleteWebACLAssociation"),
                *("DescribeTargetHealth", "GetLoadBalancerWebACL", "SetRulePriorities", "SetWebACL"),
            ),
            why=f"{CHANGE}, and `[load_balancer.waf]`",
            resources=("*",),
        ),
    ),
    "iam": (
        Beyond(
            actions=(
                *("CreatePolicyVersion", "DeletePolicyVersion", "PutRolePermissionsBoundary", "UntagPolicy"),
                *("UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"),
            ),
            why=CHANGE,
        ),
        Beyond(
            actions=("CreateServiceLinkedRole",),
            why="services make their own role when an account first uses them: "
            + ", ".join(sorted(SERVICE_LINKED_ROLES.values(), key=str.lower)),
            resources=("arn:aws:iam::*:role/aws-service-role/*",),
            condition={"StringEquals": {"iam:AWSServiceName": sorted(SERVICE_LINKED_ROLES)}},
        ),
    ),
    "kms": (Beyond(actions=("PutKeyPolicy", "UntagResource", "UpdateAlias", "UpdateKeyDescription"), why=CHANGE),),
    "logs": (
        Beyond(actions=("AssociateKmsKey", "DeleteRetentionPolicy", "UntagResource"), why=CHANGE),
        Beyond(
            actions=(
                *("CreateLogDelivery", "DeleteLogDelivery", "DescribeResourcePolicies", "GetLogDelivery"),
                *("ListLogDeliveries", "PutResourcePolicy", "UpdateLogDelivery"),
            ),
            why="AWS WAF and ElastiCache deliver their logs by a resource policy, which the caller makes",
            resources=("*",),
        ),
    ),
    "rds": (
        Beyond(
            actions=("ModifyDBSubnetGroup", "RebootDBInstance", "RemoveTagsFromResource", "ResetDBParameterGroup"),
            why=CHANGE,
        ),
        Beyond(actions=("DescribeDBSnapshots",), why=IN_THE_WAY, resources=_arns("rds", "snapshot:*")),
        Beyond(
            actions=(
                *("CreateDBInstanceReadReplica", "CreateDBSnapshot", "RestoreDBInstanceFromDBSnapshot"),
                "RestoreDBInstanceToPointInTime",
            ),
            why="a final snapshot, read replicas, and a database that starts from a snapshot or from backups; `local` "
            "has none of them",
            resources=_arns(
                "rds",
                *("auto-backup:*", "db:windlass-*", "og:default:postgres-*", "pg:windlass-*", "snapshot:*"),
                "subgrp:windlass-*",
            ),
        ),
        Beyond(
            actions=(
                "DescribeDBInstanceAutomatedBackups",
                "StartDBInstanceAutomatedBackupsReplication",
                "StopDBInstanceAutomatedBackupsReplication",
            ),
            why="backups in a second region, which `local` has not",
            resources=_arns("rds", "db:windlass-*", "auto-backup:*"),
        ),
        Beyond(
            actions=(
                *("DeleteDBProxy", "DeregisterDBProxyTargets", "DescribeDBProxyTargetGroups"),
                *("DescribeDBProxyTargets", "ModifyDBProxy", "ModifyDBProxyTargetGroup", "RegisterDBProxyTargets"),
            ),
            why="`[airflow.database_proxy]`, which `local` has not",
            resources=_arns("rds", "db-proxy:*", "target-group:*", "db:windlass-*"),
        ),
        Beyond(
            actions=("CreateDBProxy", "DescribeDBProxies"),
            why="`[airflow.database_proxy]`, which `local` has not",
            resources=("*",),
        ),
    ),
    "route53": (
        Beyond(actions=("UpdateHostedZoneComment",), why=CHANGE),
        Beyond(
            actions=("AssociateVPCWithHostedZone", "ListHostedZones", "ListHostedZonesByName"),
            why="AWS Cloud Map makes the zone of the namespace with the permissions of its caller",
            resources=("*",),
        ),
    ),
    "s3": (Beyond(actions=("DeleteObject", "PutBucketLogging"), why=f"{CHANGE}; the logs of accesses to the state"),),
    "scheduler": (Beyond(actions=("UntagResource", "UpdateSchedule"), why=CHANGE),),
    "secretsmanager": (
        Beyond(
            actions=(
                "DeleteResourcePolicy",
                "PutResourcePolicy",
                "UntagResource",
                "UpdateSecret",
            ),
            why=CHANGE,
        ),
        Beyond(
            actions=("RemoveRegionsFromReplication", "ReplicateSecretToRegions"),
            why="secrets follow the backups into a second region, which `local` has not",
        ),
    ),
    "servicediscovery": (
        Beyond(actions=("UpdatePrivateDnsNamespace", "UpdateService"), why=CHANGE),
        Beyond(actions=("UntagResource",), why=CHANGE, resources=("*",)),
    ),
    "sns": (
        Beyond(actions=("Subscribe",), why="`[alarms]`, which `local` has not"),
        Beyond(
            actions=("GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"),
            why="`[alarms]`, which `local` has not",
            resources=("*",),
        ),
        Beyond(actions=("UntagResource",), why=CHANGE),
    ),
    "ssm": (Beyond(actions=("RemoveTagsFromResource",), why=CHANGE),),
    "wafv2": (
        Beyond(
            actions=(
                *("AssociateWebACL", "CreateWebACL", "DeleteLoggingConfiguration", "DeleteWebACL"),
                *("DisassociateWebACL", "GetLoggingConfiguration", "GetWebACL", "GetWebACLForResource"),
                *("ListTagsForResource", "PutLoggingConfiguration", "TagResource", "UntagResource", "UpdateWebACL"),
            ),
            why="`[load_balancer.waf]`, which `local` has not",
            resources=(
                *_arns("wafv2", "regional/webacl/windlass-*/*", "regional/managedruleset/*"),
                *_arns("elasticloadbalancing", "loadbalancer/app/windlass-*"),
            ),
        ),
    ),
}
"""IAM's prefix of a service → what is needed. Written by hand, and exercised by no test: compare it with the Service
Authorization Reference when an account refuses something."""


def reasons() -> Mapping[str, str]:
    """Action → why."""
    return {
        f"{service}:{action}": each.why
        for service, several in BEYOND.items()
        for each in several
        for action in each.actions
    }
