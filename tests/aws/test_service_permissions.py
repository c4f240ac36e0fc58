"""Short forms of permissions name actions and things; reviewed policies of AWS's allow what their reason says."""

import json
import re

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from aws.account import Account
from aws.service_permissions import MANAGED_POLICIES, SHORT_FORMS, Part
from config.service_permissions import Permissions

ACCOUNT = Account(region="eu-west-1", id="123456789012")
PARTS = [pytest.param(part, id=f"{form}-{part.actions[0]}") for form, parts in SHORT_FORMS.items() for part in parts]
OF_REASONS = re.compile(
    r"xray:(PutTelemetryRecords|PutTraceSegments|GetSampling\w+)|aps:RemoteWrite"
    r"|polly:(Describe|Get|List|SynthesizeSpeech|StartSpeechSynthesisStream)\w*"
    r"|translate:(Describe|Get|List|Translate)\w+|comprehend:DetectDominantLanguage"
    r"|cloudwatch:(GetMetricStatistics|ListMetrics)"
)


def test_every_key_but_those_beside_them_is_a_short_form() -> None:
    assert set(Permissions.model_fields) - set(SHORT_FORMS) == {"kms_key_arns", "managed_policies"}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_names_its_actions_and_one_thing(part: Part) -> None:
    assert all(action.isalnum() for action in part.actions)
    assert part.page.startswith("list_a")
    for arn in part.resources(ACCOUNT, "orders"):
        parts = arn.split(":", 5)
        assert (parts[2], "orders" in parts[5]) == (part.service, True)
        assert not parts[5].startswith("*")


@pytest.mark.parametrize("name", MANAGED_POLICIES)
def test_a_reviewed_policy_allows_nothing_but_what_its_reason_says(name: str) -> None:
    every = json.loads(aws_managed_policies_data)
    (statement,) = every[name]["Document"]["Statement"]
    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    assert statement["Effect"] == "Allow"
    assert [action for action in actions if not OF_REASONS.fullmatch(action)] == []
