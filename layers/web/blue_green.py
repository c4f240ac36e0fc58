"""Blue/green: two ECS services behind one listener rule, and one parameter that says which of them is live."""

from collections.abc import Mapping

from constructs import Construct

from aws.colour import COLOURS, FIRST_LIVE
from config.services import BlueGreenService
from layers.context import ServiceContext
from layers.web.base import WebEcsServiceSpec, WebServiceBase
from modules.alb import BlueGreenRoute, BlueGreenRouteInputs, BlueGreenRouteOutputs
from modules.web import LiveColour, LiveColourInputs
from release.outputs import BlueGreenOutputs, ColourOutputs


class BlueGreen(WebServiceBase[BlueGreenService]):
    """One web service. The live colour's parameter decides the traffic weights; see docs/architecture.md."""

    outputs: BlueGreenOutputs

    def __init__(self, scope: Construct, name: str, settings: BlueGreenService, context: ServiceContext) -> None:
        super().__init__(scope, name, settings, context)
        live = LiveColour(
            self,
            "live-colour",
            LiveColourInputs(service=name, parameter_name=self._environment.path(name, "colour")),
        ).outputs
        route = self._route(live.weights)
        roles = self._roles(*(f"-{colour}" for colour in COLOURS))
        service_names: Mapping[str, str] = {
            colour: self._service(
                WebEcsServiceSpec(
                    id_=colour,
                    colour=colour,
                    target_group=route.target_groups[colour],
                    # The idle colour starts without tasks; a switch scales it up first (B04).
                    desired_count=settings.desired_count if colour == FIRST_LIVE else 0,
                    first_min_count=settings.min_count if colour == FIRST_LIVE else 0,
                    roles=roles,
                    depends_on=[route.listener_rule_address],
                )
            ).name
            for colour in COLOURS
        }
        # A canary observes the alarms of the new colour.
        for colour in COLOURS:
            self._alarms(f"{colour}-alarms", f"-{colour}", route.target_groups[colour])
        self._dashboard(route.target_groups, service_names)
        colours = {
            colour: ColourOutputs(
                image_parameter=self._images[colour].parameter_name,
                service_name=service_names[colour],
                target_group_arn=route.target_groups[colour].arn,
            )
            for colour in COLOURS
        }
        self.outputs = BlueGreenOutputs(
            url=context.url(settings.host_names),
            listener_rule_arn=route.listener_rule_arn,
            colour_parameter=live.parameter_name,
            blue=colours["blue"],
            green=colours["green"],
        )

    def _route(self, weights: Mapping[str, str]) -> BlueGreenRouteOutputs:
        inputs = BlueGreenRouteInputs(
            name=self._full_name,
            rule=self._rule(),
            targets=self._targets(),
            blue_weight=weights["blue"],
            green_weight=weights["green"],
        )
        return BlueGreenRoute(self, "route", inputs).outputs
