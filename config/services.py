"""What runs: the cluster, and the web services by name."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from aws.quotas import LISTENER_RULE_PRIORITY_MAX
from config.base import Cidr, DnsName, Percent, Section
from config.container import EnvironmentName, Image, Text
from config.pattern import Pattern


class Colour(Section):
    """One of the two sides of a blue/green service."""

    image: Image
    """The image that this colour begins with; afterwards deployments decide (docs/decisions/0005)."""


class Thresholds(Section):
    """From where on a figure of a service is bad."""

    error_percent: Annotated[float, Field(gt=0, le=100)] = 5
    """Share of the requests that are answered with 5xx."""

    latency_p99_seconds: Annotated[float, Field(gt=0, le=3600)] = 2
    """Time that the slowest hundredth of the requests takes."""

    evaluation_minutes: Annotated[int, Field(ge=1, le=60)] = 3
    """Minutes in a row."""


class WebService(Section):
    """A web service behind a listener rule. How a new image replaces the old one is its strategy; see below."""

    cpu: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 256
    """CPU units of a task; 1024 are one vCPU."""

    memory_mib: Annotated[int, Field(ge=512, le=122880)] = 512
    """Memory of a task; Fargate accepts certain pairs only (E03)."""

    cpu_architecture: Literal["ARM64", "X86_64"] = "ARM64"
    """CPU architecture of the image (E02)."""

    ephemeral_storage_gib: Annotated[int, Field(ge=20, le=200)] = 20
    """Disk of a task; 20 GiB come with every task (E04)."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """Port that the container listens on."""

    health_check_path: Annotated[
        str, Pattern(r"""/[A-Za-z0-9_.\-$/~"'@:+&]{0,1023}""", 'a path such as "/health"', "/health")
    ] = "/health"
    """Path that the load balancer asks (N06)."""

    health_check_grace_period_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """Time to start before a failed check counts (A08)."""

    health_check_command: tuple[Annotated[Text, StringConstraints(min_length=1, max_length=1024)], ...] = ()
    """Program and arguments that ECS runs in the container as its health check, beside the load balancer's (E06); exit
    code 0 is healthy. The image must have the program (A19). Default: none, the load balancer's check alone."""

    desired_count: Annotated[int, Field(ge=1, le=1000)] = 2
    """Tasks of the live colour at the start; afterwards scaling and people decide (E07)."""

    min_count: Annotated[int, Field(ge=1, le=1000)] = 2
    """Scaling goes no lower."""

    max_count: Annotated[int, Field(ge=1, le=1000)] = 6
    """Scaling goes no higher."""

    spot_percent: Percent = 0
    """Share of tasks above `min_count` that run on Fargate Spot. Default: none."""

    priority: Annotated[int, Field(ge=1, le=LISTENER_RULE_PRIORITY_MAX)] = 100
    """Priority of the listener rule: the lowest that matches wins; each service has its own."""

    host_names: tuple[DnsName, ...] = ()
    """Host names that the service answers to. Default: any."""

    path_patterns: tuple[
        Annotated[str, Pattern(r"""/[A-Za-z0-9_.\-$/~"'@:+&*?]{0,127}""", 'a path pattern such as "/api/*"', "/api/*")],
        ...,
    ] = ("/*",)
    """Paths that the service answers to."""

    migration_command: tuple[Annotated[Text, StringConstraints(min_length=1, max_length=1024)], ...] = ()
    """Command that migrates the database, run with a new image before its first task starts (A07). Default: none."""

    uses_database: bool = True
    """Give the service the database's URL and let it through to the database."""

    uses_cache: bool = False
    """Give the service the cache's URL and let it through to the cache."""

    alarms: Thresholds = Thresholds()
    """When each colour's alarms ring; a canary goes back by itself when those of the new colour do."""

    environment: dict[EnvironmentName, Text] = Field(default_factory=dict)
    """Plain settings of the container. Secrets do not belong here (A02)."""

    @property
    def initial_images(self) -> Mapping[Literal["blue", "green"] | None, str]:
        """The image of each colour before the first deployment, or one under None for a service without colours."""
        raise NotImplementedError


class BlueGreenService(WebService):
    """Two ECS services, blue and green, of which one SSM parameter says who gets the requests. The default."""

    strategy: Literal["blue-green"] = "blue-green"
    """Switch, canary and rollback are one command and touch no task (B01, B02). Costs two services' worth of tasks
    during a deployment."""

    blue: Colour
    green: Colour

    @property
    def initial_images(self) -> Mapping[Literal["blue", "green"] | None, str]:
        """The image of each colour before the first deployment."""
        return {"blue": self.blue.image, "green": self.green.image}


class RollingService(WebService):
    """One ECS service whose tasks are replaced a few at a time."""

    strategy: Literal["rolling"]
    """ECS replaces the tasks, and goes back by itself when they do not come up or an alarm rings (E01); then the apply
    fails. Old and new tasks answer side by side meanwhile."""

    image: Image
    """The image that the service begins with; afterwards deployments decide (docs/decisions/0005)."""

    @property
    def initial_images(self) -> Mapping[Literal["blue", "green"] | None, str]:
        """The image before the first deployment, under None: the service has no colours."""
        return {None: self.image}


class TestListener(Section):
    """A listener of its own that shows the new tasks before anybody else sees them."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8443
    """Port on the load balancer; each service has its own."""

    allowed_cidrs: tuple[Cidr, ...]
    """Who may connect: offices, the VPN, the pipeline. Never everybody."""


class CodeDeployService(WebService):
    """One ECS service whose deployments AWS CodeDeploy makes: a new set of tasks, a test listener, a gradual shift."""

    strategy: Literal["codedeploy"]
    """CodeDeploy shifts the requests and goes back when an alarm rings; Terraform registers the task definition and
    leaves to CodeDeploy which one runs."""

    image: Image
    """The image that the service begins with; afterwards deployments decide (docs/decisions/0005)."""

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
    """How fast requests shift. Default: a tenth for five minutes, then all, so that alarms have something to see."""

    termination_wait_minutes: Annotated[int, Field(ge=0, le=2880)] = 60
    """How long the old tasks stay after the shift, so that a rollback is instant. Default: an hour (B04)."""

    test_listener: TestListener

    @property
    def initial_images(self) -> Mapping[Literal["blue", "green"] | None, str]:
        """The image before the first deployment, under None: the service has no colours."""
        return {None: self.image}


def strategy(service: Any) -> str:
    """The strategy that a service names, or the default. What is no table is left to the default's own check."""
    if isinstance(service, WebService):
        return str(getattr(service, "strategy", "blue-green"))
    return str(service.get("strategy", "blue-green")) if isinstance(service, Mapping) else "blue-green"


AnyWebService = Annotated[
    Annotated[BlueGreenService, Tag("blue-green")]
    | Annotated[RollingService, Tag("rolling")]
    | Annotated[CodeDeployService, Tag("codedeploy")],
    Discriminator(strategy),
]
"""A web service of the strategy that it names; `blue-green` where it names none."""
