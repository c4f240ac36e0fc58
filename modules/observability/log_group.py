"""A log group for tasks whose task definition is not made here."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class LogGroupInputs:
    """Name, retention and key of the log group."""

    name: str
    """Name, such as `/acme/prod/airflow/workflow`."""

    retention_days: int = 30
    """Days that events are kept; one of the values that CloudWatch Logs accepts. Default: 30."""

    kms_key_arn: str | None = None
    """KMS key that encrypts the events; its policy must allow CloudWatch Logs. Default: an AWS-owned key."""


@dataclass(frozen=True, kw_only=True)
class LogGroupOutputs:
    """The log group's name and ARN."""

    name: str
    """Name of the log group."""

    arn: str
    """ARN of the log group, without `:*`."""


class LogGroup(Construct):
    """A CloudWatch log group."""

    outputs: LogGroupOutputs

    def __init__(self, scope: Construct, id_: str, inputs: LogGroupInputs) -> None:
        super().__init__(scope, id_)
        group = CloudwatchLogGroup(
            self, "group", name=inputs.name, retention_in_days=inputs.retention_days, kms_key_id=inputs.kms_key_arn
        )
        self.outputs = LogGroupOutputs(name=group.name, arn=group.arn)
