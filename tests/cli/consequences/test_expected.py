"""The changes that follow from a file and a state, without a plan."""

from typing import Any

from cli.running.consequences.change import Change
from cli.running.consequences.expected import expected_changes, going

POLICY = '{"Version":"2012-10-17","Statement":[{"Sid":"a"}]}'
SAME_POLICY = '{"Statement": [{"Sid": "a"}], "Version": "2012-10-17"}'


def state(**resources: dict[str, Any]) -> dict[str, Any]:
    """Resources of one type."""
    held = [
        {"mode": "managed", "type": "aws_db_instance", "name": name, "instances": [{"attributes": attributes}]}
        for name, attributes in resources.items()
    ]
    looked_up = {"mode": "data", "type": "aws_db_instance", "name": "looked-up", "instances": [{"attributes": {}}]}
    return {"resources": [*held, looked_up, {"mode": "managed", "type": "aws_db_instance", "name": "x"}]}


def changes(before: dict[str, Any], **wanted: dict[str, Any]) -> list[Change]:
    return [*expected_changes(before, {"resource": {"aws_db_instance": wanted}})]


def test_what_is_taken_out_and_added_is_known_exactly() -> None:
    result = changes(state(old={"port": 1}, kept={"port": 1}), kept={"port": 1}, new={"port": 1})
    assert [(each.address, each.action) for each in result] == [
        ("aws_db_instance.old", "delete"),
        ("aws_db_instance.new", "create"),
    ]


def test_a_value_of_the_file_is_compared() -> None:
    (change,) = changes(state(db={"port": 1, "kept": 2}), db={"port": 2})
    assert (change.action, change.alters("port"), change.alters("kept")) == ("update", True, False)


def test_what_terraform_takes_for_the_same_is_no_change() -> None:
    before = {"a": True, "b": 1, "policy": SAME_POLICY, "ignored": 1, "key": "arn:1", "list": [1]}
    after = {"a": "true", "b": "1", "policy": POLICY, "ignored": 2, "key": "${aws_kms_key.a.arn}", "list": [2]}
    ignoring = {"lifecycle": {"ignore_changes": ["ignored"]}}
    assert changes(state(db=before), db={**after, **ignoring, "unknown_to_the_state": 1}) == []
    assert changes(state(db=before), db={"a": "false", "lifecycle": {"ignore_changes": "all"}}) == []


def test_what_has_a_moved_block_neither_goes_nor_comes() -> None:
    document = {
        "resource": {"aws_db_instance": {"new": {"port": 1}}},
        "moved": [{"from": "aws_db_instance.old", "to": "aws_db_instance.new"}],
    }
    assert [*expected_changes(state(old={"port": 1}), document)] == []
    assert going(state(old={"port": 1}), document) == {"resources": []}


def test_what_goes_is_a_state_of_its_own() -> None:
    document = {"resource": {"aws_db_instance": {"kept": {}}}}
    (gone,) = going(state(old={"port": 1}, kept={}), document)["resources"]
    assert gone["name"] == "old"
