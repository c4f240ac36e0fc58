"""What of an environment a release works on: the resources of one web service, by their names in AWS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws.colour import COLOURS, Colour
from release.errors import BadRequestError
from release.strategies import previous_image_hint, strategy_of


@dataclass(frozen=True, kw_only=True)
class Side:
    """One colour of a service."""

    colour: Colour
    """`blue` or `green`."""

    target_group_arn: str
    """The target group that its tasks register in."""

    service_name: str
    """Name of its ECS service."""

    image_parameter: str | None
    """Name of the SSM parameter that holds its image; None where the state of the service layer is older than that."""

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
        strategy = strategy_of(outputs, service, environment=environment)
        if strategy != "blue-green":
            raise BadRequestError(
                f"{service} has the strategy {strategy}: it has no colours, so there is nothing to switch. "
                f"{previous_image_hint(strategy, environment, service)}"
            )
        images = {colour: outputs.get(f"{colour}_image_parameters") or {} for colour in COLOURS}
        return cls(
            environment=environment,
            service=service,
            cluster_name=outputs["cluster_name"],
            colour_parameter=outputs["colour_parameters"][service],
            listener_rule_arn=outputs["listener_rule_arns"][service],
            url=(outputs.get("service_urls") or {}).get(service),
            sides={
                colour: Side(
                    colour=colour,
                    target_group_arn=outputs[f"{colour}_target_group_arns"][service],
                    service_name=outputs[f"{colour}_service_names"][service],
                    image_parameter=images[colour].get(service),
                )
                for colour in COLOURS
            },
        )
