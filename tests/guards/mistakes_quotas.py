"""Mistakes in sizes, counts and names that AWS limits, and alarms that nobody hears."""

import json

from tests.guards.mistakes import Change, Mistake, edit, resource
from tests.support.documents import Documents


def long_settings(documents: Documents) -> None:
    """Twelve settings of 4,000 characters, each of which the environment file accepts."""
    body = resource(documents, "service", "aws_ecs_task_definition", "worker-default")
    containers = json.loads(body["container_definitions"])
    worker = next(one for one in containers if one["name"] == "worker")
    worker["environment"] += [{"name": f"SETTING_{number}", "value": "ä" * 4000} for number in range(12)]
    body["container_definitions"] = json.dumps(containers)


def long_policy(documents: Documents) -> None:
    body = resource(documents, "service", "aws_iam_role_policy", "worker-default-roles_task")
    policy = json.loads(body["policy"])
    statement = policy["Statement"][0]
    arns = [f"arn:aws:s3:::windlass-prod-data-{number}/a-folder/of-a-team/*" for number in range(300)]
    policy["Statement"].append({**statement, "Sid": "Many", "Action": ["s3:GetObject"], "Resource": arns})
    body["policy"] = json.dumps(policy)


def long_trust(documents: Documents) -> None:
    body = resource(documents, "network", "aws_iam_role", "")
    policy = json.loads(body["assume_role_policy"])
    policy["Statement"] += [{**policy["Statement"][0], "Sid": f"Again{number}"} for number in range(12)]
    body["assume_role_policy"] = json.dumps(policy)


def many_rules(documents: Documents) -> None:
    rules = documents["network"]["resource"]["aws_vpc_security_group_egress_rule"]
    first = next(iter(rules))
    rules.update({f"{first}-{number}": dict(rules[first]) for number in range(60)})


def many_endpoints(documents: Documents) -> None:
    endpoints = documents["network"]["resource"]["aws_vpc_endpoint"]
    body = {**next(iter(endpoints.values())), "vpc_endpoint_type": "Interface"}
    endpoints.update({f"networking_endpoint-{number}": dict(body) for number in range(51)})


def without_subscriptions(documents: Documents) -> None:
    del documents["service"]["resource"]["aws_sns_topic_subscription"]


def another_topic(documents: Documents) -> None:
    """The only subscription is to another topic than the one that alarms notify."""
    resource(documents, "service", "aws_sns_topic_subscription")["topic_arn"] = "arn:aws:sns:eu-west-1:123456789012:x"


def one_alarm_name(documents: Documents) -> None:
    alarms = list(documents["service"]["resource"]["aws_cloudwatch_metric_alarm"].values())
    alarms[0]["alarm_name"] = alarms[1]["alarm_name"]


def role_names_in_two_cases(documents: Documents) -> None:
    roles = list(documents["service"]["resource"]["aws_iam_role"].values())
    roles[0]["name"] = roles[1]["name"].upper()


CHANGES: tuple[tuple[str, str, Change], ...] = (
    ("task_definitions_fit", "twelve long settings", long_settings),
    (
        "task_definitions_fit",
        "one container of 70 KB",
        edit("service", "aws_ecs_task_definition", "green", family="x" * 70_000),
    ),
    ("inline_policies_of_a_role_fit", "a policy of three hundred resources", long_policy),
    ("trust_policies_fit", "a role that many statements trust", long_trust),
    ("security_groups_have_few_enough_rules", "sixty rules more", many_rules),
    ("a_vpc_has_few_enough_endpoints", "fifty-one endpoints", many_endpoints),
    ("names_are_unique", "two alarms of one name", one_alarm_name),
    ("names_are_unique", "two roles whose names differ in case only", role_names_in_two_cases),
    ("alarms_are_heard", "no subscription", without_subscriptions),
    ("alarms_are_heard", "a subscription to another topic", another_topic),
)

MISTAKES = tuple(Mistake(guard, what, change) for guard, what, change in CHANGES)
