"""Each guard accepts the shipped environments and finds the mistakes that it is for."""

import re
from dataclasses import replace
from importlib import import_module

import pytest

import guards
from config.fields import types_at
from guards.guard import Guard
from tests.guards import (
    mistakes_airflow,
    mistakes_delivery,
    mistakes_identity,
    mistakes_listeners,
    mistakes_network,
    mistakes_plain_secrets,
    mistakes_platform,
    mistakes_quotas,
    mistakes_restore,
    mistakes_scaling,
    mistakes_services,
    mistakes_tasks,
    mistakes_transport,
)
from tests.guards.mistakes import Mistake, resource
from tests.support.documents import ENVIRONMENTS, ROOT, documents, fresh_documents, intent

MISTAKES = (
    *mistakes_tasks.MISTAKES,
    *mistakes_network.MISTAKES,
    *mistakes_identity.MISTAKES,
    *mistakes_listeners.MISTAKES,
    *mistakes_plain_secrets.MISTAKES,
    *mistakes_services.MISTAKES,
    *mistakes_platform.MISTAKES,
    *mistakes_quotas.MISTAKES,
    *mistakes_restore.MISTAKES,
    *mistakes_scaling.MISTAKES,
    *mistakes_airflow.MISTAKES,
    *mistakes_delivery.MISTAKES,
    *mistakes_transport.MISTAKES,
)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_what_we_ship_breaks_no_lesson(name: str) -> None:
    verdict = guards.check(name, documents(name), intent(name))
    assert verdict.warnings == ()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.guard}: {mistake.what}")
def test_a_mistake_is_refused_with_its_lesson_and_its_fix(mistake: Mistake) -> None:
    changed = fresh_documents("prod")
    mistake.change(changed)
    assert changed != documents("prod")
    with pytest.raises(guards.GuardError) as caught:
        guards.check("prod", changed, intent("prod"))
    assert {violation.guard for violation in caught.value.violations} == {mistake.guard, *mistake.also}
    (guard,) = [one for one in guards.GUARDS if one.name == mistake.guard]
    text = str(caught.value)
    assert guard.lesson in text
    assert f"Fix: {guard.fix}" in text


def test_every_guard_has_a_mistake_that_it_refuses() -> None:
    errors = {guard.name for guard in guards.GUARDS if guard.severity == "error"}
    assert {mistake.guard for mistake in MISTAKES} == errors


def test_every_guard_that_is_written_runs() -> None:
    modules = [import_module(f"guards.{path.stem}") for path in (ROOT / "guards").glob("rules*.py")]
    written = [value for module in modules for value in vars(module).values() if isinstance(value, Guard)]
    assert sorted(guard.name for guard in written) == sorted(guard.name for guard in guards.GUARDS)


def test_every_guard_has_a_unique_name_a_lesson_a_sentence_and_an_existing_key() -> None:
    assert len({guard.name for guard in guards.GUARDS}) == len(guards.GUARDS)
    for guard in guards.GUARDS:
        assert re.fullmatch(r"[A-Z]\d\d", guard.lesson)
        assert re.fullmatch(r"[A-Z`].*\.", guard.sentence), guard.name
        assert not guard.key or types_at(tuple(guard.key.split("."))), guard.key


def test_all_findings_are_reported_at_once_and_sorted() -> None:
    changed = fresh_documents("prod")
    for mistake in mistakes_tasks.MISTAKES:
        if mistake.guard in ("forward_actions_have_weights", "platforms_are_explicit"):
            mistake.change(changed)
    with pytest.raises(guards.GuardError) as caught:
        guards.check("prod", changed, intent("prod"))
    assert [violation.lesson for violation in caught.value.violations] == ["B03", "E02"]


def test_a_finding_names_the_file_and_the_key_that_decide_it() -> None:
    changed = fresh_documents("prod")
    resource(changed, "service", "aws_ecs_service")["network_configuration"]["assign_public_ip"] = True
    with pytest.raises(guards.GuardError, match=r"Decided by: environments/prod\.toml, network\.egress"):
        guards.check("prod", changed, intent("prod"))


@pytest.mark.parametrize(
    ("definition", "guard", "key"),
    [
        ("web_green", "platforms_are_explicit", "services.web.cpu_architecture"),
        ("airflow_scheduler", "platforms_are_explicit", "airflow.cpu_architecture"),
        ("web_blue", "secrets_are_references", "services.web.environment"),
    ],
)
def test_a_finding_in_a_task_names_the_section_of_its_service(definition: str, guard: str, key: str) -> None:
    changed = fresh_documents("prod")
    body = resource(changed, "service", "aws_ecs_task_definition", definition)
    if guard == "platforms_are_explicit":
        del body["runtime_platform"]
    else:
        body["container_definitions"] = body["container_definitions"].replace('"COLOUR"', '"API_TOKEN"')
    with pytest.raises(guards.GuardError) as caught:
        guards.check("prod", changed, intent("prod"))
    (violation,) = [one for one in caught.value.violations if one.guard == guard]
    assert violation.decided_by == f"environments/prod.toml, {key}"
    assert types_at(tuple(key.split(".")))


def test_a_warning_is_reported_and_stops_nothing() -> None:
    changed = fresh_documents("prod")
    changed["network"]["resource"]["aws_security_group"]["left-over"] = {"name": "left-over"}
    (warning,) = guards.check("prod", changed, intent("prod")).warnings
    assert (warning.guard, warning.address) == ("security_groups_are_used", "network: aws_security_group.left-over")


def test_docker_hub_without_a_credential_is_a_warning_outside_development_only() -> None:
    changed = fresh_documents("prod")
    task = resource(changed, "service", "aws_ecs_task_definition", "airflow_scheduler")
    task["container_definitions"] = re.sub(
        r'"image":"[^"]*"', '"image":"docker.io/apache/airflow:3.1.8"', task["container_definitions"], count=1
    )
    image = resource(changed, "service", "aws_ssm_parameter", "web_blue-image")
    image["insecure_value"] = "docker.io/acme/web:1.4.2"
    warnings = guards.check("prod", changed, intent("prod")).warnings
    assert {warning.guard for warning in warnings} == {"docker_hub_is_not_pulled_from_anonymously"}
    assert len(warnings) == 2
    relaxed = replace(intent("prod"), is_development=True)
    assert guards.check("prod", changed, relaxed).warnings == ()


def test_without_an_intent_nothing_is_allowed() -> None:
    with pytest.raises(guards.GuardError) as caught:
        guards.check("prod", documents("prod"))
    assert "rules_are_in_the_table" in {violation.guard for violation in caught.value.violations}
