"""What the environment file intends: the JSON shows what is configured, this what is allowed."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Party:
    """One end of a row in the table of who may reach whom."""

    kind: str
    """`role`, `cidr`, `prefix-list`, `group` or `s3`."""

    value: str
    """The role's name, the range, the id; `0.0.0.0/0` is the internet."""

    def __str__(self) -> str:
        return "internet" if self == INTERNET else self.value


INTERNET = Party("cidr", "0.0.0.0/0")
S3 = Party("s3", "S3")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the table: who may open TCP connections to whom, on which ports, and why."""

    source: Party
    target: Party
    first_port: int
    last_port: int
    why: str


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """A finding that the environment accepts, with the reason."""

    guard: str
    """Name of the guard."""
    address: str
    """Address of the finding, exactly as reported."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What guards receive besides the JSON."""

    rows: tuple[Row, ...] = ()
    """The table of who may reach whom. Default: empty, so every path is a finding."""

    tasks_may_be_public: bool = False
    """Whether tasks may have public addresses in public subnets, to save the NAT gateway (N02)."""

    is_development: bool = False
    """Whether the environment is for development, where images may come from Docker Hub anonymously. Default: no."""

    checked_services: frozenset[str] = frozenset()
    """Names of the ECS services whose containers have a health check of their own (E06). Default: none need one."""

    alarms_are_heard: bool = False
    """Whether alarms must reach a person, as in production. Default: no."""

    quotas: Mapping[str, int] = field(default_factory=dict)
    """Quotas of the account that AWS has raised, by their key in `aws.quotas.QUOTAS`. Default: none."""

    waivers: tuple[Waiver, ...] = field(default_factory=tuple)
