"""Trust policies of roles that AWS services assume."""

import json

from aws.account import Account
from aws.trust import service_trust

ACCOUNT = Account(region="eu-west-1", id="111122223333")
SOURCE = ACCOUNT.arn("ecs", "*")


def statement(text: str) -> dict[str, object]:
    document = json.loads(text)
    assert document["Version"] == "2012-10-17"
    [only] = document["Statement"]
    return dict(only)


def test_the_service_acts_for_one_resource_of_this_account_only() -> None:
    assert statement(service_trust("ecs-tasks", ACCOUNT, SOURCE, sid="Tasks")) == {
        "Sid": "Tasks",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "111122223333"},
            "ArnLike": {"aws:SourceArn": SOURCE},
        },
    }


def test_an_exact_source_is_compared_as_text() -> None:
    group = ACCOUNT.arn("scheduler", "schedule-group/nights")
    assert statement(service_trust("scheduler", ACCOUNT, group, exact=True))["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333", "aws:SourceArn": group}
    }


def test_a_service_that_names_no_source_is_bound_to_the_account() -> None:
    only = statement(service_trust("rds", ACCOUNT))
    assert only["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert "Sid" not in only
