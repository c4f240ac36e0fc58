"""The role of RDS enhanced monitoring."""

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from aws.account import Account
from aws.trust import service_trust


def monitoring_role(scope: Construct, identifier: str, account: Account) -> tuple[IamRole, IamRolePolicyAttachment]:
    """Create the role for the instance `identifier` and its replicas.

    Returns:
        The role and its policy attachment. The instance waits for both: RDS tests the role at once.
    """
    role = IamRole(
        scope,
        "monitoring-role",
        name=f"{identifier[:53]}-monitoring",  # IAM's limit is 64
        description=f"Lets RDS write enhanced monitoring of {identifier}",
        # Without the source, RDS could be made to use the role for another account's instance.
        assume_role_policy=service_trust("monitoring.rds", account, account.arn("rds", f"db:{identifier}*")),
    )
    attachment = IamRolePolicyAttachment(
        scope,
        "monitoring-policy",
        role=role.name,
        policy_arn=account.managed_policy_arn("service-role/AmazonRDSEnhancedMonitoringRole"),
    )
    return role, attachment
