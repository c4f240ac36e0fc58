"""Listener rules that never get a request are a warning, since a service moves to another strategy that way."""

import copy
from typing import Any

import pytest

import guards
from layers.guard_intent import intent_of
from tests.support.documents import changed_environment, documents, documents_of, intent

WEB = "service: aws_lb_listener_rule.web_route_rule"
LATER = "service: aws_lb_listener_rule.zz-later"


def warned(condition: list[dict[str, Any]], priority: int = 900) -> list[str]:
    """Addresses that the guard names where production has one more rule, after the others."""
    changed = copy.deepcopy(documents("prod"))
    rules = changed["service"]["resource"]["aws_lb_listener_rule"]
    first = next(body for name, body in rules.items() if name.startswith("web"))
    rules["zz-later"] = {**first, "priority": priority, "condition": condition}
    verdict = guards.check("prod", changed, intent("prod"))
    assert {each.guard for each in verdict.warnings} <= {"listener_rules_get_requests"}
    return [each.address for each in verdict.warnings]


def hosts(*values: str) -> dict[str, Any]:
    return {"host_header": {"values": list(values)}}


def paths(*values: str) -> dict[str, Any]:
    return {"path_pattern": {"values": list(values)}}


@pytest.mark.parametrize(
    "condition",
    [
        [hosts("app.example.com"), paths("/*")],
        [hosts("APP.example.com"), paths("/api/*")],
        [hosts("app.example.com")],
        [hosts("app.example.com"), {"source_ip": {"values": ["10.0.0.0/8"]}}],
    ],
)
def test_a_rule_whose_requests_an_earlier_one_takes_is_a_warning(condition: list[dict[str, Any]]) -> None:
    assert warned(condition) == [LATER]


@pytest.mark.parametrize(
    "condition",
    [
        [hosts("shop.example.com"), paths("/*")],
        [hosts("app.example.com", "shop.example.com"), paths("/*")],
        [paths("/*")],
        [hosts("airflow.example.com")],
    ],
)
def test_a_rule_that_gets_some_requests_is_fine(condition: list[dict[str, Any]]) -> None:
    assert warned(condition) == []


def test_the_earlier_rule_is_the_one_with_the_lower_priority() -> None:
    assert warned([hosts("app.example.com")], priority=10) == [WEB]


def test_two_services_of_one_name_warn_by_the_name_of_the_later() -> None:
    def second(data: dict[str, Any]) -> None:
        data["services"]["api"] = {**data["services"]["web"], "priority": 200}

    verdict = guards.check("prod", documents_of("prod", second), intent_of(changed_environment("prod", second)))
    (warning,) = verdict.warnings
    assert warning.address == "service: aws_lb_listener_rule.api_route_rule"
    assert "aws_lb_listener_rule.web_route_rule comes before it, with the same host names and paths" in warning.message
