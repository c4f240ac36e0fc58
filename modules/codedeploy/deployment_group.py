"""The deployment group of one ECS service: traffic, termination of old tasks, rollback."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.codedeploy_app import CodedeployApp
from cdktf_cdktf_provider_aws.codedeploy_deployment_group import (
    CodedeployDeploymentGroup,
    CodedeployDeploymentGroupAlarmConfiguration,
    CodedeployDeploymentGroupAutoRollbackConfiguration,
    CodedeployDeploymentGroupBlueGreenDeploymentConfig,
    CodedeployDeploymentGroupBlueGreenDeploymentConfigDeploymentReadyOption,
    CodedeployDeploymentGroupBlueGreenDeploymentConfigTerminateBlueInstancesOnDeploymentSuccess,
    CodedeployDeploymentGroupDeploymentStyle,
    CodedeployDeploymentGroupEcsService,
    CodedeployDeploymentGroupLoadBalancerInfo,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfo,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoProdTrafficRoute,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTargetGroup,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTestTrafficRoute,
)
from constructs import Construct

from modules.codedeploy.inputs import CodeDeployInputs, RollbackInputs, TrafficInputs
from modules.codedeploy.role import add_service_role


@dataclass(frozen=True, kw_only=True)
class CodeDeployOutputs:
    """Outputs for the caller that deploys."""

    application_name: str
    """Name of the application."""

    deployment_group_name: str
    """Name of the deployment group."""

    deployment_group_arn: str
    """ARN of the deployment group, for the role that deploys."""

    role_arn: str
    """ARN of the role that CodeDeploy assumes."""


class CodeDeploy(Construct):
    """A CodeDeploy application with one deployment group, and a role limited to this one service."""

    outputs: CodeDeployOutputs

    def __init__(self, scope: Construct, id_: str, inputs: CodeDeployInputs) -> None:
        super().__init__(scope, id_)
        role_arn, role_policy = add_service_role(
            self,
            name=inputs.name,
            account=inputs.account,
            service=inputs.service,
            traffic=inputs.traffic,
        )
        application = CodedeployApp(self, "application", name=inputs.name, compute_platform="ECS")
        group = CodedeployDeploymentGroup(
            self,
            "group",
            app_name=application.name,
            deployment_group_name=inputs.name,
            deployment_config_name=inputs.deployment_config_name,
            service_role_arn=role_arn,
            deployment_style=CodedeployDeploymentGroupDeploymentStyle(
                deployment_option="WITH_TRAFFIC_CONTROL", deployment_type="BLUE_GREEN"
            ),
            ecs_service=CodedeployDeploymentGroupEcsService(
                cluster_name=inputs.service.cluster_name, service_name=inputs.service.service_name
            ),
            load_balancer_info=_load_balancer_info(inputs.traffic),
            blue_green_deployment_config=_pace(inputs),
            alarm_configuration=_alarms(inputs.rollback),
            auto_rollback_configuration=CodedeployDeploymentGroupAutoRollbackConfiguration(
                enabled=True, events=_events(inputs.rollback)
            ),
        )
        # CodeDeploy tests the role at once, and a reference to the role's ARN does not wait for its policy.
        group.add_override("depends_on", [role_policy])
        self.outputs = CodeDeployOutputs(
            application_name=application.name,
            deployment_group_name=group.deployment_group_name,
            deployment_group_arn=group.arn,
            role_arn=role_arn,
        )


def _load_balancer_info(traffic: TrafficInputs) -> CodedeployDeploymentGroupLoadBalancerInfo:
    test = traffic.test_listener_arn
    pair = CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfo(
        prod_traffic_route=CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoProdTrafficRoute(
            listener_arns=[traffic.listener_arn]
        ),
        test_traffic_route=(
            CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTestTrafficRoute(listener_arns=[test])
            if test is not None
            else None
        ),
        target_group=[
            CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTargetGroup(name=name)
            for name in traffic.target_group_names
        ],
    )
    return CodedeployDeploymentGroupLoadBalancerInfo(target_group_pair_info=pair)


def _pace(inputs: CodeDeployInputs) -> CodedeployDeploymentGroupBlueGreenDeploymentConfig:
    wait = inputs.test_wait_minutes
    return CodedeployDeploymentGroupBlueGreenDeploymentConfig(
        deployment_ready_option=CodedeployDeploymentGroupBlueGreenDeploymentConfigDeploymentReadyOption(
            action_on_timeout="STOP_DEPLOYMENT" if wait else "CONTINUE_DEPLOYMENT", wait_time_in_minutes=wait or None
        ),
        terminate_blue_instances_on_deployment_success=(
            CodedeployDeploymentGroupBlueGreenDeploymentConfigTerminateBlueInstancesOnDeploymentSuccess(
                action="TERMINATE", termination_wait_time_in_minutes=inputs.termination_wait_minutes
            )
        ),
    )


def _alarms(rollback: RollbackInputs) -> CodedeployDeploymentGroupAlarmConfiguration | None:
    if not rollback.alarm_names:
        return None
    # If CloudWatch cannot be read, the deployment stops: its health is unknown.
    return CodedeployDeploymentGroupAlarmConfiguration(
        alarms=list(rollback.alarm_names), enabled=True, ignore_poll_alarm_failure=False
    )


def _events(rollback: RollbackInputs) -> list[str]:
    events = ["DEPLOYMENT_FAILURE"]
    if rollback.alarm_names:
        events.append("DEPLOYMENT_STOP_ON_ALARM")
    if rollback.on_request:
        events.append("DEPLOYMENT_STOP_ON_REQUEST")
    return events
