"""Rules on environment variables, secrets and egress rules of Airflow's containers (A02, A04)."""

from collections.abc import Iterator

from config.airflow.section import Airflow
from config.errors import MISSING, Problem
from config.rule import problem
from config.services_rules import WORDS_OF_SECRETS
from modules.reserved_variables import CARRIES_A_SECRET, owner

DESTINATIONS = ("cidr", "security_group_id")


def airflows_variables_are_not_reserved(airflow: Airflow | None) -> Iterator[Problem]:
    """`environment` holds neither variables that the deployment sets nor secrets."""
    if airflow is None:
        return
    for name, value in airflow.environment.items():
        path = f"airflow/environment/{name}"
        if CARRIES_A_SECRET.search(name) or WORDS_OF_SECRETS & set(name.upper().replace("__", "_").split("_")):
            message = "carries a secret, which must not be in plain text; keep it in airflow.secrets (A02, D03)"
            yield problem(path, MISSING, message)
        elif (key := owner(name)) is not None:
            yield problem(path, value, f"is set by the deployment; leave it out, or see {key}")


def airflows_secrets_are_not_reserved(airflow: Airflow | None) -> Iterator[Problem]:
    """An added secret does not override one of the deployment."""
    if airflow is None:
        return
    for name, arn in airflow.secrets.items():
        path = f"airflow/secrets/{name}"
        if (key := owner(name)) is not None:
            yield problem(path, arn, f"is set by the deployment; leave it out, or see {key}")
        elif name in airflow.environment:
            yield problem(path, arn, "is a plain setting in airflow.environment too; allowed: one of the two")


def egress_rules_have_one_destination(airflow: Airflow | None) -> Iterator[Problem]:
    """N03, N07: the destination is a block or a security group."""
    if airflow is None:
        return
    for name, rule in airflow.egress_rules.items():
        path = f"airflow/egress_rules/{name}"
        given = [key for key in DESTINATIONS if getattr(rule, key) is not None]
        if len(given) != 1:
            message = "must name its destination; allowed: either cidr or security_group_id"
            yield problem(path, MISSING, message)
        if rule.cidr is not None and rule.cidr.endswith("/0"):
            message = "is everywhere; HTTPS to the internet needs no rule; allowed: blocks of the other system (N03)"
            yield problem(f"{path}/cidr", rule.cidr, message)


RULES = (
    airflows_variables_are_not_reserved,
    airflows_secrets_are_not_reserved,
    egress_rules_have_one_destination,
)
