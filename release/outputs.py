"""What the `service` layer publishes of each web service, told apart by `strategy`.

`layers.web` creates these objects, `layers.outputs` publishes them as the output `services`, and `release.open` reads
them back from the state. Pure: nothing here needs CDKTF.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from aws.colour import Colour


@dataclass(frozen=True, kw_only=True)
class ColourOutputs:
    """One colour of a blue/green service."""

    image_parameter: str
    """Name of the SSM parameter that holds its image."""

    service_name: str
    """Name of its ECS service."""

    target_group_arn: str
    """ARN of the target group that its tasks register in."""


@dataclass(frozen=True, kw_only=True)
class _AnyStrategy:
    """What a web service has whatever its strategy."""

    url: str
    """Where it answers."""

    listener_rule_arn: str
    """ARN of the listener rule that forwards its requests."""


@dataclass(frozen=True, kw_only=True)
class BlueGreenOutputs(_AnyStrategy):
    """A blue/green service: two ECS services, and a parameter that says which of them is live."""

    strategy: Literal["blue-green"] = "blue-green"

    colour_parameter: str
    """Name of the SSM parameter that says which colour is live."""

    blue: ColourOutputs
    green: ColourOutputs

    @property
    def colours(self) -> Mapping[Colour, ColourOutputs]:
        """Both colours, by name."""
        return {"blue": self.blue, "green": self.green}


@dataclass(frozen=True, kw_only=True)
class RollingOutputs(_AnyStrategy):
    """A rolling service: one ECS service whose tasks ECS replaces."""

    strategy: Literal["rolling"] = "rolling"

    image_parameter: str
    """Name of the SSM parameter that holds its image."""

    service_name: str
    """Name of its ECS service, and of the family of its task definitions."""

    target_group_arn: str
    """ARN of the target group that its tasks register in."""


@dataclass(frozen=True, kw_only=True)
class CodeDeployOutputs(_AnyStrategy):
    """A service whose requests CodeDeploy shifts between two task sets of one ECS service."""

    strategy: Literal["codedeploy"] = "codedeploy"

    image_parameter: str
    """Name of the SSM parameter that holds its image."""

    service_name: str
    """Name of its ECS service, and of the family of its task definitions."""

    task_definition_arn: str
    """ARN of the newest task definition, which the next deployment names."""

    application_name: str
    """CodeDeploy application."""

    deployment_group_name: str
    """CodeDeploy deployment group."""

    test_listener_arn: str
    """ARN of the listener that forwards to the new tasks during a deployment."""


WebServiceOutputs = BlueGreenOutputs | RollingOutputs | CodeDeployOutputs

_CLASSES: Mapping[str, type[WebServiceOutputs]] = {
    one.strategy: one for one in (BlueGreenOutputs, RollingOutputs, CodeDeployOutputs)
}


def parse_web_service(value: Mapping[str, Any]) -> WebServiceOutputs:
    """Read one value of the output `services`, as it is in the state. Keys that are unknown here are ignored.

    Raises:
        ValueError: the strategy is unknown, or a key is missing: another version of Windlass has applied.
    """
    strategy = value.get("strategy")
    outputs_class = _CLASSES.get(str(strategy))
    if outputs_class is None:
        raise ValueError(f"strategy is {strategy!r}; it must be one of {', '.join(_CLASSES)}")
    values = _values(outputs_class, value)
    for colour in ("blue", "green"):
        if colour in values:
            values[colour] = ColourOutputs(**_values(ColourOutputs, values[colour]))
    return outputs_class(**values)


def _values(outputs_class: type[Any], value: Mapping[str, Any]) -> dict[str, Any]:
    names = [field.name for field in fields(outputs_class)]
    missing = [name for name in names if name not in value]
    if missing:
        raise ValueError(f"{', '.join(missing)} missing")
    return {name: value[name] for name in names}
