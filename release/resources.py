"""The resources in AWS of a blue/green service: the live colour's parameter, the listener rule, and the two colours."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from aws.colour import Colour
from release.alarms import Alarms, colour_alarms
from release.context import Context
from release.ecs import EcsService
from release.health import Health, target_health
from release.listener_rule import ListenerRule
from release.outputs import BlueGreenOutputs, ColourOutputs
from release.reconcile import reconcile
from release.scalable_target import ScalableTarget
from release.versioned_parameter import History, VersionedParameter


@dataclass(frozen=True, kw_only=True)
class ColourResources:
    """One colour."""

    context: Context
    colour: Colour
    outputs: ColourOutputs

    @cached_property
    def image(self) -> VersionedParameter:
        """The parameter that holds its image."""
        return VersionedParameter(self.context.aws, self.outputs.image_parameter)

    @cached_property
    def ecs(self) -> EcsService:
        """Its ECS service."""
        return EcsService(self.context, self.outputs.service_name)

    @cached_property
    def scaling(self) -> ScalableTarget:
        """The limits of its number of tasks."""
        return ScalableTarget(self.context, self.outputs.service_name)

    def health(self) -> Health:
        """Return the health of its targets."""
        return target_health(self.context.aws, self.outputs.target_group_arn)

    def alarms(self) -> Alarms:
        """Return its alarms, whose names are `<project>-<environment>-<service>-<colour>-…`."""
        return colour_alarms(self.context.aws, name_prefix=f"{self.outputs.service_name}-")


@dataclass(frozen=True, kw_only=True)
class BlueGreenResources:
    """A blue/green service."""

    context: Context
    outputs: BlueGreenOutputs

    @cached_property
    def live_colour(self) -> VersionedParameter:
        """The parameter that says which colour is live."""
        return VersionedParameter(self.context.aws, self.outputs.colour_parameter)

    @cached_property
    def rule(self) -> ListenerRule:
        """The listener rule that follows it."""
        groups = {colour: one.target_group_arn for colour, one in self.outputs.colours.items()}
        return ListenerRule(self.context, self.outputs.listener_rule_arn, groups)

    @cached_property
    def colours(self) -> Mapping[Colour, ColourResources]:
        """Blue and green."""
        return {
            colour: ColourResources(context=self.context, colour=colour, outputs=outputs)
            for colour, outputs in self.outputs.colours.items()
        }

    def reconcile(self) -> History:
        """Give the rule the weights that the parameter says, and return the parameter's history."""
        return reconcile(self.live_colour, self.rule, self.context.author)
