"""The table of allowed flows: its rows, and the parties at their ends."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}")


def check_name(what: str, name: str) -> None:
    """Refuse a name that cannot be part of a Terraform address.

    Raises:
        ValueError: the name has other characters than lower-case letters, digits and single hyphens.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{what} is {name!r}: lower-case letters, digits and single hyphens are allowed")


def check_description(what: str, text: str) -> None:
    """Refuse a description that EC2 would refuse for a security group or a rule.

    Raises:
        ValueError: the text is empty, longer than 255 characters, or has a character that EC2 refuses.
    """
    if not DESCRIPTION.fullmatch(text):
        raise ValueError(
            f"{what} is {text!r}: EC2 allows 1 to 255 of the characters a-z A-Z 0-9 space . _ - : / ( ) # , @ [ ] + = "
            "& ; { } ! $ *"
        )


@dataclass(frozen=True)
class Role:
    """The members of a role's security group: a load balancer, the tasks of a service, the database."""

    name: str
    """A key of `NetworkingInputs.roles`."""


@dataclass(frozen=True)
class Cidr:
    """A range of IPv4 addresses outside the table's roles: an office, a VPN, a peered network."""

    cidr: str
    """For example `203.0.113.0/24`. The whole internet is written as `Internet()`, so that it is noticed."""

    name: str
    """Name of this range, part of the rules' Terraform addresses: `office`."""

    def __post_init__(self) -> None:
        """Refuse what EC2 would refuse, and `0.0.0.0/0`."""
        check_name("name of a CIDR", self.name)
        if "${" in self.cidr:
            return
        try:
            network = ipaddress.IPv4Network(self.cidr)
        except ValueError as error:
            raise ValueError(f"cidr of {self.name!r} is {self.cidr!r}: an IPv4 range is needed; {error}") from error
        if network.prefixlen == 0:
            raise ValueError(f"cidr of {self.name!r} is {self.cidr!r}: write Internet() for the whole internet")


@dataclass(frozen=True)
class Internet:
    """Every IPv4 address, `0.0.0.0/0`."""

    name: str = field(default="internet", init=False)
    """Its name in the rules' Terraform addresses."""


@dataclass(frozen=True)
class S3Endpoint:
    """S3 in the region, as the prefix list of the VPC's gateway endpoint. Only a target."""

    name: str = field(default="s3", init=False)
    """Its name in the rules' Terraform addresses."""


@dataclass(frozen=True)
class PrefixList:
    """An existing prefix list, such as the company's networks or CloudFront's."""

    prefix_list_id: str
    """Id of the list, `pl-…`."""

    name: str
    """Name of the list, part of the rules' Terraform addresses."""

    def __post_init__(self) -> None:
        """Refuse a name that cannot be part of an address."""
        check_name("name of a prefix list", self.name)


@dataclass(frozen=True)
class OtherSecurityGroup:
    """A security group of another system, in this VPC or a peered one (N07)."""

    security_group_id: str
    """Id of the group, `sg-…`; `<account>/sg-…` where a peered VPC belongs to another account."""

    name: str
    """Name of the other system, part of the rules' Terraform addresses."""

    def __post_init__(self) -> None:
        """Refuse a name that cannot be part of an address."""
        check_name("name of another security group", self.name)


Party = Role | Cidr | Internet | S3Endpoint | PrefixList | OtherSecurityGroup
"""Either end of a flow."""


@dataclass(frozen=True)
class Flow:
    """One row of the table: `source` may open TCP connections to `target` on `port`."""

    source: Party
    """The party that opens the connection."""

    target: Party
    """The party that accepts it. At least one of source and target is a `Role`."""

    port: int
    """The TCP port, 1 to 65535; the first one where `to_port` is given."""

    why: str
    """The description of the rules (N04): 1 to 255 characters of EC2's alphabet. Can be changed at any time."""

    _: KW_ONLY

    to_port: int | None = None
    """Last port of a range. None by default: a single port (N03)."""

    def __post_init__(self) -> None:
        """Refuse impossible rows."""
        if not isinstance(self.source, Role) and not isinstance(self.target, Role):
            raise ValueError(f"flow {self.name}: neither end is a Role, so no security group could have the rule")
        if isinstance(self.source, S3Endpoint):
            raise ValueError(f"flow {self.name}: S3 opens no connections; S3Endpoint() can only be a target")
        if not 1 <= self.port <= self.last_port <= 65535:
            raise ValueError(f"flow {self.name}: ports must be within 1 to 65535, the last not before the first")
        check_description(f"flow {self.name}: why", self.why)

    @property
    def last_port(self) -> int:
        """Last port of the range; for a single port, that port."""
        return self.port if self.to_port is None else self.to_port

    @property
    def ports(self) -> str:
        """The port, or the range as `first-last`."""
        return str(self.port) if self.last_port == self.port else f"{self.port}-{self.last_port}"

    @property
    def name(self) -> str:
        """Name of the row in the rules' Terraform addresses: `web-to-database-5432`."""
        return f"{self.source.name}-to-{self.target.name}-{self.ports}"


def flow_table(flows: Iterable[Flow]) -> str:
    """The table as Markdown, for the generated documentation (N04)."""
    rows = [f"| {flow.source.name} | {flow.target.name} | {flow.ports} | {flow.why} |" for flow in flows]
    return "\n".join(["| From | To | TCP port | Why |", "|---|---|---|---|", *rows]) + "\n"
