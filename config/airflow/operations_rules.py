"""Rules on the login at the load balancer."""

from collections.abc import Iterator

from aws.quotas import LISTENER_RULE_CONDITIONS
from config.airflow.section import Airflow
from config.errors import MISSING, Problem
from config.load_balancer import LoadBalancer
from config.network import Network
from config.rule import problem

_PATHS_OF_THE_API = 2
"""Path patterns of the rule for the API (`layers/airflow/route.py`)."""


def a_login_has_https_and_egress(
    airflow: Airflow | None, load_balancer: LoadBalancer, network: Network
) -> Iterator[Problem]:
    """The load balancer requires HTTPS for sessions, and fetches tokens from the provider itself."""
    if airflow is None or airflow.authentication is None:
        return
    if not load_balancer.https:
        yield problem("airflow/authentication", MISSING, "needs HTTPS; allowed: load_balancer.https = true (N05)")
    if load_balancer.scheme == "internal" and network.egress in ("endpoints", "public-ip"):
        message = (
            "needs a route from the load balancer to the provider, and an internal load balancer has none where "
            f'network.egress = "{network.egress}"; allowed: "nat-gateway-per-zone" or "single-nat-gateway"'
        )
        yield problem("airflow/authentication", MISSING, message)


def the_api_without_login_fits_into_a_rule(airflow: Airflow | None) -> Iterator[Problem]:
    """The rule for the API has two paths, and AWS allows five values in a rule."""
    if airflow is None or airflow.authentication is None or not airflow.authentication.api_without_login:
        return
    most = LISTENER_RULE_CONDITIONS - _PATHS_OF_THE_API
    if len(airflow.host_names) + len(airflow.allowed_cidrs) > most:
        message = (
            f"exceed, together with airflow.host_names, what a rule with two paths allows; allowed: {most} in total"
        )
        yield problem("airflow/allowed_cidrs", list(airflow.allowed_cidrs), message)


RULES = (
    a_login_has_https_and_egress,
    the_api_without_login_fits_into_a_rule,
)
