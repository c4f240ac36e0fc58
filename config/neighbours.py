"""What several environment files say together: names, zones and states that two of them would both have.

Each file is right alone; the second apply would fail, or take what belongs to the first. An embedded AWS is an account
of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Network

from aws.regions import partition_of
from config.environment import Environment
from config.errors import MISSING, Problem
from config.notices import Notice
from config.rule import problem
from config.state import S3State, TerraformCloudState

Comparison = Callable[[Environment, Environment, str], Iterator[Problem]]
"""A rule over an environment and another one, whose file is the last argument."""


def collisions(environment: Environment, others: Mapping[str, Environment]) -> Iterator[Problem]:
    """Mistakes of an environment beside others.

    Args:
        environment: the one that is checked.
        others: by their files.
    """
    for source, other in others.items():
        if _realm(environment) == _realm(other):
            for rule in RULES:
                yield from rule(environment, other, source)


def neighbour_notices(environment: Environment, others: Mapping[str, Environment]) -> Iterator[Notice]:
    """What is worth knowing about an environment beside others, and stops nothing."""
    for source, other in others.items():
        if _realm(environment) == _realm(other):
            for rule in NOTICES:
                for each in rule(environment, other, source):
                    yield Notice(path=each.path, value=each.value, message=each.message)


def _realm(environment: Environment) -> tuple[str, str | None]:
    """Where names of DNS and of buckets are unique."""
    return partition_of(environment.aws.region), environment.aws.endpoint_url


def _is_same_account(one: Environment, other: Environment) -> bool:
    return one.aws.account_id == other.aws.account_id


def names_differ(mine: Environment, other: Environment, source: str) -> Iterator[Problem]:
    """Roles are unique in an account, workspaces of Terraform Cloud in an organization: by project and environment."""
    state = mine.state
    shares_workspaces = (
        isinstance(state, TerraformCloudState)
        and isinstance(other.state, TerraformCloudState)
        and (state.hostname, state.organization) == (other.state.hostname, other.state.organization)
    )
    if mine.prefix == other.prefix and (_is_same_account(mine, other) or shares_workspaces):
        message = (
            f'makes, with the name of the file, the names "{mine.prefix}-…", as {source} does with the project '
            f'"{other.project}"; allowed: another project, or another name of the file'
        )
        yield problem("project", mine.project, message)


def zones_are_created_once(mine: Environment, other: Environment, source: str) -> Iterator[Problem]:
    """A domain can be delegated to one zone only."""
    if mine.dns is None or other.dns is None or mine.dns.zone_name != other.dns.zone_name:
        return
    if mine.dns.zone_id is None and other.dns.zone_id is None:
        message = (
            f"is created by {source} too, and a domain can be delegated to one zone only; allowed: dns.zone_id in one "
            "of the two files, or a zone below it"
        )
        yield problem("dns/zone_name", mine.dns.zone_name, message)


def host_names_have_one_environment(mine: Environment, other: Environment, source: str) -> Iterator[Problem]:
    """A zone has one record of a name."""
    if mine.dns is None or other.dns is None or mine.dns.zone_name != other.dns.zone_name:
        return
    ids = {mine.dns.zone_id, other.dns.zone_id} - {None}
    if len(ids) > 1:  # a public and a private zone, for example
        return
    holders = [(f"services/{name}", service.host_names) for name, service in mine.services.items()]
    holders += [("airflow", mine.airflow.host_names)] if mine.airflow is not None else []
    taken = {*other.host_names, other.listener_name}
    for holder, host_names in holders:
        for host_name in host_names:
            if host_name in taken:
                message = f"is a host name of {source} too, in the same zone; allowed: a name of this environment alone"
                yield problem(f"{holder}/host_names", host_name, message)


def buckets_of_states_are_in_one_place(mine: Environment, other: Environment, source: str) -> Iterator[Problem]:
    """The bootstrap of a bucket makes its table too: all environments that share the one share the other (S01)."""
    one, two = mine.state, other.state
    if not isinstance(one, S3State) or not isinstance(two, S3State) or one.bucket != two.bucket:
        return
    places = [(each.aws.account_id, each.aws.region) for each in (mine, other)]
    if places[0] != places[1]:
        account, region = places[1]
        message = f'is the bucket of {source}, in account {account} and "{region}"; allowed: a bucket of its own (S01)'
        yield problem("state/bucket", one.bucket, message)
    elif one.dynamodb_table != two.dynamodb_table:
        has = "none" if two.dynamodb_table is None else f'"{two.dynamodb_table}"'
        message = f"differs from {source}, which has {has} for the same bucket; allowed: the same in both files (S01)"
        yield problem("state/dynamodb_table", one.dynamodb_table or MISSING, message)


def githubs_provider_is_created_once(mine: Environment, other: Environment, source: str) -> Iterator[Problem]:
    """An account has one OIDC provider of an address (I02)."""
    if mine.delivery is None or other.delivery is None or not _is_same_account(mine, other):
        return
    if mine.delivery.oidc_provider_arn is None and other.delivery.oidc_provider_arn is None:
        message = (
            f"is missing here and in {source}, so both would create GitHub's provider, of which the account has one; "
            "allowed: its ARN in one of the two files (I02)"
        )
        yield problem("delivery/oidc_provider_arn", MISSING, message)


def networks_that_cannot_be_peered(mine: Environment, other: Environment, source: str) -> Iterator[Problem]:
    """A VPC's block cannot be changed, so this is worth knowing before the first apply."""
    one, two = mine.network.cidr, other.network.cidr
    if one is not None and two is not None and IPv4Network(one).overlaps(IPv4Network(two)):
        message = f'overlaps network.cidr = "{two}" of {source}, so the two VPCs can never be peered'
        yield problem("network/cidr", one, message)


def names_that_begin_with_those_of_another(mine: Environment, other: Environment, source: str) -> Iterator[Problem]:
    """Policies are limited to names that begin with project and environment."""
    if _is_same_account(mine, other) and mine.prefix.startswith(f"{other.prefix}-"):
        message = (
            f'makes names "{mine.prefix}-…", which begin with "{other.prefix}-", so roles of {source} that are limited '
            "to its names reach this environment too"
        )
        yield problem("project", mine.project, message)


RULES: tuple[Comparison, ...] = (
    names_differ,
    zones_are_created_once,
    host_names_have_one_environment,
    buckets_of_states_are_in_one_place,
    githubs_provider_is_created_once,
)

NOTICES: tuple[Comparison, ...] = (
    networks_that_cannot_be_peered,
    names_that_begin_with_those_of_another,
)
