"""Each guard is quiet on what we ship and refuses the mistake that it was made for."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

import guards
from tests.support.documents import ENVIRONMENTS, Documents, documents

Change = Callable[[Documents], object]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_what_we_ship_breaks_no_lesson(name: str) -> None:
    guards.check(name, documents(name))


def resource(all_documents: Documents, layer: str, resource_type: str, name: str = "") -> dict[str, Any]:
    bodies = all_documents[layer]["resource"][resource_type]
    body: dict[str, Any] = bodies[next(key for key in bodies if name in key)]
    return body


def edit(layer: str, resource_type: str, name: str, **values: Any) -> Change:
    return lambda all_documents: resource(all_documents, layer, resource_type, name).update(values)


def in_container(old: str, new: str) -> Change:
    def change(all_documents: Documents) -> None:
        task = resource(all_documents, "service", "aws_ecs_task_definition", "blue")
        assert old in task["container_definitions"]
        task["container_definitions"] = task["container_definitions"].replace(old, new)

    return change


def short_forward(all_documents: Documents) -> None:
    rule = resource(all_documents, "service", "aws_lb_listener_rule")
    rule["action"] = [{"type": "forward", "target_group_arn": "${aws_lb_target_group.web_route_blue.arn}"}]


def without_platform(all_documents: Documents) -> None:
    del resource(all_documents, "service", "aws_ecs_task_definition", "green")["runtime_platform"]


def egress_of_the_database(all_documents: Documents) -> None:
    rules = all_documents["network"]["resource"]["aws_vpc_security_group_egress_rule"]
    group = "${aws_security_group.networking_group-database.id}"
    rules["networking_egress-database"] = {"security_group_id": group, "cidr_ipv4": "0.0.0.0/0", "description": "x"}


@pytest.mark.parametrize(
    ("lesson", "change"),
    [
        ("A02", in_container('"COLOUR"', '"API_TOKEN"')),
        ("A02", in_container('"value":"blue"', '"value":"postgresql://app:hunter22@db/app"')),
        ("A02", in_container("${data.terraform_remote_state.data.outputs.database_url_secret_arn}", "hunter22")),
        ("D02", edit("data", "aws_db_instance", "instance", publicly_accessible=True)),
        ("D02", edit("data", "aws_db_instance", "instance", storage_encrypted=False)),
        ("D02", edit("data", "aws_elasticache_replication_group", "", transit_encryption_enabled=False)),
        ("D03", edit("data", "aws_db_instance", "instance", password="hunter22")),
        ("D03", edit("data", "aws_elasticache_replication_group", "", auth_token="${var.token}")),
        ("D03", edit("data", "aws_secretsmanager_secret_version", "database-url", secret_string="hunter22")),
        ("E02", without_platform),
        ("E07", edit("service", "aws_ecs_service", "blue", lifecycle={})),
        ("N03", edit("network", "aws_vpc_security_group_ingress_rule", "to-database", cidr_ipv4="0.0.0.0/0")),
        ("N03", egress_of_the_database),
        ("N04", edit("network", "aws_vpc_security_group_egress_rule", "", description="")),
        ("N04", edit("network", "aws_security_group", "database", ingress=[{"from_port": 5432}])),
        ("B03", short_forward),
        ("S01", edit("bootstrap", "aws_dynamodb_table", "", hash_key="id")),
    ],
)
def test_a_mistake_is_refused_with_its_lesson_and_its_fix(lesson: str, change: Change) -> None:
    changed = copy.deepcopy(documents("prod"))
    change(changed)
    with pytest.raises(guards.GuardError) as caught:
        guards.check("prod", changed)
    assert {violation.lesson for violation in caught.value.violations} == {lesson}
    text = str(caught.value)
    assert lesson in text
    assert "Fix: " in text


def test_all_findings_are_told_at_once_and_sorted() -> None:
    changed = copy.deepcopy(documents("prod"))
    short_forward(changed)
    without_platform(changed)
    with pytest.raises(guards.GuardError) as caught:
        guards.check("prod", changed)
    assert [violation.lesson for violation in caught.value.violations] == ["B03", "E02"]


def test_every_guard_has_a_test() -> None:
    (mark,) = test_a_mistake_is_refused_with_its_lesson_and_its_fix.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in mark.args[1]} == {guard.lesson for guard in guards.GUARDS}
