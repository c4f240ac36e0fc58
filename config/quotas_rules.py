"""Rules on quotas: what an environment needs is at most what the account has."""

from collections.abc import Iterator

from aws.quotas import QUOTAS
from config.airflow.section import Airflow
from config.aws import Aws
from config.cache import Cache
from config.database import Database
from config.errors import MISSING, Problem
from config.load_balancer import LoadBalancer
from config.needs import Need, needs
from config.network import Network
from config.quotas import Quotas
from config.rule import problem
from config.services import WebService


def the_account_has_enough(
    aws: Aws,
    network: Network,
    load_balancer: LoadBalancer,
    database: Database,
    cache: Cache | None,
    services: dict[str, WebService],
    airflow: Airflow | None,
    quotas: Quotas,
) -> Iterator[Problem]:
    """A quota that is exceeded stops the first apply or deployment half-way. An emulated AWS has none."""
    if aws.endpoint_url is not None:
        return
    for need in needs(
        network=network,
        load_balancer=load_balancer,
        database=database,
        cache=cache,
        services=services,
        airflow=airflow,
    ):
        if need.deploying > quotas.value(need.quota):
            raised = getattr(quotas, need.quota)
            yield problem(f"quotas/{need.quota}", MISSING if raised is None else raised, _message(need, raised))


def _message(need: Need, raised: int | None) -> str:
    quota = QUOTAS[need.quota]
    has = f"is missing, so AWS's default of {quota.default} counts" if raised is None else "is too little"
    at_rest = "" if need.at_rest == need.deploying else f" ({need.at_rest:g} at rest)"
    when = " during a deployment" if need.at_rest != need.deploying else ""
    where = need.key.replace("/", ".")
    least = int(-(-need.deploying // 1))
    return (
        f"{has}, and the environment needs {need.deploying:g} {quota.unit}{when}{at_rest}, most of it for {where}; "
        f"allowed: {least} or more, once AWS has raised {quota.where}"
    )


RULES = (the_account_has_enough,)
