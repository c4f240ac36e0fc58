"""VPC flow logs, with a log group of their own and a role that can write only there."""

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from aws.account import Account
from aws.trust import service_trust

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


@dataclass(frozen=True, kw_only=True)
class FlowLogs:
    """Retention and key of the flow logs, which record every accepted and rejected connection."""

    retention_days: int = 365
    """Days, one of CloudWatch's values (1, 3, 5, 7, 14, 30, …). A year by default: intrusions are noticed late."""

    kms_key_arn: str | None = None
    """Key that encrypts the log group. None by default: CloudWatch then encrypts with an AWS-owned key."""

    def __post_init__(self) -> None:
        """Refuse a retention that CloudWatch would refuse."""
        if self.retention_days not in RETENTION_DAYS:
            allowed = ", ".join(map(str, RETENTION_DAYS))
            raise ValueError(f"retention_days is {self.retention_days}: CloudWatch allows {allowed}")


def role_name(name: str, region: str) -> str:
    """Return the name of the role. It contains the region, because IAM names are unique per account (A22)."""
    return f"{name}-flow-logs-{region}"


def make_flow_logs(scope: Construct, *, name: str, account: Account, vpc_id: str, logs: FlowLogs) -> None:
    """Create the log group, the role and the flow log of the VPC."""
    group = CloudwatchLogGroup(
        scope,
        "flow-logs-group",
        name=f"/aws/vpc/{name}/flow-logs",
        retention_in_days=logs.retention_days,
        kms_key_id=logs.kms_key_arn,
    )
    role = IamRole(
        scope,
        "flow-logs-role",
        name=role_name(name, account.region),
        description=f"Lets VPC flow logs write to the log group of {name}",
        # Without the source, other accounts could write flow logs with this role.
        assume_role_policy=service_trust("vpc-flow-logs", account, account.arn("ec2", "vpc-flow-log/*")),
    )
    policy = IamRolePolicy(
        scope, "flow-logs-policy", name="write-flow-logs", role=role.id, policy=_permissions(group.arn)
    )
    FlowLog(
        scope,
        "flow-logs",
        vpc_id=vpc_id,
        traffic_type="ALL",
        log_destination=group.arn,
        log_destination_type="cloud-watch-logs",
        iam_role_arn=role.arn,
        tags={"Name": name},
        # AWS may try the role before it has its policy, and reports an access error then (S03).
        depends_on=[policy],
    )


def _permissions(log_group_arn: str) -> str:
    write = {
        "Sid": "WriteLogs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        "Resource": [log_group_arn, f"{log_group_arn}:*"],
    }
    # VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs": the delivery lists log groups, and AWS
    # asks for that on no single one.
    find = {"Sid": "FindLogGroup", "Effect": "Allow", "Action": ["logs:DescribeLogGroups"], "Resource": ["*"]}
    return json.dumps({"Version": "2012-10-17", "Statement": [write, find]}, sort_keys=True)
