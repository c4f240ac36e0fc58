"""What can exist only once is moved where it gets another name."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.running.renamed import MOVED_FILE
from tests.cli.fake_project import stack_document
from tests.cli.fake_terraform import FakeTerraform, applying, planned, summary

OLD, NEW = "aws_lb_listener_rule.api_rule", "aws_lb_listener_rule.rest_rule"
APPLIED = {"when": ["apply"], "lines": [applying(NEW, "update"), summary(change=1)]}
RULE = {"listener_arn": "arn:listener", "priority": 200, "action": []}


def change(address: str, action: str, values: dict[str, Any], unknown: tuple[str, ...] = ()) -> dict[str, Any]:
    kind, _, name = address.partition(".")
    sides = {"before": values if action == "delete" else None, "after": values if action == "create" else None}
    details = {"actions": [action], **sides, "after_unknown": dict.fromkeys(unknown, True)}
    return {"address": address, "type": kind, "name": name, "change": details}


def follow(terraform: FakeTerraform, *changes: dict[str, Any]) -> None:
    events = [planned(each["address"], each["change"]["actions"][0]) for each in changes]
    plan = {"when": ["plan", "dev-service-"], "code": 2, "lines": [*events, summary(add=1, remove=1)]}
    terraform.follow(plan, {"when": ["show", "-json"], "lines": [{"resource_changes": changes}]}, APPLIED)


@pytest.fixture
def moved_files(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the file of moves held at each plan, None where there was none."""
    from cli.running.stack import Stack

    held, stream = [], Stack._stream

    def look(stack: Stack, command: str, *arguments: Any, **options: Any) -> Any:
        file: Path = stack.folder / MOVED_FILE
        if command == "plan":
            held.append(json.loads(file.read_text())["moved"] if file.exists() else None)
        return stream(stack, command, *arguments, **options)

    monkeypatch.setattr(Stack, "_stream", look)
    return held


def apply(windlass: Any, *options: str) -> Any:
    return windlass("apply", "dev", "--layer", "service", "--yes", *options)


def test_a_rule_of_a_service_with_another_name_is_moved(windlass, terraform, moved_files):
    follow(terraform, change(OLD, "delete", RULE), change(NEW, "create", RULE, unknown=("action", "arn")))
    ended = apply(windlass, "--accept-outage")
    assert ended.code == 0, ended.err
    assert moved_files == [None, [{"from": OLD, "to": NEW}]]
    assert f"outage: {NEW}: it takes over the requests of {OLD} before its own tasks are healthy" in ended.err
    assert "takes over" in windlass("plan", "dev", "--layer", "service").out
    assert moved_files[2:] == [None, [{"from": OLD, "to": NEW}]], "the file is gone after each command"


@pytest.mark.parametrize(
    "created",
    [
        change(NEW, "create", {**RULE, "priority": 300}),
        change(NEW, "create", RULE, unknown=("listener_arn",)),
        change("aws_lb_listener.rest", "create", RULE),
    ],
    ids=["another priority", "a listener that is new", "another type"],
)
def test_what_is_not_the_same_is_not_moved(windlass, terraform, moved_files, created):
    follow(terraform, change(OLD, "delete", RULE), created)
    assert apply(windlass).code == 0
    assert moved_files == [None]


def test_a_rule_whose_target_terraform_ignores_is_not_moved(windlass, terraform, moved_files, monkeypatch):
    rule = {"rest_rule": {"lifecycle": {"ignore_changes": ["action"]}}}
    document = stack_document("service") | {"resource": {"aws_lb_listener_rule": rule}}
    monkeypatch.setattr("cli.running.stack.Stack.document", lambda _: document)
    follow(terraform, change(OLD, "delete", RULE), change(NEW, "create", RULE))
    assert apply(windlass, "--accept-outage").code == 0
    assert moved_files == [None]
