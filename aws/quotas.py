"""Quotas and limits of AWS services: one table, from which rules, guards, modules and `./windlass check` read.

A *limit* is the same in every account, and no request raises it. A *quota* is a default that AWS raises on request, per
account and region; a new account may have less. `[quotas]` of an environment file says what was raised.

Sources are pages of AWS's documentation; names and codes are those of the console of Service Quotas. All were read on
2026-11-28, through stored copies and public lists of the console.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CERTIFICATE_MAIN_NAME_CHARACTERS: Final = 64
"""Length of a certificate's main name, which becomes its common name; further names may have 253."""

CODEDEPLOY_ALARMS_PER_GROUP: Final = 10
"""Alarms in one deployment group of CodeDeploy."""

CONTAINERS_PER_TASK_DEFINITION: Final = 10
"""Containers in one task definition of ECS."""

TASK_DEFINITION_BYTES: Final = 64 * 1024
"""Size of one task definition of ECS, as JSON."""

LISTENER_RULE_CONDITIONS: Final = 5
"""Values of all conditions of one listener rule: host names, paths and sources together."""

HOST_NAME_CHARACTERS: Final = 128
"""Length of a host name in a listener rule (`HostHeaderConfig` of the ELB API); DNS itself allows 253."""

LISTENER_RULE_PRIORITY_MAX: Final = 50_000
"""Highest priority of a listener rule; the lowest is 1."""

SCALING_POLICY_QUERIES: Final = 10
"""Metric queries in one target tracking policy of Application Auto Scaling."""

LOAD_BALANCER_NAME_CHARACTERS: Final = 32
"""Length of the name of a load balancer or of a target group."""

BUCKET_NAME_CHARACTERS: Final = 63
"""Length of the name of a bucket."""

DATABASE_IDENTIFIER_CHARACTERS: Final = 63
"""Length of the identifier of a database instance."""

ENVIRONMENT_FILES: Final = 10
"""Environment files of a container in ECS."""

ROLE_NAME_CHARACTERS: Final = 64
"""Length of the name of a role."""

ROLE_INLINE_POLICY_CHARACTERS: Final = 10_240
"""Size of all inline policies of one role together; white space does not count."""

TAGS_PER_RESOURCE: Final = 50
"""Tags on one resource."""

STANDARD_PARAMETERS: Final = 10_000
"""Standard parameters of Systems Manager in one account and region."""


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A quota that AWS raises on request."""

    default: int
    """The value of an account that has asked for nothing."""

    unit: str
    """What is counted, in the plural."""

    name: str
    """Name in Service Quotas."""

    service: str
    """Service code in Service Quotas, such as `fargate`."""

    code: str
    """Code in Service Quotas, such as `L-3032A538`."""

    source: str
    """Page of AWS's documentation."""

    @property
    def where(self) -> str:
        """Where to look it up and to ask for more."""
        return f'"{self.name}" ({self.service}, {self.code}) in Service Quotas'


_ECS = "Amazon ECS service quotas, in the ECS Developer Guide"
_VPC = "Amazon VPC quotas, in the VPC User Guide"
_ELB = "Quotas for your Application Load Balancers, in the ELB User Guide"
_IAM = "IAM and AWS STS quotas, in the IAM User Guide"
_RDS = "Quotas and constraints for Amazon RDS, in the RDS User Guide"


def _quota(default: int, unit: str, name: str, service: str, code: str, source: str) -> Quota:
    return Quota(default=default, unit=unit, name=name, service=service, code=code, source=source)


QUOTAS: Mapping[str, Quota] = {
    "fargate_vcpus": _quota(6, "vCPU", "Fargate On-Demand vCPU resource count", "fargate", "L-3032A538", _ECS),
    "fargate_spot_vcpus": _quota(6, "vCPU", "Fargate Spot vCPU resource count", "fargate", "L-36FBB829", _ECS),
    "elastic_ips": _quota(5, "addresses", "EC2-VPC Elastic IPs", "ec2", "L-0263D0A3", _VPC),
    "nat_gateways_per_zone": _quota(5, "gateways", "NAT gateways per Availability Zone", "vpc", "L-FE5A380F", _VPC),
    "vpcs": _quota(5, "VPCs", "VPCs per Region", "vpc", "L-F678F1CE", _VPC),
    "interface_endpoints": _quota(50, "endpoints", "Interface VPC endpoints per VPC", "vpc", "L-29B6F2EB", _VPC),
    "security_group_rules": _quota(
        60, "rules", "Inbound or outbound rules per security group", "vpc", "L-0EA8095F", _VPC
    ),
    "listeners": _quota(
        50, "listeners", "Listeners per Application Load Balancer", "elasticloadbalancing", "L-B6DF7632", _ELB
    ),
    "listener_rules": _quota(
        100, "rules", "Rules per Application Load Balancer", "elasticloadbalancing", "L-7EED9B64", _ELB
    ),
    "targets": _quota(
        1000, "targets", "Targets per Application Load Balancer", "elasticloadbalancing", "L-7E6692B2", _ELB
    ),
    "listener_certificates": _quota(
        25,
        "certificates",
        "Certificates per Application Load Balancer",
        "elasticloadbalancing",
        "L-9365A611",
        f"{_ELB}; default certificates of listeners do not count",
    ),
    "iam_roles": _quota(1000, "roles", "Roles per account", "iam", "L-FE177D64", _IAM),
    "role_trust_policy_characters": _quota(2048, "characters", "Role trust policy length", "iam", "L-C07B4B0D", _IAM),
    "database_instances": _quota(40, "instances", "DB instances", "rds", "L-7B6409FD", _RDS),
    "read_replicas": _quota(15, "replicas", "Read replicas per primary", "rds", "L-5BC124EF", _RDS),
    "cache_nodes": _quota(
        300, "nodes", "Nodes per Region", "elasticache", "L-DFE45DF3", "Quotas for ElastiCache, in its User Guide"
    ),
}
"""Quotas by their key in `[quotas]`."""
