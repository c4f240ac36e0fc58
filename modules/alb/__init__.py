"""Application Load Balancer: the balancer with its listeners, and routes to target groups."""

from modules.alb.blocked_paths import BlockedPaths, BlockedPathsInputs
from modules.alb.codedeploy_route import CodeDeployRoute, CodeDeployRouteInputs, CodeDeployRouteOutputs
from modules.alb.load_balancer import AccessLogs, LoadBalancer, LoadBalancerInputs, LoadBalancerOutputs, Tls
from modules.alb.login_route import LoginRoute, LoginRouteInputs, LoginRouteOutputs, OidcLogin
from modules.alb.route import (
    BlueGreenRoute,
    BlueGreenRouteInputs,
    BlueGreenRouteOutputs,
    RuleInputs,
    SingleRoute,
    SingleRouteInputs,
    SingleRouteOutputs,
)
from modules.alb.target_group import TargetGroupOutputs, TargetGroupSettings, TargetHealthCheck

__all__ = [
    "AccessLogs",
    "BlockedPaths",
    "BlockedPathsInputs",
    "BlueGreenRoute",
    "BlueGreenRouteInputs",
    "BlueGreenRouteOutputs",
    "CodeDeployRoute",
    "CodeDeployRouteInputs",
    "CodeDeployRouteOutputs",
    "LoadBalancer",
    "LoadBalancerInputs",
    "LoadBalancerOutputs",
    "LoginRoute",
    "LoginRouteInputs",
    "LoginRouteOutputs",
    "OidcLogin",
    "RuleInputs",
    "SingleRoute",
    "SingleRouteInputs",
    "SingleRouteOutputs",
    "TargetGroupOutputs",
    "TargetGroupSettings",
    "TargetHealthCheck",
    "Tls",
]
