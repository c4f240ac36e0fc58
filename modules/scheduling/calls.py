"""Scheduled AWS API calls: EventBridge Scheduler's universal targets."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetRetryPolicy,
)
from constructs import Construct

from aws.account import Account
from modules.iam.statements import Statement
from modules.scheduling.group import check, group_and_role
from modules.scheduling.outputs import ScheduleOutputs

_ACTION = re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class ScheduledCall:
    """A scheduled API call."""

    action: str
    """The call as an IAM action, such as `rds:StopDBInstance`. The role is allowed exactly this."""

    arguments: Mapping[str, object]
    """Arguments of the API call, such as `{"DbInstanceIdentifier": "acme-dev"}`."""

    resources: Sequence[str]
    """ARNs that the role is allowed to use for the call (I01)."""

    expression: str
    """Schedule, such as `cron(0 19 ? * MON-FRI *)`."""

    def __post_init__(self) -> None:
        """Refuse what is not an action."""
        if not _ACTION.fullmatch(self.action):
            raise ValueError(f'action is "{self.action}"; an action such as "rds:StopDBInstance" is required')

    def target_arn(self, account: Account) -> str:
        """ARN of the call as a universal target of EventBridge Scheduler."""
        service, name = self.action.split(":")
        return account.partition_arn("scheduler", f"aws-sdk:{service}:{name[0].lower()}{name[1:]}")


@dataclass(frozen=True, kw_only=True)
class ScheduledCallsInputs:
    """A group of scheduled calls with one purpose."""

    name: str
    """Name of the schedule group; 1 to 53 letters, digits, `_`, `.`, `-`. The role is named `<name>-schedule`."""

    purpose: str
    """Purpose of the role, which completes the sentence "Lets EventBridge Scheduler …"."""

    account: Account
    """Account and region of what is called."""

    timezone: str = "UTC"
    """Time zone of all expressions, with daylight saving time. Default: UTC."""

    kms_key_arn: str | None = None
    """KMS key that encrypts the schedules; the role may decrypt only these. Default: an AWS-owned key."""

    calls: Mapping[str, ScheduledCall] = field(default_factory=dict)
    """The calls, by the name of their schedule."""


class ScheduledCalls(Construct):
    """Schedules that call the AWS API, and a role that may do only that."""

    outputs: ScheduleOutputs

    def __init__(self, scope: Construct, id_: str, inputs: ScheduledCallsInputs) -> None:
        super().__init__(scope, id_)
        check(inputs.name, {word: call.expression for word, call in inputs.calls.items()})
        group, role_arn = group_and_role(
            self,
            name=inputs.name,
            purpose=inputs.purpose,
            account=inputs.account,
            kms_key_arn=inputs.kms_key_arn,
            statements={
                "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", word)): Statement(
                    actions=(call.action,), resources=call.resources
                )
                for word, call in inputs.calls.items()
            },
        )
        for word, call in inputs.calls.items():
            SchedulerSchedule(
                self,
                word,
                name=word,
                group_name=group,
                kms_key_arn=inputs.kms_key_arn,
                schedule_expression=call.expression,
                schedule_expression_timezone=inputs.timezone,
                flexible_time_window=SchedulerScheduleFlexibleTimeWindow(mode="OFF"),
                target=SchedulerScheduleTarget(
                    arn=call.target_arn(inputs.account),
                    role_arn=role_arn,
                    input=json.dumps(dict(call.arguments), sort_keys=True),
                    # A late call is dropped: a database must not stop at noon because of a retry.
                    retry_policy=SchedulerScheduleTargetRetryPolicy(
                        maximum_event_age_in_seconds=900, maximum_retry_attempts=5
                    ),
                ),
            )
        self.outputs = ScheduleOutputs(group_name=group, role_arn=role_arn)
