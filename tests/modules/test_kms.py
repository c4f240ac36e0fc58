"""The key of an environment."""

import json
from typing import Any

import pytest

from aws.account import Account
from modules.kms import Key, KeyInputs
from tests.support.stack import Synthesised, module_stack, synthesised

ACCOUNT = Account(region="eu-west-1", id="111122223333")
GOVCLOUD = Account.in_region("us-gov-west-1", "111122223333")


def key(**changes: Any) -> Synthesised:
    with module_stack() as stack:
        inputs = {"name": "acme-prod", "account": ACCOUNT} | changes
        Key(stack, "key", KeyInputs(**inputs))
    return synthesised(stack)


def statements(result: Synthesised) -> dict[str, dict[str, Any]]:
    policy = json.loads(result.only("aws_kms_key")["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_the_key_rotates_and_can_be_called_back_for_thirty_days():
    body = key().only("aws_kms_key")
    assert body["enable_key_rotation"] is True
    assert body["deletion_window_in_days"] == 30


def test_the_alias_carries_the_name_and_points_at_the_key():
    result = key()
    alias = result.only("aws_kms_alias")
    assert alias["name"] == "alias/acme-prod"
    (address,) = result.resources("aws_kms_key")
    assert alias["target_key_id"] == f"${{aws_kms_key.{address}.key_id}}"


def test_the_policy_allows_only_the_account_and_cloudwatch():
    principals = [statement["Principal"] for statement in statements(key()).values()]
    assert principals == [
        {"AWS": "arn:aws:iam::111122223333:root"},
        {"Service": "cloudwatch.amazonaws.com"},
        {"Service": "logs.eu-west-1.amazonaws.com"},
    ]


def test_cloudwatch_logs_may_use_it_only_for_log_groups_of_this_account_and_region():
    statement = statements(key())["LogGroupsOfThisAccount"]
    assert statement["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:*"}
    }
    assert "kms:*" not in statement["Action"]


def test_the_partition_reaches_every_arn():
    assert "arn:aws:" not in key(account=GOVCLOUD).only("aws_kms_key")["policy"]


@pytest.mark.parametrize("days", [0, 6, 31])
def test_a_deletion_window_that_kms_refuses_is_refused(days: int):
    with pytest.raises(ValueError, match=f"deletion_window_days is {days}.*7 to 30"):
        key(deletion_window_days=days)


def test_cloudwatch_may_encrypt_messages_of_alarms_of_this_account_only():
    statement = statements(key())["AlarmsOfThisAccount"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
