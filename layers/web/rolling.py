"""Rolling: one ECS service whose tasks ECS replaces, and takes back when they are no good."""

from constructs import Construct

from config.services import RollingService
from layers.web.shared import Surroundings, Tasks, WiredWebService
from modules import ecs
from modules.alb import SingleRoute, SingleRouteInputs
from release.outputs import RollingOutputs


class Rolling(WiredWebService[RollingService]):
    """Wires one web service. An apply ends when the deployment has, and fails when ECS took it back (E01)."""

    outputs: RollingOutputs

    def __init__(self, scope: Construct, name: str, settings: RollingService, surroundings: Surroundings) -> None:
        super().__init__(scope, name, settings, surroundings)
        image = self._image("image", settings.image)
        inputs = SingleRouteInputs(name=self._full_name, rule=self._rule(), targets=self._targets())
        route = SingleRoute(self, "route", inputs).outputs
        alarm_names, alarm_addresses = self._alarms("alarms", "", route.target_group)
        service = self._service(
            Tasks(
                id_="rolling",
                suffix="-rolling",
                image=image,
                target_group=route.target_group,
                desired_count=settings.desired_count,
                roles=self._roles([settings.image], [self._log_group("-rolling")]),
                # The alarms watch the target group, not the service, so the first deployment finds them there and
                # silent: a target group without requests raises none.
                depends_on=[route.listener_rule_address, *alarm_addresses],
                deployment=ecs.DeploymentInputs(
                    alarm_names=alarm_names, wait_for_steady_state=True, fail_when_taken_back=True
                ),
            )
        )
        self._dashboard({name: route.target_group}, {name: service.name})
        self.outputs = RollingOutputs(
            url=surroundings.url(settings.host_names),
            listener_rule_arn=route.listener_rule_arn,
            image_parameter=image.parameter_name,
            service_name=service.name,
            target_group_arn=route.target_group.arn,
        )
