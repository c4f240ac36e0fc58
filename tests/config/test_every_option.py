"""The environments in `tests/environments` together switch on every option.

They are checked here, and validated by Terraform in `tests/layers/test_terraform_validate.py`. So a key that is new
needs a value in one of them.
"""

import copy
import functools
import json
import operator
from typing import Any

import pytest
from pydantic_core import to_jsonable_python

from aws.fargate import allowed_memory_mib
from aws.quotas import LISTENER_RULE_CONDITIONS, TAGS_PER_RESOURCE
from config import Environment
from config.airflow.components_rules import MAX_QUEUES_OF_A_GROUP
from config.rules import check
from config.schema import schema_document
from config.tags import TAGS_OF_WINDLASS
from layers.guard_intent import run_guards
from tests.support.options import NAMES, Key, documents, environment, every, keys

DOCUMENT = schema_document()
KEYS = keys(DOCUMENT, every())

TOO_LONG = {
    "waivers[].address": "an address is as long as the resource that a guard finds",
}
"""Path → why no value can have the length that the schema allows."""

VARIANTS: dict[str, str] = {
    **{f"airflow.{component}.cpu": "own-vpc" for component in ("api_server", "scheduler", "dag_processor")},
    "airflow.triggerer.cpu": "own-vpc",
    "cache.maxmemory_policy": "web",
    "cluster.logs_retention_days": "own-vpc",
    "database.monitoring_interval_seconds": "own-vpc",
    "network.flow_logs_retention_days": "own-vpc",
}
"""Keys with more values than there are files → the file that is checked with the others."""


def without_another_value(every_key: dict[str, Key]) -> list[str]:
    """Keys that have their default in every file, or stand in none."""
    return [path for path, key in every_key.items() if key.is_property and not any(map(key.differs, key.values))]


def unused_values(every_key: dict[str, Key]) -> list[str]:
    """Values that the schema lists, and that no file has."""
    return [
        f"{path} = {value!r}"
        for path, key in every_key.items()
        if path not in VARIANTS
        for value in key.allowed
        if value not in key.values
    ]


def below_the_limit(every_key: dict[str, Key]) -> list[str]:
    """Texts of which no file has one as long as they may be."""
    longest = {
        path: max(map(len, filter(None, key.values)), default=0) for path, key in every_key.items() if key.longest
    }
    return [
        f"{path}: {longest[path]} of {every_key[path].longest}"
        for path in longest
        if longest[path] != every_key[path].longest
    ]


def test_every_key_has_in_some_file_a_value_that_is_not_its_default() -> None:
    assert without_another_value(KEYS) == [], "give these keys a value in a file of tests/environments"


def test_every_value_that_the_schema_lists_some_file_has() -> None:
    assert unused_values(KEYS) == [], "use these values in a file of tests/environments"


def test_every_text_is_in_some_file_as_long_as_it_may_be() -> None:
    short = [each for each in below_the_limit(KEYS) if each.partition(":")[0] not in TOO_LONG]
    assert short == [], "use texts of that length in a file of tests/environments"


def test_lists_and_maps_with_a_limit_are_in_some_file_as_long_as_they_may_be() -> None:
    limits = {
        "tags": TAGS_PER_RESOURCE - len(TAGS_OF_WINDLASS),
        "airflow.workers.*.queues": MAX_QUEUES_OF_A_GROUP,
        "airflow.host_names": LISTENER_RULE_CONDITIONS - 1,
        "airflow.dags.repositories": 3,
    }
    assert {path: max(len(value or ()) for value in KEYS[path].values) for path in limits} == limits
    conditions = [service["host_names"] + service["path_patterns"] for service in KEYS["services.*"].values]
    assert max(map(len, conditions)) == LISTENER_RULE_CONDITIONS


def test_a_new_key_is_named() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["properties"]["new_key"] = {"type": "string", "maxLength": 8, "enum": ["first", "second"]}
    document["$defs"]["BlueGreenService"]["properties"]["another"] = {"type": "boolean", "default": False}
    every_key = keys(document, every())
    assert set(without_another_value(every_key)) == {"new_key", "services.*.another"}
    assert {"new_key = 'first'", "new_key = 'second'"} < set(unused_values(every_key))
    assert "new_key: 0 of 8" in below_the_limit(every_key)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_guards_accept_what_it_makes_without_a_warning(name: str) -> None:
    verdict = run_guards(environment(name), documents(name))
    assert verdict.warnings == ()


@pytest.mark.parametrize("path", VARIANTS)
def test_every_other_value_of_a_long_list_is_accepted(path: str) -> None:
    """By the rules. `tests/layers/test_terraform_validate.py` shows it for what the provider lists too."""
    *tables, key = path.split(".")
    for value in KEYS[path].allowed:
        data: dict[str, Any] = dict(to_jsonable_python(environment(VARIANTS[path])))
        table = functools.reduce(operator.getitem, tables, data)
        table[key] = value
        if key == "cpu":
            table["memory_mib"] = allowed_memory_mib(value)[-1]
        changed = Environment.model_validate_json(json.dumps(data))
        assert list(check({each: getattr(changed, each) for each in Environment.model_fields})) == []


def test_a_file_system_is_created_and_mounted_by_a_task() -> None:
    data, service = (documents("file-system")[layer]["resource"] for layer in ("data", "service"))
    assert data["aws_efs_mount_target"].keys() and len(data["aws_efs_file_system"]) == 1
    mounting = [
        name
        for name, task in service["aws_ecs_task_definition"].items()
        if any("efs_volume_configuration" in volume for volume in task.get("volume", []))
    ]
    assert "airflow_worker-default_task_definition" in mounting
