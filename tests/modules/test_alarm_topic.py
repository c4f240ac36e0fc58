"""Who is subscribed to the topic of alarms."""

from aws.account import Account
from modules.observability import AlarmTopic, AlarmTopicInputs
from tests.support.stack import module_stack, synthesised


def test_people_get_mail_and_programs_get_posts() -> None:
    inputs = AlarmTopicInputs(
        name="acme-prod-alarms",
        account=Account.in_region("eu-west-1", "111122223333"),
        emails={"oncall": "oncall@example.com"},
        https_endpoints={"pager": "https://alarms.example.com/sns"},
    )
    with module_stack() as stack:
        AlarmTopic(stack, "alarms", inputs)
        subscriptions = synthesised(stack).resources("aws_sns_topic_subscription")
    topics = {body["topic_arn"].split("_topic_")[0] for body in subscriptions.values()}
    assert topics == {"${aws_sns_topic.alarms"}
    assert {(body["protocol"], body["endpoint"]) for body in subscriptions.values()} == {
        ("email", "oncall@example.com"),
        ("https", "https://alarms.example.com/sns"),
    }
