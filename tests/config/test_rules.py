"""A rule over several keys runs on the valid values, and a bug in a rule is never silent."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import config
from config import neighbours, rules
from config.base import InvalidFieldError
from config.errors import Problem
from config.fields import types_at
from config.network import Network
from config.partial import valid_part
from config.rule import Rule
from modules.reserved_variables import OWNED

VALID = {"cidr": "10.0.0.0/16", "zones": {}}


def run(rule: Rule, network: dict[str, object]) -> list[Problem]:
    """Run one rule alone on a network section."""
    return list(rules.check({"network": partial_network(network)}, [rule], []))


def partial_network(data: dict[str, object]) -> Network:
    partial = Network.model_construct(**valid_part(Network, data))
    for name in set(Network.model_fields) - set(valid_part(Network, data)):
        partial.__dict__.pop(name, None)
    return partial


def reads_the_block(network: Network) -> Iterator[Problem]:
    if network.cidr is not None:
        yield Problem(path=("network", "cidr"), message="was read")


def reads_a_field_that_does_not_exist(network: Network) -> Iterator[Problem]:
    yield Problem(path=("network", "cidr"), message=network.cidrr)  # type: ignore[attr-defined]


def divides_by_zero(network: Network) -> Iterator[Problem]:
    yield Problem(path=("network",), message=str(1 / len(network.zones)))


def test_a_rule_runs_on_valid_values() -> None:
    assert [problem.message for problem in run(reads_the_block, VALID)] == ["was read"]


def test_a_rule_that_needs_an_invalid_value_reports_nothing() -> None:
    assert run(reads_the_block, {**VALID, "cidr": "nonsense"}) == []


def test_an_invalid_field_differs_from_one_that_does_not_exist() -> None:
    network = partial_network({**VALID, "cidr": "nonsense", "existing": 5})
    with pytest.raises(InvalidFieldError, match=r"Network\.cidr is missing or invalid"):
        _ = network.cidr
    with pytest.raises(InvalidFieldError, match=r"Network\.existing"):
        _ = network.zone_names  # a property that reads it
    with pytest.raises(AttributeError) as caught:
        _ = network.cidrr  # type: ignore[attr-defined]
    assert not isinstance(caught.value, InvalidFieldError)


@pytest.mark.parametrize("network", [VALID, {**VALID, "egress": "nonsense"}], ids=["valid", "partial"])
@pytest.mark.parametrize("function", [reads_a_field_that_does_not_exist, divides_by_zero])
def test_a_rule_with_a_bug_fails_and_is_named(function: Rule, network: dict[str, object]) -> None:
    with pytest.raises(rules.BrokenRuleError, match=rf"the rule tests\.config\.test_rules\.{function.__name__} is"):
        run(function, network)


def written_rules() -> set[str]:
    """Every public generator of problems in a module of `config/`."""
    modules = [importlib.import_module(info.name) for info in pkgutil.walk_packages(config.__path__, "config.")]
    return {
        f"{module.__name__}.{name}"
        for module in modules
        for name, value in vars(module).items()
        if inspect.isgeneratorfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(value).return_annotation == Iterator[Problem]
    } - {"config.rules.check", "config.neighbours.collisions"}


def test_every_rule_is_listed_once() -> None:
    every = (*rules.RULES, *rules.RULES_FOR_EACH_SERVICE, *neighbours.RULES, *neighbours.NOTICES)
    listed = [f"{rule.__module__}.{rule.__name__}" for rule in every]
    assert len(listed) == len(set(listed)) > 50
    assert set(listed) == written_rules()


def test_a_rule_reads_sections_that_exist() -> None:
    for rule in rules.RULES:
        assert set(inspect.signature(rule).parameters) <= set(config.Environment.model_fields), rule
    for rule in rules.RULES_FOR_EACH_SERVICE:
        assert set(inspect.signature(rule).parameters) <= {"key", "item", *config.Environment.model_fields}, rule


def test_the_keys_that_own_airflows_variables_exist() -> None:
    keys = {key for key in OWNED.values() if "." in key}
    assert {"airflow.dags.refresh_interval_seconds", "load_balancer.https"} <= keys
    assert [key for key in sorted(keys) if not types_at(tuple(key.split(".")))] == []
