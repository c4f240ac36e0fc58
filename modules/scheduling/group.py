"""What all schedules share: a group, a role that only this group may use, and the check of expressions."""

import re
from collections.abc import Mapping

from cdktf import Fn
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.scheduler_schedule_group import SchedulerScheduleGroup
from constructs import Construct

from aws.account import Account
from aws.trust import service_trust
from modules.iam.statements import Statement, policy

_EXPRESSION = re.compile(r"(cron|rate)\([^()]+\)")
_NAME = re.compile(r"[0-9a-zA-Z_.-]{1,53}")


def check(name: str, expressions: Mapping[str, str]) -> None:
    """Refuse a name or an expression that EventBridge Scheduler or IAM would refuse.

    Raises:
        ValueError: names the value, and what is allowed.
    """
    if "${" not in name and not _NAME.fullmatch(name):
        raise ValueError(f'name of the schedules is "{name}"; 1 to 53 letters, digits, "_", "." and "-" are allowed')
    for schedule, expression in expressions.items():
        if not _EXPRESSION.fullmatch(expression):
            raise ValueError(
                f'schedule "{schedule}" is "{expression}"; "cron(0 3 * * ? *)" or "rate(1 day)" is required'
            )


def group_and_role(
    scope: Construct,
    *,
    name: str,
    purpose: str,
    account: Account,
    statements: Mapping[str, Statement],
    kms_key_arn: str | None,
) -> tuple[str, str]:
    """Create the schedule group and its role.

    Args:
        scope: the construct that they belong to.
        name: name of the group; the role is `<name>-schedule`.
        purpose: purpose of the role, which completes the sentence "Lets EventBridge Scheduler …".
        account: account and region of the schedules.
        statements: what the role may do (I01).
        kms_key_arn: KMS key that encrypts the schedules, which Scheduler reads with this role. None: an AWS-owned key.

    Returns:
        The name of the group, and the ARN of the role. A resource that uses the ARN waits for the role's policy too.
    """
    reading = {}
    if kms_key_arn is not None:
        schedules = account.arn("scheduler", f"schedule/{name}/*")
        reading["ReadSchedules"] = Statement(
            actions=("kms:Decrypt",),
            resources=(kms_key_arn,),
            conditions={"StringLike": {"kms:EncryptionContext:aws:scheduler:schedule:arn": schedules}},
        )
    group = SchedulerScheduleGroup(scope, "group", name=name)
    role = IamRole(
        scope,
        "role",
        name=f"{name}-schedule",
        description=f"Lets EventBridge Scheduler {purpose}",
        # The group's schedules only, which prevents the confused-deputy problem.
        assume_role_policy=service_trust(
            "scheduler", account, account.arn("scheduler", f"schedule-group/{name}"), exact=True, sid="Scheduler"
        ),
    )
    resource = IamRolePolicy(
        scope, "role-policy", name="schedule", role=role.name, policy=policy({**statements, **reading})
    )
    return group.name, Fn.element([role.arn, resource.id], 0)
