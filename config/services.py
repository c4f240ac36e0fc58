"""The `[services.<name>]` sections: web services by strategy."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from aws.quotas import LISTENER_RULE_PRIORITY_MAX
from aws.strategy import DEFAULT_STRATEGY
from config.base import Cidr, DnsName, Percent, Section
from config.container import EnvironmentName, Image, Text
from config.pattern import Pattern


class Colour(Section):
    """One of the two sides of a blue/green service."""

    image: Image
    """Initial image of this colour; `./windlass deploy` changes it later (docs/decisions/0005)."""


class Thresholds(Section):
    """Thresholds of a service's alarms."""

    error_percent: Annotated[float, Field(gt=0, le=100)] = 5
    """Share of requests answered with 5xx."""

    latency_p99_seconds: Annotated[float, Field(gt=0, le=3600)] = 2
    """99th percentile of the response time."""

    evaluation_minutes: Annotated[int, Field(ge=1, le=60)] = 3
    """Consecutive minutes above a threshold before its alarm goes off."""


class WebService(Section):
    """A web service behind a listener rule. `strategy` decides how a new image replaces the old one."""

    cpu: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 256
    """CPU units of a task; 1024 are one vCPU."""

    memory_mib: Annotated[int, Field(ge=512, le=122880)] = 512
    """Memory of a task. Fargate accepts certain pairs of CPU and memory only (E03)."""

    cpu_architecture: Literal["ARM64", "X86_64"] = "ARM64"
    """CPU architecture of the image (E02)."""

    ephemeral_storage_gib: Annotated[int, Field(ge=20, le=200)] = 20
    """Ephemeral storage of a task; 20 GiB are included in every task (E04)."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """Port that the container listens on."""

    health_check_path: Annotated[
        str, Pattern(r"""/[A-Za-z0-9_.\-$/~"'@:+&]{0,1023}""", 'a path such as "/health"', "/health")
    ] = "/health"
    """Path of the load balancer's health check (N06)."""

    health_check_grace_period_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """Time after a task's start during which failed health checks are ignored (A08)."""

    health_check_command: tuple[Annotated[Text, StringConstraints(min_length=1, max_length=1024)], ...] = ()
    """Program and arguments that ECS runs in the container as its health check, beside the load balancer's (E06); exit
    code 0 is healthy. The image must have the program (A19). Default: none, the load balancer's check alone."""

    desired_count: Annotated[int, Field(ge=1, le=1000)] = 2
    """Initial number of tasks; scaling changes it later (E07)."""

    min_count: Annotated[int, Field(ge=1, le=1000)] = 2
    """Lower limit of scaling, in tasks."""

    max_count: Annotated[int, Field(ge=1, le=1000)] = 6
    """Upper limit of scaling, in tasks."""

    spot_percent: Percent = 0
    """Share of the tasks above `min_count` that run on Fargate Spot."""

    priority: Annotated[int, Field(ge=1, le=LISTENER_RULE_PRIORITY_MAX)] = 100
    """Priority of the listener rule, unique in the environment. Of the rules that match, the lowest number wins."""

    host_names: tuple[DnsName, ...] = ()
    """Host names of the listener rule. Default: any host name."""

    path_patterns: tuple[
        Annotated[str, Pattern(r"""/[A-Za-z0-9_.\-$/~"'@:+&*?]{0,127}""", 'a path pattern such as "/api/*"', "/api/*")],
        ...,
    ] = ("/*",)
    """Path patterns of the listener rule; `*` matches any characters."""

    migration_command: tuple[Annotated[Text, StringConstraints(min_length=1, max_length=1024)], ...] = ()
    """Command that migrates the database. It runs with a new image before the image's first task starts (A07). Default:
    none."""

    uses_database: bool = True
    """Pass the URL of the database to the service as `DATABASE_URL`, and allow the connection."""

    uses_cache: bool = False
    """Pass the URL of the cache to the service as `CACHE_URL`, and allow the connection."""

    alarms: Thresholds = Thresholds()
    """Thresholds of the service's alarms. A canary is rolled back when an alarm of the new colour goes off."""

    environment: dict[EnvironmentName, Text] = Field(default_factory=dict)
    """Environment variables of the container, by name. Not for secrets (A02)."""

    @property
    def initial_images(self) -> Mapping[Literal["blue", "green"] | None, str]:
        """The image of each colour before the first deployment, or one under None for a service without colours."""
        raise NotImplementedError


class BlueGreenService(WebService):
    """Two ECS services, blue and green. An SSM parameter decides which of them receives requests."""

    strategy: Literal["blue-green"] = "blue-green"
    """Switch, canary and rollback are one command each and restart no task (B01, B02). During a deployment, both
    colours run their tasks."""

    blue: Colour
    green: Colour

    @property
    def initial_images(self) -> Mapping[Literal["blue", "green"] | None, str]:
        """The image of each colour before the first deployment."""
        return {"blue": self.blue.image, "green": self.green.image}


class RollingService(WebService):
    """One ECS service whose tasks are replaced a few at a time."""

    strategy: Literal["rolling"]
    """ECS replaces the tasks and rolls back when new ones do not start or an alarm goes off (E01); the apply then
    fails. During the deployment, old and new tasks both serve requests."""

    image: Image
    """Initial image of the service; `./windlass deploy` changes it later (docs/decisions/0005)."""

    @property
    def initial_images(self) -> Mapping[Literal["blue", "green"] | None, str]:
        """The image before the first deployment, under None: the service has no colours."""
        return {None: self.image}


class TestListener(Section):
    """A listener that serves the new tasks before they receive production traffic."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8443
    """Port of the listener, unique in the environment."""

    allowed_cidrs: tuple[Cidr, ...]
    """Blocks from which clients may connect: offices, the VPN, the pipeline. Must not be everywhere."""


class CodeDeployService(WebService):
    """One ECS service that CodeDeploy deploys: a second set of tasks, a test listener, gradual traffic shifting."""

    strategy: Literal["codedeploy"]
    """CodeDeploy shifts traffic and rolls back when an alarm goes off. Terraform registers task definitions, CodeDeploy
    decides which one runs."""

    image: Image
    """Initial image of the service; `./windlass deploy` changes it later (docs/decisions/0005)."""

    deployment_config: Annotated[
        str,
        Pattern(
            r"CodeDeployDefault\.ECS(AllAtOnce|Canary10Percent(5|15)Minutes|Linear10PercentEvery(1|3)Minutes)"
            r"|(?!CodeDeployDefault\.)[A-Za-z0-9_.+=,@-]{1,100}",
            '"CodeDeployDefault.ECSAllAtOnce", "….ECSCanary10Percent5Minutes", "….ECSCanary10Percent15Minutes", '
            '"….ECSLinear10PercentEvery1Minutes", "….ECSLinear10PercentEvery3Minutes", or a configuration of your own',
            "CodeDeployDefault.ECSCanary10Percent5Minutes",
        ),
    ] = "CodeDeployDefault.ECSCanary10Percent5Minutes"
    """How traffic shifts: the name of a deployment configuration for ECS. Default: a tenth for five minutes, then all,
    so that alarms can react."""

    termination_wait_minutes: Annotated[int, Field(ge=0, le=2880)] = 60
    """How long the old tasks keep running after the shift, for an instant rollback (B04)."""

    test_listener: TestListener

    @property
    def initial_images(self) -> Mapping[Literal["blue", "green"] | None, str]:
        """The image before the first deployment, under None: the service has no colours."""
        return {None: self.image}


def strategy(service: Any) -> str:
    """The strategy of a service, or the default.

    A value that is not a table is left to the check of the default strategy.
    """
    if isinstance(service, WebService):
        return str(getattr(service, "strategy", DEFAULT_STRATEGY))
    return str(service.get("strategy", DEFAULT_STRATEGY)) if isinstance(service, Mapping) else DEFAULT_STRATEGY


AnyWebService = Annotated[
    Annotated[BlueGreenService, Tag("blue-green")]
    | Annotated[RollingService, Tag("rolling")]
    | Annotated[CodeDeployService, Tag("codedeploy")],
    Discriminator(strategy),
]
"""A web service of the strategy that it names; `blue-green` where it names none."""
