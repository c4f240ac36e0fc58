"""How many connections Airflow needs at most, with and without a proxy before the database."""

import json
from typing import Any

import pytest

from config.airflow import Airflow
from config.airflow.connections import ASYNCHRONOUS, most_connections, the_database_has_enough_connections
from config.database import Database

SMALL = {
    "api_server": {"max_count": 1},
    "workers": {"default": {"max_count": 2, "concurrency": 4}},
    "dags": {"source": "image"},
}


def airflow(**changes: Any) -> Airflow:
    return Airflow.model_validate_json(json.dumps(SMALL | changes))


def problems_of(instance_class: str, **changes: Any) -> list[tuple[str, str]]:
    database = Database.model_validate_json(json.dumps({"instance_class": instance_class}))
    problems = the_database_has_enough_connections(airflow(**changes), database)
    return [(problem.key, problem.message) for problem in problems]


def test_every_process_has_its_pool_and_the_api_server_two() -> None:
    # API server, scheduler, DAG processor with two that read files, triggerer; then two workers of 1 + 4 processes.
    assert most_connections(airflow()) == 6 * (5 + 5) + ASYNCHRONOUS + 2 * 5
    one_more = airflow(api_server={"max_count": 1, "processes": 2})
    assert most_connections(one_more) - most_connections(airflow()) == 5 + 5 + ASYNCHRONOUS


def test_the_smallest_database_wants_smaller_pools_or_a_proxy() -> None:
    ((key, message),) = problems_of("db.t4g.micro")
    assert key == "database.instance_class"
    assert "may open up to 85" in message
    assert problems_of("db.t4g.micro", database_max_overflow=2) == []
    assert problems_of("db.t4g.micro", database_proxy={}) == []


def test_with_a_proxy_only_its_share_counts() -> None:
    busy = {"workers": {"default": {"max_count": 1000, "concurrency": 64}}}
    assert problems_of("db.m7g.large", **busy) != []
    assert problems_of("db.m7g.large", **busy, database_proxy={}) == []


@pytest.mark.parametrize(
    ("percent", "words"),
    [(87, None), (88, "allowed: at most 87"), (8, None), (7, "6 processes may use one each")],
)
def test_the_proxy_leaves_what_others_need_and_takes_what_airflow_needs(percent: int, words: str | None) -> None:
    problems = problems_of("db.t4g.micro", database_proxy={"max_connections_percent": percent})
    if words is None:
        assert problems == []
    else:
        ((key, message),) = problems
        assert key == "airflow.database_proxy.max_connections_percent"
        assert words in message


def test_of_a_class_that_nobody_knows_nothing_is_said() -> None:
    assert problems_of("db.x2g.large", database_proxy={"max_connections_percent": 100}) == []
