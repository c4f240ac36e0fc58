"""All rules over several keys of an environment file, and how they are run.

A rule runs on the valid values of the sections that it names, so that a mistake elsewhere in the file does not hide its
findings. To add one, write it beside its section and add it to that file's tuple.
"""

import functools
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config import (
    cache,
    database_rules,
    dns,
    load_balancer_rules,
    names_rules,
    network_rules,
    offers_rules,
    quotas_rules,
    service_container_rules,
    service_permissions_rules,
    service_secrets_rules,
    services_rules,
    state,
    tags,
    together_rules,
    transport_rules,
    working_hours,
)
from config.airflow import components_rules, connections, dags_rules, operations_rules, section_rules, settings_rules
from config.base import InvalidFieldError
from config.errors import Problem
from config.rule import Rule

RULES: tuple[Rule, ...] = (
    *state.RULES,
    *names_rules.RULES,
    *tags.RULES,
    *network_rules.RULES,
    *dns.RULES,
    *load_balancer_rules.RULES,
    *database_rules.RULES,
    *cache.RULES,
    *offers_rules.RULES,
    *transport_rules.RULES,
    *services_rules.RULES,
    *working_hours.RULES,
    *quotas_rules.RULES,
    *together_rules.RULES,
    *section_rules.RULES,
    *components_rules.RULES,
    *connections.RULES,
    *dags_rules.RULES,
    *settings_rules.RULES,
    *operations_rules.RULES,
)

RULES_FOR_EACH_SERVICE: tuple[Rule, ...] = (
    *services_rules.RULES_FOR_EACH_SERVICE,
    *service_secrets_rules.RULES_FOR_EACH_SERVICE,
    *service_permissions_rules.RULES_FOR_EACH_SERVICE,
    *service_container_rules.RULES_FOR_EACH_SERVICE,
)
"""Rules that run once for each web service."""


class BrokenRuleError(Exception):
    """A rule failed because of a bug in the rule, not because of a mistake in the file."""


def check(
    sections: Mapping[str, Any],
    rules: Sequence[Rule] = RULES,
    rules_for_each_service: Sequence[Rule] = RULES_FOR_EACH_SERVICE,
) -> Iterator[Problem]:
    """Run rules on the valid values; a rule that needs a missing or invalid value reports nothing.

    Args:
        sections: valid fields of an environment by name, whole or partial (see `config.partial`).
        rules: rules over sections.
        rules_for_each_service: rules that take `key` and `item` of a service beside sections.

    Raises:
        BrokenRuleError: a rule failed in any other way, such as by reading a field that does not exist.
    """
    for rule in rules:
        yield from _run(rule, sections)
    for key, item in sections.get("services", {}).items():
        for rule in rules_for_each_service:
            yield from _run(rule, {**sections, "key": key, "item": item})


def _run(rule: Rule, values: Mapping[str, Any]) -> Iterator[Problem]:
    names = _names(rule)
    if not all(name in values for name in names):
        return
    try:
        yield from rule(**{name: values[name] for name in names})
    except InvalidFieldError:
        return  # that value has a problem of its own
    except Exception as error:
        message = f"the rule {rule.__module__}.{rule.__name__} is broken: {type(error).__name__}: {error}"
        raise BrokenRuleError(message) from error


@functools.cache
def _names(rule: Rule) -> tuple[str, ...]:
    return tuple(inspect.signature(rule).parameters)
