"""The role with which RDS writes measurements of the operating system."""

import json

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct


def monitoring_role(
    scope: Construct, identifier: str, *, region: str, account_id: str, partition: str
) -> tuple[IamRole, IamRolePolicyAttachment]:
    """Make the role for the instance `identifier` and its replicas.

    Returns:
        The role and its policy attachment. The instance waits for both: RDS tries the role at once.
    """
    role = IamRole(
        scope,
        "monitoring-role",
        name=f"{identifier[:53]}-monitoring",  # IAM's limit is 64
        description=f"Lets RDS write enhanced monitoring of {identifier}",
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": "monitoring.rds.amazonaws.com"},
                        # Without these, RDS could be made to use the role for an instance of another account.
                        "Condition": {
                            "StringEquals": {"aws:SourceAccount": account_id},
                            "ArnLike": {"aws:SourceArn": f"arn:{partition}:rds:{region}:{account_id}:db:{identifier}*"},
                        },
                    }
                ],
            },
            sort_keys=True,
        ),
    )
    attachment = IamRolePolicyAttachment(
        scope,
        "monitoring-policy",
        role=role.name,
        policy_arn=f"arn:{partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
    )
    return role, attachment
