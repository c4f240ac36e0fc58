"""Rules that look at several keys of an environment at once.

Each rule names the sections it needs as parameters and runs on the valid values in them, so that a mistake elsewhere in
the file does not hide its findings. Adding a rule is adding a function with `@rule`.
"""

import inspect
import ipaddress
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

from config.airflow import Airflow
from config.aws import Aws, State
from config.base import InvalidFieldError, Kind
from config.data import Cache, Database
from config.errors import MISSING, Problem
from config.network import Dns, LoadBalancer, Network
from config.services import WebService

Rule = Callable[..., Iterator[Problem]]
_RULES: list[tuple[Rule, tuple[str, ...], str | None]] = []
"""Each with the names of its parameters, and the table whose items it is asked for."""


def rule(function: Rule) -> Rule:
    """Register a rule; its parameters name the sections that it looks at."""
    _RULES.append((function, tuple(inspect.signature(function).parameters), None))
    return function


def rule_for_each(section: str) -> Callable[[Rule], Rule]:
    """Register a rule that is asked for each item of a table of tables; it takes `key` and `item` beside sections."""

    def register(function: Rule) -> Rule:
        _RULES.append((function, tuple(inspect.signature(function).parameters), section))
        return function

    return register


class BrokenRuleError(Exception):
    """A rule failed because of a bug in the rule, not because of a mistake in the file."""


def check(sections: Mapping[str, Any]) -> Iterator[Problem]:
    """Run every rule on the valid values; a rule that needs a missing or invalid value reports nothing.

    Raises:
        BrokenRuleError: a rule failed in any other way, such as by reading a field that does not exist.
    """
    for function, names, table in _RULES:
        if table is None:
            yield from _run(function, names, sections)
        else:
            for key, item in sections.get(table, {}).items():
                yield from _run(function, names, {**sections, "key": key, "item": item})


def _run(function: Rule, names: tuple[str, ...], values: Mapping[str, Any]) -> Iterator[Problem]:
    if all(name in values for name in names):
        try:
            yield from function(**{name: values[name] for name in names})
        except InvalidFieldError:
            pass  # that value has a problem of its own
        except Exception as error:
            message = f"the rule {function.__module__}.{function.__name__} is broken: {type(error).__name__}: {error}"
            raise BrokenRuleError(message) from error


def problem(path: str, value: Any, message: str) -> Problem:
    """A problem at a path written with slashes."""
    return Problem(path=tuple(path.split("/")), value=value, message=message)


@rule
def vpc_has_a_size_that_aws_accepts(network: Network) -> Iterator[Problem]:
    """A VPC is a /16 to /28; ours needs room for three subnets in each zone."""
    if network.cidr is not None and not 16 <= ipaddress.IPv4Network(network.cidr).prefixlen <= 24:
        yield problem("network/cidr", network.cidr, "is not a size for a VPC; allowed: /16 to /24")


@rule
def at_least_two_zones(network: Network) -> Iterator[Problem]:
    """N01: a load balancer and a Multi-AZ database need two zones."""
    if network.existing is None and network.zones and len(network.zones) < 2:
        yield problem(
            "network/zones", list(network.zones), "names fewer than two availability zones; allowed: two or more (N01)"
        )


@rule
def zones_are_in_the_region(aws: Aws, network: Network) -> Iterator[Problem]:
    """N01: zone names come from the file, so the file has to be right."""
    for zone in network.zones:
        if zone[:-1] != aws.region:
            yield problem(
                f"network/zones/{zone}",
                MISSING,
                f'is not in the region; allowed: zones of "{aws.region}", such as "{aws.region}a"',
            )


@rule
def subnets_fit_and_do_not_overlap(network: Network) -> Iterator[Problem]:
    """Every subnet is a /16 to /28 inside the VPC, and no two share an address."""
    if network.cidr is None:
        return
    vpc = ipaddress.IPv4Network(network.cidr)
    sound: list[tuple[str, ipaddress.IPv4Network]] = []
    for zone, subnets in network.zones.items():
        for tier in ("public", "private", "isolated"):
            if not hasattr(subnets, tier):
                continue
            path, block = f"network/zones/{zone}/{tier}", ipaddress.IPv4Network(getattr(subnets, tier))
            if block.prefixlen > 28:
                yield problem(path, str(block), "is too small for a subnet; allowed: /28 or larger")
            elif not block.subnet_of(vpc):
                yield problem(
                    path, str(block), f'does not fit into the VPC; allowed: a block inside network.cidr = "{vpc}"'
                )
            else:
                sound.append((path, block))
    for (first_path, first), (path, block) in combinations(sound, 2):
        if first.overlaps(block):
            yield problem(
                path, str(block), f'overlaps {first_path.replace("/", ".")} = "{first}"; allowed: a block of its own'
            )


@rule
def one_nat_needs_its_zone(network: Network) -> Iterator[Problem]:
    """The zone of the one NAT gateway is named, so that a new zone never moves it."""
    zones = ", ".join(f'"{zone}"' for zone in network.zones)
    if network.egress == "one-nat" and network.nat_zone not in network.zones:
        value = network.nat_zone if network.nat_zone is not None else MISSING
        yield problem(
            "network/nat_zone",
            value,
            f'must name the zone of the NAT gateway where egress = "one-nat"; allowed: {zones}',
        )
    if network.egress != "one-nat" and network.nat_zone is not None:
        yield problem(
            "network/nat_zone", network.nat_zone, f'means nothing where egress = "{network.egress}"; leave it out'
        )


@rule
def https_has_a_certificate(
    load_balancer: LoadBalancer, dns: Dns | None, services: dict[str, WebService], airflow: Airflow | None
) -> Iterator[Problem]:
    """N05: an existing certificate, or a zone and host names to make one for."""
    if not load_balancer.https:
        if load_balancer.certificate_arn is not None:
            yield problem(
                "load_balancer/certificate_arn",
                load_balancer.certificate_arn,
                "is never used where https = false; leave it out",
            )
        return
    if load_balancer.certificate_arn is None and dns is None:
        yield problem(
            "load_balancer/certificate_arn",
            MISSING,
            "is missing where https = true; "
            "allowed: the ARN of a certificate, or a [dns] section so that one is made (N05)",
        )
    named = any(service.host_names for service in services.values()) or (airflow is not None and airflow.host_names)
    if load_balancer.certificate_arn is None and not named:
        yield problem(
            "services",
            MISSING,
            "has no host_names, so there is no name to make a certificate for; "
            "allowed: host_names in at least one service or in [airflow], or load_balancer.certificate_arn",
        )


@rule
def listeners_have_ports_of_their_own(load_balancer: LoadBalancer) -> Iterator[Problem]:
    """Two listeners of a load balancer cannot have one port."""
    if load_balancer.https and load_balancer.http_port == load_balancer.https_port:
        message = f"is load_balancer.https_port = {load_balancer.https_port} too; allowed: any other port"
        yield problem("load_balancer/http_port", load_balancer.http_port, message)


@rule
def certificate_is_in_the_region(aws: Aws, load_balancer: LoadBalancer) -> Iterator[Problem]:
    """A load balancer takes certificates of its own region only."""
    arn = load_balancer.certificate_arn
    if arn is not None and arn.split(":")[3] != aws.region:
        yield problem(
            "load_balancer/certificate_arn", arn, f'is of another region; allowed: a certificate of "{aws.region}"'
        )


@rule
def http_is_for_development(kind: Kind, load_balancer: LoadBalancer) -> Iterator[Problem]:
    """N05: a public listener without a certificate is refused outside development."""
    if kind != "development" and load_balancer.scheme == "public" and not load_balancer.https:
        yield problem(
            "load_balancer/https",
            False,
            f'leaves a public listener unencrypted; allowed where kind = "{kind}": true (N05)',
        )


@rule
def host_names_are_in_the_zone(
    dns: Dns | None, services: dict[str, WebService], airflow: Airflow | None
) -> Iterator[Problem]:
    """A record can be made only in the zone that the environment has."""
    if dns is None:
        return
    holders = [(f"services/{name}", service.host_names) for name, service in services.items()]
    if airflow is not None:
        holders.append(("airflow", airflow.host_names))
    for holder, host_names in holders:
        for host_name in host_names:
            if host_name != dns.zone_name and not host_name.endswith("." + dns.zone_name):
                yield problem(
                    f"{holder}/host_names",
                    host_name,
                    f'is not in the zone; allowed: "{dns.zone_name}" and names below it',
                )


@rule
def storage_may_grow(database: Database) -> Iterator[Problem]:
    """Storage grows, it never shrinks; RDS wants at least a tenth of room."""
    least = -(-database.allocated_storage_gib * 11 // 10)
    if database.max_allocated_storage_gib < least:
        yield problem(
            "database/max_allocated_storage_gib",
            database.max_allocated_storage_gib,
            f"leaves no room above allocated_storage_gib = {database.allocated_storage_gib}; allowed: {least} or more",
        )


@rule
def production_data_survives(kind: Kind, database: Database, cache: Cache | None) -> Iterator[Problem]:
    """D02: in production Multi-AZ, deletion protection, a final snapshot, and backups of a week or more."""
    if kind != "production":
        return
    for key in ("multi_az", "deletion_protection", "final_snapshot"):
        if not getattr(database, key, True):
            yield problem(f"database/{key}", False, 'is not allowed where kind = "production"; allowed: true (D02)')
    if database.backup_retention_days < 7:
        yield problem(
            "database/backup_retention_days",
            database.backup_retention_days,
            'is too short where kind = "production"; allowed: 7 to 35 (D02)',
        )
    if cache is not None and cache.nodes < 2:
        yield problem(
            "cache/nodes",
            cache.nodes,
            'leaves the cache without a standby where kind = "production"; allowed: 2 to 6 (D02)',
        )


@rule
def there_is_a_previous_password(cache: Cache | None) -> Iterator[Problem]:
    """Secrets Manager has no previous value before the first rotation."""
    if cache is not None and cache.accept_previous_password and cache.password_version < 2:
        message = "needs a password before this one; allowed with password_version = 1: false"
        yield problem("cache/accept_previous_password", True, message)


@rule
def production_listener_survives(kind: Kind, load_balancer: LoadBalancer) -> Iterator[Problem]:
    """D02: nobody deletes production's way in by mistake."""
    if kind == "production" and not load_balancer.deletion_protection:
        yield problem(
            "load_balancer/deletion_protection", False, 'is not allowed where kind = "production"; allowed: true'
        )


@rule
def state_is_locked(state: State) -> Iterator[Problem]:
    """S01: two applies at once must not both run."""
    if state.backend == "s3" and state.lock_table is None and not state.lock_file:
        yield problem(
            "state/lock_table",
            MISSING,
            "is missing, and lock_file = false, so nothing locks the state; "
            "allowed: a table's name, or lock_file = true (S01)",
        )
