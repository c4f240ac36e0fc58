"""CodeDeploy: one ECS service; CodeDeploy manages its task sets, listener rule and test listener."""

from constructs import Construct

from aws.strategy import ECS_SERVICES
from config.services import CodeDeployService
from layers.context import ServiceContext
from layers.web.base import WebEcsServiceSpec, WebServiceBase
from modules import codedeploy, ecs
from modules.alb import CodeDeployRoute, CodeDeployRouteInputs, CodeDeployRouteOutputs
from modules.iam import TaskRolesOutputs
from release.outputs import CodeDeployOutputs


class CodeDeployed(WebServiceBase[CodeDeployService]):
    """One web service. Terraform registers the task definition; CodeDeploy decides which one runs."""

    outputs: CodeDeployOutputs

    def __init__(self, scope: Construct, name: str, settings: CodeDeployService, context: ServiceContext) -> None:
        super().__init__(scope, name, settings, context)
        (id_,) = ECS_SERVICES[settings.strategy]
        route = self._route()
        roles = self._roles(f"-{id_}")
        service = self._service(
            WebEcsServiceSpec(
                id_=id_,
                target_group=route.target_groups["a"],
                desired_count=settings.desired_count,
                roles=roles,
                depends_on=[route.listener_rule_address],
                deployment=ecs.DeploymentInputs(controller="CODE_DEPLOY"),
                # ECS rebalances tasks between zones only where it deploys itself.
                availability_zone_rebalancing=False,
            )
        )
        group = self._deployment_group(route, roles, service)
        self._dashboard(route.target_groups, {name: service.name})
        self.outputs = CodeDeployOutputs(
            url=context.url(settings.host_names),
            listener_rule_arn=route.listener_rule_arn,
            image_parameter=self._images[None].parameter_name,
            service_name=service.name,
            task_definition_arn=service.task_definition_arn,
            application_name=group.application_name,
            deployment_group_name=group.deployment_group_name,
            test_listener_arn=route.test_listener_arn,
        )

    def _route(self) -> CodeDeployRouteOutputs:
        certificates = self._context.certificates
        inputs = CodeDeployRouteInputs(
            name=self._full_name,
            rule=self._rule(),
            targets=self._targets(),
            load_balancer_arn=self._context.load_balancer.arn,
            test_port=self._settings.test_listener.port,
            serving_ports=tuple(self._environment.load_balancer.ports.values()),
            test_tls=None if certificates is None else certificates.tls(self._settings.host_names),
        )
        return CodeDeployRoute(self, "route", inputs).outputs

    def _deployment_group(
        self, route: CodeDeployRouteOutputs, roles: TaskRolesOutputs, service: ecs.ServiceOutputs
    ) -> codedeploy.CodeDeployOutputs:
        aws = self._environment.aws
        # Either target group may hold the new tasks, so CodeDeploy observes the alarms of both; an empty one has none.
        alarms = {
            label: self._alarms(f"{label}-alarms", f"-{label}", group)[0]
            for label, group in route.target_groups.items()
        }
        inputs = codedeploy.CodeDeployInputs(
            name=self._full_name,
            account=aws.account,
            service=codedeploy.ServiceInputs(
                cluster_name=self._context.cluster.name,
                service_name=service.name,
                role_arns=[roles.execution_role_arn, roles.task_role_arn],
            ),
            traffic=codedeploy.TrafficInputs(
                target_group_names=list(route.target_group_names.values()),
                listener_arn=self._context.load_balancer.listener_arn,
                listener_rule_arns=[route.listener_rule_arn],
                test_listener_arn=route.test_listener_arn,
            ),
            rollback=codedeploy.RollbackInputs(alarm_names=[name for names in alarms.values() for name in names]),
            deployment_config_name=self._settings.deployment_config,
            termination_wait_minutes=self._settings.termination_wait_minutes,
        )
        return codedeploy.CodeDeploy(self, "deployments", inputs).outputs
