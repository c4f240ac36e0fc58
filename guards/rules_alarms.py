"""A guard for alarms: in production somebody hears them."""

from collections.abc import Iterator

from guards.guard import CheckedStacks, Finding, Guard, guard


@guard(
    "P05",
    key="alarms.emails",
    fix="name an address in [alarms], or waive this with a reason, such as who subscribes to the topic elsewhere",
)
def alarms_are_heard(stacks: CheckedStacks) -> Iterator[Finding]:
    """In production, each topic that alarms notify has a subscription."""
    if not stacks.intent.alarms_are_heard:
        return
    subscribed = {
        topic
        for address, body in stacks.resources("aws_sns_topic_subscription")
        for topic in stacks.resolve(address, body.get("topic_arn", ""))
    }
    notified = {
        topic
        for address, body in stacks.resources("aws_cloudwatch_metric_alarm")
        for action in body.get("alarm_actions", ())
        for topic in stacks.resolve(address, action)
    }
    for address, _ in stacks.resources("aws_sns_topic"):
        policies = {
            each
            for each, body in stacks.resources("aws_sns_topic_policy")
            if address in stacks.resolve(each, body.get("arn", ""))
        }
        if notified & {address, *policies} and address not in subscribed:
            yield address, "nobody is subscribed to it, so no alarm reaches a person"


GUARDS: tuple[Guard, ...] = (alarms_are_heard,)
