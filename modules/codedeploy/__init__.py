"""CodeDeploy for an ECS service: the application, its deployment group, and the role that CodeDeploy acts with."""

from modules.codedeploy.deployment_group import (
    AccountInputs,
    CodeDeploy,
    CodeDeployInputs,
    CodeDeployOutputs,
    RollbackInputs,
    ServiceInputs,
    TrafficInputs,
)

__all__ = [
    "AccountInputs",
    "CodeDeploy",
    "CodeDeployInputs",
    "CodeDeployOutputs",
    "RollbackInputs",
    "ServiceInputs",
    "TrafficInputs",
]
