"""Rolling: one ECS service; ECS replaces its tasks, and rolls back when the new ones fail."""

from constructs import Construct

from aws.strategy import ECS_SERVICES
from config.services import RollingService
from layers.context import ServiceContext
from layers.web.base import WebEcsServiceSpec, WebServiceBase
from modules import ecs
from modules.alb import SingleRoute, SingleRouteInputs
from release.outputs import RollingOutputs


class Rolling(WebServiceBase[RollingService]):
    """One web service. An apply ends when the deployment ends, and fails when ECS rolled it back (E01)."""

    outputs: RollingOutputs

    def __init__(self, scope: Construct, name: str, settings: RollingService, context: ServiceContext) -> None:
        super().__init__(scope, name, settings, context)
        (id_,) = ECS_SERVICES[settings.strategy]
        inputs = SingleRouteInputs(name=self._full_name, rule=self._rule(), targets=self._targets())
        route = SingleRoute(self, "route", inputs).outputs
        alarm_names, alarm_addresses = self._alarms("alarms", "", route.target_group)
        service = self._service(
            WebEcsServiceSpec(
                id_=id_,
                target_group=route.target_group,
                desired_count=settings.desired_count,
                roles=self._roles(f"-{id_}"),
                # The alarms are of the target group, not of the service, so they exist before the first deployment and
                # are not in ALARM: a target group without requests raises none.
                depends_on=[route.listener_rule_address, *alarm_addresses],
                deployment=ecs.DeploymentInputs(
                    alarm_names=alarm_names, wait_for_steady_state=True, fail_on_rollback=True
                ),
            )
        )
        self._dashboard({name: route.target_group}, {name: service.name})
        self.outputs = RollingOutputs(
            url=context.url(settings.host_names),
            listener_rule_arn=route.listener_rule_arn,
            image_parameter=self._images[None].parameter_name,
            service_name=service.name,
            target_group_arn=route.target_group.arn,
        )
