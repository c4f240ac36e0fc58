"""An environment file as a typed value: everything that layers may know about an environment (A22)."""

from typing import Annotated

from pydantic import Field

from config.airflow.section import Airflow
from config.alarms import Alarms
from config.aws import Aws
from config.base import Kind, Section, ShortWord
from config.cache import Cache
from config.cluster import Cluster
from config.database import Database
from config.delivery import Delivery
from config.dns import Dns
from config.load_balancer import LoadBalancer
from config.network import Network
from config.quotas import Quotas
from config.services import AnyWebService
from config.state import State, state_key
from config.tags import TagKey, TagValue
from config.waivers import Waiver
from config.working_hours import WorkingHours


class Environment(Section):
    """One environment, read from `environments/<name>.toml` (see `config.load`)."""

    name: Annotated[ShortWord, Field(examples=["prod"])]
    """Name of the environment. Leave it out: it is taken from the file name, and any other value is an error. Default:
    the file name without `.toml`."""

    project: Annotated[ShortWord, Field(examples=["shop"])]
    """First part of every resource name, for example `shop` in `shop-prod-web`. Project and environment together must
    be unique in an AWS account."""

    kind: Kind
    """How strict the checks are. `production`: Multi-AZ, deletion protection, a final snapshot, backups of 7 days or
    more, two cache nodes, and two tasks of Airflow's scheduler and API server are required; working hours are not
    allowed. `development`: plain HTTP from the internet and moving image tags are allowed. `staging`: neither the
    requirements of production nor the exceptions of development."""

    throw_away: bool | None = None
    """Whether `destroy` deletes buckets and image repositories with what is in them, ends tasks that protect
    themselves, and leaves no secret in a recovery window, so that the environment can be applied again at once (S05).
    Development only. Default: false, but true on an embedded AWS."""

    tags: dict[TagKey, TagValue] = Field(default_factory=dict, examples=[{"CostCenter": "4711"}])
    """Tags on every resource, in addition to `Project`, `Environment`, `Layer` and `ManagedBy`. You cannot set these
    four, `Name`, `WindlassOwner`, in any case of letters, or keys that begin with `aws:`. Default: none."""

    aws: Aws
    state: State
    """Where Terraform's state is kept, and what locks it (S01)."""

    network: Network
    dns: Dns | None = None
    """The Route 53 hosted zone of the environment. Default: off, no DNS records are created. Required if
    `load_balancer.https` is true and `load_balancer.certificate_arn` is left out."""

    load_balancer: LoadBalancer = LoadBalancer()
    database: Database
    cache: Cache | None = None
    """Valkey on ElastiCache. Default: off. Required with `[airflow]` and with `uses_cache = true` in a service."""

    cluster: Cluster = Cluster()
    alarms: Alarms = Alarms()
    quotas: Quotas = Quotas()
    services: dict[ShortWord, AnyWebService] = Field(default_factory=dict)
    """Web services by name. Default: none. Required without `[airflow]`."""

    working_hours: WorkingHours | None = None
    """Hours outside of which tasks, and optionally the database, are stopped. Not allowed in production. Default: off,
    the environment always runs."""

    waivers: tuple[Waiver, ...] = ()
    """Findings of guards that this environment accepts, each with a reason. Default: none."""

    delivery: Delivery | None = None
    """Creates four IAM roles (plan, apply, switch, push) that workflows of one GitHub repository can assume (I02).
    Default: off."""

    airflow: Airflow | None = None
    """An Apache Airflow deployment. For several teams or stages, use several environment files (A22). Default: off."""

    @property
    def prefix(self) -> str:
        """`<project>-<environment>`: what names of AWS resources start with."""
        return f"{self.project}-{self.name}"

    @property
    def is_production(self) -> bool:
        """Whether the checks for production apply."""
        return self.kind == "production"

    @property
    def is_throw_away(self) -> bool:
        """Whether what the environment holds is deleted with it."""
        return self.is_emulated if self.throw_away is None else self.throw_away

    @property
    def is_emulated(self) -> bool:
        """Whether it is on an embedded AWS, where nothing lasts."""
        return self.aws.endpoint_url is not None

    @property
    def listener_name(self) -> str:
        """The name that a listener's default certificate has where certificates are requested.

        No service has it, so that no host name that goes takes the default with it; and no other environment of the
        zone, so that each owns the record that proves its names.
        """
        assert self.dns is not None  # a rule requires it where certificates are requested
        return f"{self.prefix}.{self.dns.zone_name}"

    @property
    def host_names(self) -> tuple[str, ...]:
        """All host names that the load balancer serves, without duplicates."""
        holders = [*self.services.values(), *([self.airflow] if self.airflow else [])]
        return tuple(dict.fromkeys(name for holder in holders for name in holder.host_names))

    def state_key(self, layer: str) -> str:
        """Path of a layer's state inside a bucket or folder."""
        return state_key(self.project, self.name, layer)

    def bucket_name(self, purpose: str) -> str:
        """Name of a bucket: unique in the world through account and region."""
        return f"{self.prefix}-{self.aws.account_id}-{self.aws.region}-{purpose}"

    def secret_path(self, *parts: str) -> str:
        """Name of a secret under the deployment's own path (D04)."""
        return "/".join((self.project, self.name, *parts))

    def path(self, *parts: str) -> str:
        """Name of a log group or parameter under the path of the deployment."""
        return "/".join(("", self.project, self.name, *parts))
