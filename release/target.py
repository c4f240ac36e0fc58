"""What of an environment a release works on: the resources of one web service, by their names in AWS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws.colour import Colour
from release.errors import BadRequestError
from release.outputs import BlueGreenOutputs, ColourOutputs
from release.strategies import previous_image_hint, service_outputs


@dataclass(frozen=True, kw_only=True)
class Side:
    """One colour of a service."""

    colour: Colour
    """`blue` or `green`."""

    target_group_arn: str
    """The target group that its tasks register in."""

    service_name: str
    """Name of its ECS service."""

    image_parameter: str
    """Name of the SSM parameter that holds its image."""

    @property
    def alarm_prefix(self) -> str:
        """What the names of its alarms start with: `<project>-<environment>-<service>-<colour>-`."""
        return f"{self.service_name}-"


@dataclass(frozen=True, kw_only=True)
class Target:
    """One web service of an environment, whatever its strategy."""

    environment: str
    """The environment, for messages and hints."""

    service: str
    """Name of the service; also of its container."""

    cluster_name: str
    """The ECS cluster."""

    url: str | None
    """Where the service answers."""

    @property
    def arguments(self) -> str:
        """`ENV SERVICE`, as a command wants them."""
        return f"{self.environment} {self.service}"


@dataclass(frozen=True, kw_only=True)
class ReleaseTarget(Target):
    """A blue/green service."""

    colour_parameter: str
    """Name of the SSM parameter that says which colour is live."""

    listener_rule_arn: str
    """The listener rule whose weights are changed."""

    sides: Mapping[Colour, Side]
    """Blue and green."""

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any], service: str, *, environment: str) -> "ReleaseTarget":
        """Pick one service out of the outputs of the `service` layer (output name → value).

        Raises:
            BadRequestError: the layer was never applied, or it has no such service.
        """
        found = service_outputs(outputs, service, environment=environment)
        if not isinstance(found, BlueGreenOutputs):
            raise BadRequestError(
                f"{service} has the strategy {found.strategy}: it has no colours, so there is nothing to switch. "
                f"{previous_image_hint(found.strategy, environment, service)}"
            )
        sides: dict[Colour, ColourOutputs] = {"blue": found.blue, "green": found.green}
        return cls(
            environment=environment,
            service=service,
            cluster_name=outputs["cluster_name"],
            colour_parameter=found.colour_parameter,
            listener_rule_arn=found.listener_rule_arn,
            url=found.url,
            sides={
                colour: Side(
                    colour=colour,
                    target_group_arn=side.target_group_arn,
                    service_name=side.service_name,
                    image_parameter=side.image_parameter,
                )
                for colour, side in sides.items()
            },
        )
