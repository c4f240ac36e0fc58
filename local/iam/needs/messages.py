"""SQS and SNS, with the keys that encrypt queues and topics."""

from collections.abc import Iterator, Mapping

from local.iam.calls import Call
from local.iam.needs.keys import through
from local.iam.needs.need import Account, Need, arn
from local.iam.needs.rules import Rules, needs_by_rules, resources_by_rules

QUEUES = Rules(
    prefix="sqs",
    members={"QueueUrl": "{}", "QueueName": "{}", "SourceArn": "{}"},
    no_resource=("ListQueues",),
    actions={
        "SendMessageBatch": ("SendMessage",),
        "DeleteMessageBatch": ("DeleteMessage",),
        "ChangeMessageVisibilityBatch": ("ChangeMessageVisibility",),
    },
    tag_action="TagQueue",
)
TOPICS = Rules(
    prefix="sns",
    members={"TopicArn": "{}", "TargetArn": "{}", "ResourceArn": "{}", "SubscriptionArn": "{}", "Name": "{}"},
    no_resource=(
        *("ListTopics", "ListSubscriptions", "*SubscriptionAttributes", "Unsubscribe", "*SMS*", "*Platform*"),
        *("*Endpoint*", "*Phone*"),
    ),
    actions={"PublishBatch": ("Publish",)},
    tag_action="TagResource",
    conditions={"sns:Endpoint": "Endpoint", "sns:Protocol": "Protocol"},
)
OF_QUEUES: Mapping[str, tuple[str, ...]] = {
    "SendMessage": ("kms:GenerateDataKey", "kms:Decrypt"),
    "SendMessageBatch": ("kms:GenerateDataKey", "kms:Decrypt"),
    "ReceiveMessage": ("kms:Decrypt",),
}


def needs_of_sqs(call: Call, account: Account) -> Iterator[Need]:
    """What a call of SQS needs."""
    yield from needs_by_rules(QUEUES, call)
    queue = resources_by_rules(QUEUES, call)[0]
    key = account.queue_key(queue.rpartition(":")[2]) if call.operation in OF_QUEUES else ""
    for action in OF_QUEUES[call.operation] if key else ():
        yield through("sqs", call, key, action, {"aws:sqs:arn": queue})


def needs_of_sns(call: Call, account: Account) -> Iterator[Need]:
    """What a call of SNS needs; a subscription belongs to its topic."""
    for need in needs_by_rules(TOPICS, call):
        parts = need.resource.split(":")
        topic = ":".join(parts[:6]) if len(parts) > 6 else need.resource
        yield Need(action=need.action, resource=topic, context=need.context)
    topic = arn(call, "sns", call.text("TopicArn", "TargetArn")) if call.text("TopicArn", "TargetArn") else ""
    key = account.topic_key(topic) if topic and call.operation in ("Publish", "PublishBatch") else ""
    for action in ("kms:GenerateDataKey", "kms:Decrypt") if key else ():
        yield through("sns", call, key, action, {"aws:sns:topicArn": topic})
