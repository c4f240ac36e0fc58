"""Whether the parent zone delegates to the zone of an environment, without which ACM issues no certificate (N09)."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cli.aws import release_errors
from cli.console import say, show, table, warn
from cli.errors import CommandError
from cli.release_session import aws_of
from cli.resolver import Address, NameServers, ResolverError, name_servers
from cli.running.heartbeat import heartbeat
from cli.session import Session
from layers.host_names import certificate_names

NETWORK = "network"
CERTIFICATE = "aws_acm_certificate.certificate_"
"""Address of a certificate, with the key of its name (`layers.host_names`)."""
POLL_SECONDS = 5.0
ASSUME_OPTION = "--assume-delegated"
WAIT_OPTION = "--wait-for-delegation"
PENDING, ENDED = "PENDING_VALIDATION", ("FAILED", "VALIDATION_TIMED_OUT")


@dataclass(frozen=True, kw_only=True)
class Patience:
    """What an apply does about a zone that is not delegated."""

    wait_seconds: float = 0
    """How long to wait for it. Default: not at all."""
    assumed: bool = False
    """Take every zone as delegated, without asking a resolver."""


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """A public hosted zone, and what a resolver says of it."""

    zone_name: str
    wanted: tuple[str, ...]
    """Its name servers."""
    answer: NameServers | None
    """None where no resolver answers."""
    problem: str = ""
    """Why none does."""

    @property
    def is_right(self) -> bool:
        """Whether resolvers reach the zone, and no other one of its name."""
        return self.answer is not None and bool(self.answer.names) and set(self.answer.names) <= set(self.wanted)

    def to_do(self, environment: str) -> str:
        """What a person does about it, in several lines."""
        zone, answer = self.zone_name, self.answer
        assume = f"./windlass apply {environment} {ASSUME_OPTION} goes on without this check"
        verb, advice = "Create", f"./windlass apply {environment} {WAIT_OPTION} 1h waits for it"
        if answer is None:
            what, advice = f"whether the zone {zone} is delegated cannot be checked, since {self.problem}", assume
        elif answer.names:
            others = f"{', '.join(answer.names)}; resolver: {answer.resolver}"
            what = f"the zone {zone} is delegated to other name servers ({others})"
            verb, advice = "Replace them by", f"If they are right, {assume}"
        elif answer.fails:
            what = (
                f"the name servers of the zone {zone} are not known: the resolver {answer.resolver} reports a failure, "
            )
            what += "as it does where they do not know the zone, or where DNSSEC records of an earlier one are left"
        else:
            what = f"the zone {zone} is not delegated, so its certificate cannot be issued"
        records = [f"    {zone}. NS {each}." for each in self.wanted]
        parent = self._parent()
        # Only a registrar writes into a zone such as com.
        above = f"in the zone {parent}, or " if "." in parent else ""
        where = f"{above}where the domain is registered"
        return "\n".join([f"{what}. {verb} these records {where}:", *records, f"    ({advice})"])

    def _parent(self) -> str:
        named = self.answer.parent if self.answer is not None else None
        return named if named and named != self.zone_name else self.zone_name.partition(".")[2]


def to_do(session: Session) -> list[str]:
    """What keeps the certificate of an environment from being issued; nothing where it is, or where it has none."""
    environment = session.environment
    if not environment.load_balancer.https or environment.load_balancer.certificate_arn is not None:
        return []
    network = _outputs(session)
    # Before the network layer there are none, and of a new name none yet.
    arns = network.get("certificate_arns") or {}
    acm, name = aws_of(session).client("acm"), environment.name
    statuses = {key: acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] for key, arn in arns.items()}
    ended = {key: status for key, status in statuses.items() if status in ENDED}
    if ended:
        names = certificate_names(environment)
        again = " ".join(f"-replace={CERTIFICATE}{key}" for key in ended)
        which = ", ".join(f"{names.get(key, key)} ({status})" for key, status in ended.items())
        return [
            f"the certificate of {which} was not issued, which ACM does not try again. Once DNS is right: "
            f"./windlass apply {name} --layer {NETWORK} -- {again}"
        ]
    if PENDING not in statuses.values():
        return []
    delegation = delegation_of(session)
    if delegation is None:
        key = "load_balancer.certificate_arn"
        return [f"the zone {network['dns_zone_id']} is private, so ACM cannot validate a certificate: give {key}"]
    return [] if delegation.is_right else [delegation.to_do(name)]


def delegation_of(session: Session) -> Delegation | None:
    """The zone of an environment whose network layer is applied; None where it has none, or a private one."""
    dns, network = session.environment.dns, _outputs(session)
    if dns is None or "dns_zone_id" not in network:
        return None
    wanted = str(network.get("dns_name_servers") or "").split(", ")
    if not any(wanted):
        zone = aws_of(session).client("route53").get_hosted_zone(Id=network["dns_zone_id"])
        if zone["HostedZone"]["Config"]["PrivateZone"]:
            return None
        wanted = zone["DelegationSet"]["NameServers"]
    servers = tuple(sorted(each.rstrip(".").lower() for each in wanted))
    try:
        answer = name_servers(dns.zone_name, _resolvers(session))
    except ResolverError as error:
        return Delegation(zone_name=dns.zone_name, wanted=servers, answer=None, problem=str(error))
    return Delegation(zone_name=dns.zone_name, wanted=servers, answer=answer)


def wait(session: Session, seconds: float) -> None:
    """Wait until nothing keeps the certificate from being issued.

    Raises:
        CommandError: something still does after `seconds`.
    """
    deadline = time.monotonic() + seconds
    zone = session.environment.dns.zone_name if session.environment.dns is not None else ""
    for line in _lines(session):
        warn(line)
    with heartbeat(f"waiting until {zone} is delegated"):
        while lines := _lines(session):
            if time.monotonic() >= deadline:
                raise CommandError("\n".join([f"{zone} is not delegated yet.", *lines]))
            time.sleep(min(POLL_SECONDS, max(0, deadline - time.monotonic())))
    say(f"{zone} is delegated.", style="green")


def show_zone(session: Session) -> None:
    """The zone that the environment created, its name servers, and whether resolvers know them."""
    if session.environment.dns is None or "dns_name_servers" not in _outputs(session):
        return
    with release_errors():
        delegation = delegation_of(session)
    if delegation is None:
        return
    shown = table("zone", "delegated", "name servers")
    answer = "unknown" if delegation.answer is None else "yes" if delegation.is_right else "no"
    shown.add_row(delegation.zone_name, answer, ", ".join(delegation.wanted))
    show(shown)
    if answer == "no":
        warn(delegation.to_do(session.environment.name))


def _lines(session: Session) -> list[str]:
    with release_errors():
        return to_do(session)


def _outputs(session: Session) -> dict[str, Any]:
    return {key: one["value"] for key, one in session.outputs(NETWORK).items()}


def _resolvers(session: Session) -> tuple[Address, ...] | None:
    """The embedded AWS answers on the UDP port of its own number."""
    url = session.environment.aws.endpoint_url
    if url is None:
        return None
    parts = urlsplit(url)
    return ((str(parts.hostname), parts.port or 0),)
