"""Rules about what runs beside Airflow; registered beside those of `config.rules`."""

from collections.abc import Iterator

from config.airflow.section import Airflow
from config.errors import MISSING, Problem
from config.load_balancer import LoadBalancer
from config.network import Network
from config.rule import problem
from config.services import WebService


def a_login_has_https_and_a_way_out(
    airflow: Airflow | None, load_balancer: LoadBalancer, network: Network
) -> Iterator[Problem]:
    """The load balancer hands out sessions by HTTPS only, and fetches tokens from the provider itself."""
    if airflow is None or airflow.authentication is None:
        return
    if not load_balancer.https:
        yield problem("airflow/authentication", MISSING, "needs HTTPS; allowed: load_balancer.https = true (N05)")
    if load_balancer.scheme == "internal" and network.egress in ("endpoints", "public-ip"):
        message = (
            "needs a way from the load balancer to the provider, and an internal one has none where "
            f'network.egress = "{network.egress}"; allowed: "nat-gateway-per-zone" or "single-nat-gateway"'
        )
        yield problem("airflow/authentication", MISSING, message)


def what_passes_without_a_login_has_a_rule_of_its_own(
    airflow: Airflow | None, services: dict[str, WebService]
) -> Iterator[Problem]:
    """The rule for programs comes before that of the login, and a priority belongs to one rule."""
    if airflow is None or airflow.authentication is None or not airflow.authentication.api_without_login:
        return
    before = airflow.priority - 1
    if before < 1:
        yield problem("airflow/priority", airflow.priority, "leaves no priority before it; allowed: 2 to 50000")
    for name, service in services.items():
        if service.priority == before:
            message = f"is taken by the rule that lets programs through to Airflow (airflow.priority - 1 = {before})"
            yield problem(f"services/{name}/priority", before, f"{message}; allowed: another number")
    if len(airflow.host_names) + len(airflow.allowed_cidrs) > 3:
        message = "are more than a rule with two paths takes together with airflow.host_names; allowed: 3 of both"
        yield problem("airflow/allowed_cidrs", list(airflow.allowed_cidrs), message)


RULES = (
    a_login_has_https_and_a_way_out,
    what_passes_without_a_login_has_a_rule_of_its_own,
)
