"""The SNS topic that alarms notify."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from aws.account import Account


@dataclass(frozen=True, kw_only=True)
class AlarmTopicInputs:
    """Name of the topic, its publishers and its subscribers."""

    name: str
    """Name of the topic; 1 to 256 letters, digits, `-`, `_`."""

    account: Account
    """Account whose alarms may publish, and the region of the topic and the alarms."""

    kms_key_arn: str | None = None
    """Key that encrypts messages at rest. Its policy must allow CloudWatch, or alarms are lost silently.
    Default: none; a message holds names and numbers of metrics, no data of users."""

    emails: Mapping[str, str] = field(default_factory=dict)
    """Email subscriptions, by a key for each. AWS asks each address to confirm once. Default: none."""

    https_endpoints: Mapping[str, str] = field(default_factory=dict)
    """Addresses that SNS posts to, by a key for each. Each has to confirm; nothing waits for it. Default: none."""


@dataclass(frozen=True, kw_only=True)
class AlarmTopicOutputs:
    """The topic's ARN."""

    topic_arn: str
    """ARN of the topic. A resource that uses it waits for the topic's policy."""


class AlarmTopic(Construct):
    """An SNS topic that CloudWatch alarms of this account may publish to, by TLS only."""

    outputs: AlarmTopicOutputs

    def __init__(self, scope: Construct, id_: str, inputs: AlarmTopicInputs) -> None:
        super().__init__(scope, id_)
        topic = SnsTopic(self, "topic", name=inputs.name, kms_master_key_id=inputs.kms_key_arn)
        policy = SnsTopicPolicy(self, "policy", arn=topic.arn, policy=_policy(topic.arn, inputs))
        for word, address in inputs.emails.items():
            SnsTopicSubscription(self, f"email-{word}", topic_arn=topic.arn, protocol="email", endpoint=address)
        for word, address in inputs.https_endpoints.items():
            SnsTopicSubscription(self, f"https-{word}", topic_arn=topic.arn, protocol="https", endpoint=address)
        self.outputs = AlarmTopicOutputs(topic_arn=policy.arn)


def _policy(topic_arn: str, inputs: AlarmTopicInputs) -> str:
    statements = [
        {
            "Sid": "AlarmsOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {
                "StringEquals": {"aws:SourceAccount": inputs.account.id},
                "ArnLike": {"aws:SourceArn": inputs.account.arn("cloudwatch", "alarm:*")},
            },
        },
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)
