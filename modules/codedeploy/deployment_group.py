"""The deployment group of one ECS service: who gets requests, when old tasks go, what takes a deployment back."""

from collections.abc import Sequence
from dataclasses import dataclass, field

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

from modules.codedeploy.role import add_service_role

MOST_ALARMS = 10
"""What CodeDeploy takes in one deployment group."""


@dataclass(frozen=True, kw_only=True)
class AccountInputs:
    """Where all of this is, for ARNs and for the trust of the role."""

    region: str
    """Region of the service."""

    account_id: str
    """Account of the service."""

    partition: str = "aws"
    """`aws`, `aws-cn`, `aws-us-gov`. Default: `aws`."""


@dataclass(frozen=True, kw_only=True)
class ServiceInputs:
    """The ECS service, whose deployment controller is `CODE_DEPLOY`."""

    cluster_name: str
    """Cluster of the service."""

    service_name: str
    """Name of the service."""

    role_arns: Sequence[str]
    """Execution and task role of its task definitions, which CodeDeploy passes on to new tasks."""


@dataclass(frozen=True, kw_only=True)
class TrafficInputs:
    """What CodeDeploy points at the new tasks."""

    target_group_names: Sequence[str]
    """Exactly two: one for the tasks that are live, one for those to come."""

    listener_arn: str
    """The listener that serves."""

    listener_rule_arns: Sequence[str]
    """The rules of that listener that belong to the service: CodeDeploy may change these and no others."""

    test_listener_arn: str | None = None
    """The listener that shows the new tasks before anybody else sees them. Default: none."""

    def __post_init__(self) -> None:
        """Refuse what CodeDeploy would refuse."""
        if len(self.target_group_names) != 2:
            raise ValueError(f"target_group_names has {len(self.target_group_names)} names; CodeDeploy needs two")


@dataclass(frozen=True, kw_only=True)
class RollbackInputs:
    """What takes a deployment back."""

    alarm_names: Sequence[str] = ()
    """CloudWatch alarms, at most 10. Default: none; a failure alone takes the deployment back."""

    on_request: bool = False
    """A deployment that somebody stops goes back too. Default: no; whoever stops it says which way."""

    def __post_init__(self) -> None:
        """Refuse what CodeDeploy would refuse."""
        if len(self.alarm_names) > MOST_ALARMS:
            raise ValueError(f"alarm_names has {len(self.alarm_names)} alarms; allowed are {MOST_ALARMS}")


@dataclass(frozen=True, kw_only=True)
class CodeDeployInputs:
    """What is deployed, how fast, and how it goes back."""

    name: str
    """Name of the application and of its one deployment group; 1 to 53 letters, digits, `+=,.@_-`. `-codedeploy` is
    added for the role, and IAM stops at 64."""

    account: AccountInputs
    """Where."""

    service: ServiceInputs
    """What is deployed."""

    traffic: TrafficInputs
    """What is pointed at it."""

    rollback: RollbackInputs = field(default_factory=RollbackInputs)
    """What takes a deployment back. Default: a failure."""

    deployment_config_name: str = "CodeDeployDefault.ECSCanary10Percent5Minutes"
    """How fast requests shift. Default: a tenth for five minutes, then all, so that alarms have something to see."""

    termination_wait_minutes: int = 60
    """How long the old tasks stay after the shift, 0 to 2880. Default: 60, in which a rollback is instant (B04)."""

    test_wait_minutes: int = 0
    """How long CodeDeploy waits, with the new tasks on the test listener only, for somebody to say go on; 0 to 2880.
    When nobody does, the deployment stops. Default: 0, it goes on by itself."""

    def __post_init__(self) -> None:
        """Refuse what CodeDeploy or IAM would refuse."""
        if "${" not in self.name and not 1 <= len(self.name) <= 53:
            raise ValueError(f'name is "{self.name}" with {len(self.name)} characters; allowed are 1 to 53')
        for name in ("termination_wait_minutes", "test_wait_minutes"):
            if not 0 <= getattr(self, name) <= 2880:
                raise ValueError(f"{name} is {getattr(self, name)}; allowed are 0 to 2880")


@dataclass(frozen=True, kw_only=True)
class CodeDeployOutputs:
    """What whoever deploys needs."""

    application_name: str
    """Name of the application."""

    deployment_group_name: str
    """Name of the deployment group."""

    deployment_group_arn: str
    """ARN of the deployment group, for the role that deploys."""

    role_arn: str
    """ARN of the role that CodeDeploy acts with."""


class CodeDeploy(Construct):
    """An application with one deployment group, and a role that reaches this one service."""

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
        # CodeDeploy tries the role at once, and the ARN of a role does not wait for its policy.
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
    # Where CloudWatch does not answer, nobody knows whether the deployment is well: it stops.
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
