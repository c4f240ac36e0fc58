"""The `[services.<name>]` sections: web services by strategy."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from aws.strategy import DEFAULT_STRATEGY
from config.base import Cidr, Section
from config.container import Image
from config.pattern import Pattern
from config.web_service import WebService as WebService


class Colour(Section):
    """One of the two ECS services of a blue/green service."""

    image: Image
    """First image of this colour: a complete reference with registry and tag or digest. Used only until the first
    `./windlass deploy` of this colour (docs/decisions/0005)."""


class BlueGreenService(WebService):
    """Two ECS services, blue and green. An SSM parameter decides which of them receives requests.

    Switch, canary and rollback are one command each and restart no task (B01, B02). During a deployment, both colours
    run their tasks.
    """

    strategy: Literal["blue-green"] = "blue-green"
    """How a new image replaces the old one: `blue-green` selects the keys of this table."""

    blue: Colour
    """The ECS service `blue`, which receives the requests after the first apply."""

    green: Colour
    """The ECS service `green`, which runs no tasks after the first apply."""

    @property
    def initial_images(self) -> Mapping[Literal["blue", "green"] | None, str]:
        """The image of each colour before the first deployment."""
        return {"blue": self.blue.image, "green": self.green.image}


class RollingService(WebService):
    """One ECS service whose tasks are replaced a few at a time.

    ECS rolls back when new tasks do not start or an alarm goes off (E01); the apply then fails. During the deployment,
    old and new tasks both serve requests.
    """

    strategy: Literal["rolling"]
    """How a new image replaces the old one: `rolling` selects the keys of this table."""

    image: Image
    """First image of the service: a complete reference with registry and tag or digest. Used only until the first
    `./windlass deploy` (docs/decisions/0005)."""

    @property
    def initial_images(self) -> Mapping[Literal["blue", "green"] | None, str]:
        """The image before the first deployment, under None: the service has no colours."""
        return {None: self.image}


class TestListener(Section):
    """A listener that serves the new tasks before they receive production traffic."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8443
    """TCP port of the listener, unique in the environment."""

    allowed_cidrs: Annotated[tuple[Cidr, ...], Field(examples=[["203.0.113.0/24"]])]
    """IPv4 ranges (CIDR) from which clients may connect, such as those of offices, the VPN and the pipeline. At least
    one; `0.0.0.0/0` is refused."""


class CodeDeployService(WebService):
    """One ECS service that CodeDeploy deploys: a second set of tasks, a test listener, gradual traffic shifting.

    CodeDeploy shifts traffic and rolls back when an alarm goes off. Terraform registers task definitions, CodeDeploy
    decides which one runs.
    """

    strategy: Literal["codedeploy"]
    """How a new image replaces the old one: `codedeploy` selects the keys of this table."""

    image: Image
    """First image of the service: a complete reference with registry and tag or digest. Used only until the first
    `./windlass deploy` (docs/decisions/0005)."""

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
    """How traffic shifts: the name of one of AWS's five deployment configurations for ECS, or of your own. With the
    default, 10 % of the requests for five minutes, then all, so that alarms have time to go off."""

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
