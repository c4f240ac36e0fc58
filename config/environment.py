"""An environment file as a typed value: everything that layers may know about an environment (A22)."""

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
from config.services import AnyWebService
from config.state import State, state_key
from config.tags import TagKey, TagValue
from config.waivers import Waiver
from config.working_hours import WorkingHours


class Environment(Section):
    """One environment, read from `environments/<name>.toml` (see `config.load`)."""

    name: ShortWord
    """Name of the environment. Default, and only allowed value: the file's name without `.toml`."""

    project: ShortWord
    """First part of every name in AWS. Two deployments in one account must differ in the project or in the
    environment."""

    kind: Kind
    """How strict the checks are: `production` requires redundancy and protection against deletion; only `development`
    may serve plain HTTP and run moving image tags."""

    tags: dict[TagKey, TagValue] = Field(default_factory=dict)
    """Tags on every resource, in addition to Project, Environment, Layer and ManagedBy. Default: none."""

    aws: Aws
    state: State
    """Where Terraform's state is kept, and what locks it (S01)."""

    network: Network
    dns: Dns | None = None
    load_balancer: LoadBalancer = LoadBalancer()
    database: Database
    cache: Cache | None = None
    cluster: Cluster = Cluster()
    alarms: Alarms = Alarms()
    services: dict[ShortWord, AnyWebService] = Field(default_factory=dict)
    """The web services, by name."""
    working_hours: WorkingHours | None = None
    """Hours outside of which tasks, and optionally the database, are stopped. Default: the environment always runs."""
    waivers: tuple[Waiver, ...] = ()
    """Findings of guards that this environment accepts, each with a reason. Default: none."""

    delivery: Delivery | None = None
    """IAM roles for GitHub Actions (I02). Default: none."""

    airflow: Airflow | None = None

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
        """Whether buckets and repositories may be deleted with their contents: only on an embedded AWS."""
        return self.aws.endpoint_url is not None

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
