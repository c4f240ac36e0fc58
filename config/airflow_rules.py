"""Rules about Airflow; registered beside those of `config.rules`."""

from collections.abc import Iterator

from config.airflow import Airflow
from config.data import Cache
from config.errors import MISSING, Problem
from config.rules import problem, rule


@rule
def airflow_has_a_broker(airflow: Airflow | None, cache: Cache | None) -> Iterator[Problem]:
    """Celery's broker must keep what it is given."""
    if airflow is None:
        return
    if cache is None:
        yield problem("cache", MISSING, "is missing, and Airflow needs a broker; allowed: add [cache]")
    elif cache.maxmemory_policy != "noeviction":
        message = 'would drop messages of Airflow\'s broker; allowed with [airflow]: "noeviction"'
        yield problem("cache/maxmemory_policy", cache.maxmemory_policy, message)
