"""CodeDeploy for an ECS service: the application, its deployment group, and the role that CodeDeploy acts with."""

from modules.codedeploy.deployment_group import CodeDeploy, CodeDeployOutputs
from modules.codedeploy.inputs import CodeDeployInputs, RollbackInputs, ServiceInputs, TrafficInputs

__all__ = [
    "CodeDeploy",
    "CodeDeployInputs",
    "CodeDeployOutputs",
    "RollbackInputs",
    "ServiceInputs",
    "TrafficInputs",
]
