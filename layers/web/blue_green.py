"""Blue/green: two ECS services behind one listener rule, and one parameter that says who gets the requests."""

from collections.abc import Mapping

from constructs import Construct

from aws.colour import Colour
from config.services import BlueGreenService
from layers.web.shared import Surroundings, Tasks, WiredWebService
from modules.alb import BlueGreenRoute, BlueGreenRouteInputs, BlueGreenRouteOutputs
from modules.web import COLOURS, LiveColour, LiveColourInputs
from release.outputs import BlueGreenOutputs, ColourOutputs


class BlueGreen(WiredWebService[BlueGreenService]):
    """Wires one web service. The live colour's parameter decides the weights; see docs/architecture.md."""

    outputs: BlueGreenOutputs

    def __init__(self, scope: Construct, name: str, settings: BlueGreenService, surroundings: Surroundings) -> None:
        super().__init__(scope, name, settings, surroundings)
        live = LiveColour(
            self,
            "live-colour",
            LiveColourInputs(service=name, parameter_name=self._environment.path(name, "colour")),
        ).outputs
        first: dict[Colour, str] = {"blue": settings.blue.image, "green": settings.green.image}
        images = {colour: self._image(f"{colour}-image", first[colour], colour) for colour in COLOURS}
        route = self._route(live.weights)
        roles = self._roles(
            [first[colour] for colour in COLOURS], [self._log_group(f"-{colour}") for colour in COLOURS]
        )
        service_names: Mapping[str, str] = {
            colour: self._service(
                Tasks(
                    id_=colour,
                    suffix=f"-{colour}",
                    colour=colour,
                    image=images[colour],
                    target_group=route.target_groups[colour],
                    # The idle colour starts with no tasks; whoever switches scales it up first (B04).
                    desired_count=settings.desired_count if colour == "blue" else 0,
                    roles=roles,
                    depends_on=[route.listener_rule_address],
                )
            ).name
            for colour in COLOURS
        }
        # A canary watches the alarms of the new colour.
        for colour in COLOURS:
            self._alarms(f"{colour}-alarms", f"-{colour}", route.target_groups[colour])
        self._dashboard(route.target_groups, service_names)
        colours = {
            colour: ColourOutputs(
                image_parameter=images[colour].parameter_name,
                service_name=service_names[colour],
                target_group_arn=route.target_groups[colour].arn,
            )
            for colour in COLOURS
        }
        self.outputs = BlueGreenOutputs(
            url=surroundings.url(settings.host_names),
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
