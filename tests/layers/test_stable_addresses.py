"""Adding something changes nothing else: every other resource keeps its address and its values."""

import copy
from typing import Any

import pytest

from tests.support.documents import Documents, addresses, documents, documents_of

EXTRA_ZONE = {"public": "10.30.12.0/22", "private": "10.30.112.0/20", "isolated": "10.30.28.0/22"}


def add_zone(data: dict[str, Any]) -> None:
    # In front of the others, so that anything that depends on the order shows.
    data["network"]["zones"] = {"eu-west-1d": EXTRA_ZONE, **data["network"]["zones"]}


def add_service(data: dict[str, Any]) -> None:
    extra = copy.deepcopy(data["services"]["web"])
    extra |= {"priority": 50, "path_patterns": ["/api/*"]}
    data["services"] = {"api": extra, **data["services"]}


def moved(before: Documents, after: Documents) -> set[str]:
    return set(addresses(before)) - set(addresses(after))


@pytest.mark.parametrize("change", [add_zone, add_service])
def test_no_address_disappears_when_something_is_added(change: Any) -> None:
    before, after = documents("prod"), documents_of("prod", change)
    assert moved(before, after) == set()
    assert len(addresses(after)) > len(addresses(before))


def test_a_new_zone_changes_only_what_spans_all_zones() -> None:
    before, after = addresses(documents("prod")), addresses(documents_of("prod", add_zone))
    changed = {address.split(": ")[1].split(".")[0] for address, body in before.items() if after[address] != body}
    spanning = {"aws_lb", "aws_ecs_service", "aws_db_subnet_group", "aws_elasticache_subnet_group"}
    # A scheduled task may run in any zone, and the published list of subnets names all.
    assert changed <= spanning | {"aws_scheduler_schedule", "aws_ssm_parameter"}


def test_a_new_service_changes_no_other_resource() -> None:
    before, after = addresses(documents("prod")), addresses(documents_of("prod", add_service))
    assert {address for address, body in before.items() if after[address] != body} == set()


def test_an_unchanged_environment_gives_the_same_json() -> None:
    assert documents_of("prod", lambda data: None) == documents("prod")
