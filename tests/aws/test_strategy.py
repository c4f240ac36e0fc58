"""Every strategy is one that the environment file takes and that a release knows, with ECS services of its own."""

from typing import get_args

import pytest

from aws.strategy import ECS_SERVICES, STRATEGY_OF, Strategy
from config import load
from layers.guard_intent import intent_of
from release.outputs import WebServiceOutputs
from tests.support.documents import ROOT, documents

STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)


def test_every_strategy_has_ecs_services_that_no_other_has() -> None:
    assert set(ECS_SERVICES) == set(STRATEGIES)
    parts = [part for each in ECS_SERVICES.values() for part in each]
    assert len(parts) == len(set(parts)) == len(STRATEGY_OF)


def test_a_release_knows_every_strategy() -> None:
    assert {kind.strategy for kind in get_args(WebServiceOutputs)} == set(STRATEGIES)


@pytest.mark.parametrize("name", ["local", "prod"])
def test_ecs_services_are_called_after_their_strategy(name: str) -> None:
    environment = load(name, ROOT)
    called = {body["name"] for body in documents(name)["service"]["resource"]["aws_ecs_service"].values()}
    expected = {
        f"{environment.prefix}-{service}-{part}"
        for service, settings in environment.services.items()
        for part in ECS_SERVICES[settings.strategy]
    }
    assert expected
    assert expected <= called
    assert intent_of(environment).checked_services <= called
