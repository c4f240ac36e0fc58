"""A change of the JSON is said as text, part by part."""

import copy
import json
from typing import Any

from terraform.differences import differences
from tests.support.documents import documents, documents_of

POLICY = {"Statement": [{"Sid": "Read", "Action": ["s3:GetObject"]}]}
KEY = {"deletion_window_in_days": 30, "policy": json.dumps(POLICY)}
BEFORE = {
    "network": {"resource": {"aws_kms_key": {"key": KEY}}, "output": {"key": {"value": "${aws_kms_key.key.arn}"}}}
}


def changed(**values: Any) -> list[str]:
    after = copy.deepcopy(BEFORE)
    after["network"]["resource"]["aws_kms_key"]["key"].update(values)
    return differences(BEFORE, after)


def test_equal_documents_differ_in_nothing() -> None:
    assert differences(BEFORE, copy.deepcopy(BEFORE)) == []
    assert changed(policy=json.dumps(POLICY, indent=2)) == []


def test_a_value_is_named_with_what_it_was_and_what_it_becomes() -> None:
    line = "network: aws_kms_key.key: deletion_window_in_days was 30 and becomes 7"
    assert changed(deletion_window_in_days=7) == [line]
    assert changed(tags={"Name": "a"}) == ['network: aws_kms_key.key: tags.Name becomes "a"']


def test_json_inside_a_text_is_compared_part_by_part() -> None:
    wider = {"Statement": [{"Sid": "Read", "Action": ["s3:GetObject", "s3:PutObject"]}]}
    line = 'network: aws_kms_key.key: policy.Statement[0].Action[1] becomes "s3:PutObject"'
    assert changed(policy=json.dumps(wider)) == [line]


def test_resources_outputs_and_layers_come_and_go() -> None:
    assert differences(BEFORE, {}) == ["network: aws_kms_key.key is gone", "network: output.key is gone"]
    assert differences({}, BEFORE) == ["network: aws_kms_key.key is new", "network: output.key is new"]


def test_a_key_of_the_environment_file_is_a_few_lines() -> None:
    def smaller(data: dict[str, Any]) -> None:
        data["database"]["backup_retention_days"] = 7

    (line,) = differences(documents("prod"), documents_of("prod", smaller))
    assert line.startswith("data: aws_db_instance.database_instance: backup_retention_period was ")
    assert line.endswith(" and becomes 7")


def test_a_long_value_is_shortened() -> None:
    (line,) = changed(description="a" * 500)
    assert len(line) < 200 and line.endswith("…")
