"""Rules about the settings and secrets that people add to Airflow's containers (A02, A04)."""

from collections.abc import Iterator

from config.airflow.section import Airflow
from config.errors import MISSING, Problem
from config.rule import problem
from config.services_rules import WORDS_OF_SECRETS
from modules.airflow.owned import CARRIES_A_SECRET, owner

KINDS_OF_PLACE = ("cidr", "security_group_id")


def airflows_settings_are_free(airflow: Airflow | None) -> Iterator[Problem]:
    """What the deployment sets itself, what carries a secret, and what looks like one does not belong here."""
    if airflow is None:
        return
    for name, value in airflow.environment.items():
        path = f"airflow/environment/{name}"
        if CARRIES_A_SECRET.search(name) or WORDS_OF_SECRETS & set(name.upper().replace("__", "_").split("_")):
            message = "carries a secret, which must not stand in a plain setting; keep it in airflow.secrets (A02, D03)"
            yield problem(path, MISSING, message)
        elif (key := owner(name)) is not None:
            yield problem(path, value, f"is set by the deployment itself; leave it out, or see {key}")


def airflows_secrets_are_free(airflow: Airflow | None) -> Iterator[Problem]:
    """A secret of one's own goes over none of the deployment's."""
    if airflow is None:
        return
    for name, arn in airflow.secrets.items():
        path = f"airflow/secrets/{name}"
        if (key := owner(name)) is not None:
            yield problem(path, arn, f"is set by the deployment itself; leave it out, or see {key}")
        elif name in airflow.environment:
            yield problem(path, arn, "is a plain setting in airflow.environment too; allowed: one of the two")


def other_systems_are_one_place_each(airflow: Airflow | None) -> Iterator[Problem]:
    """N03, N07: a block of addresses or a security group."""
    if airflow is None:
        return
    for name, rule in airflow.egress_rules.items():
        path = f"airflow/egress_rules/{name}"
        given = [key for key in KINDS_OF_PLACE if getattr(rule, key) is not None]
        if len(given) != 1:
            message = "must say where; allowed: either cidr or security_group_id"
            yield problem(path, MISSING, message)
        if rule.cidr is not None and rule.cidr.endswith("/0"):
            message = "is everywhere; HTTPS to the internet needs no entry, allowed: blocks of the other system (N03)"
            yield problem(f"{path}/cidr", rule.cidr, message)


RULES = (
    airflows_settings_are_free,
    airflows_secrets_are_free,
    other_systems_are_one_place_each,
)
