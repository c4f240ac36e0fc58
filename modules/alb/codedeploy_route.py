"""The route of a service that CodeDeploy deploys: two target groups behind a listener rule and a test listener."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf import Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionForward,
    LbListenerDefaultActionForwardTargetGroup,
)
from cdktf_cdktf_provider_aws.lb_listener_certificate import LbListenerCertificate
from constructs import Construct

from modules.alb.load_balancer import Tls
from modules.alb.names import check_name
from modules.alb.route import RuleInputs, address, listener_rule
from modules.alb.target_group import TargetGroupOutputs, TargetGroupSettings, target_group

SUFFIXES = ("a", "b")
"""Suffixes of the two target groups. They are not colours: CodeDeploy decides which of them is live."""


@dataclass(frozen=True, kw_only=True)
class CodeDeployRouteInputs:
    """Which requests the route takes, its target groups, and the test listener."""

    name: str
    """Names of the target groups without `-a` and `-b`; 1 to 30 letters, digits, hyphens."""

    rule: RuleInputs
    """Which requests."""

    targets: TargetGroupSettings
    """To which target groups."""

    load_balancer_arn: str
    """The load balancer that the test listener belongs to."""

    test_port: int
    """Port of the test listener, 1 to 65535; the load balancer's security group decides who may connect."""

    serving_ports: Sequence[int] = (80, 443)
    """Ports of the listeners for production traffic, which the test listener cannot have."""

    test_tls: Tls | None = None
    """HTTPS on the test listener (N05). Default: HTTP."""

    def __post_init__(self) -> None:
        """Refuse what Elastic Load Balancing would refuse."""
        if not 1 <= self.test_port <= 65535:
            raise ValueError(f"test_port is {self.test_port}; allowed are 1 to 65535")
        if self.test_port in self.serving_ports:
            raise ValueError(
                f"test_port is {self.test_port}, which the load balancer uses for production traffic; choose another"
            )


@dataclass(frozen=True, kw_only=True)
class CodeDeployRouteOutputs:
    """Outputs for the service and the deployment group."""

    target_groups: Mapping[str, TargetGroupOutputs]
    """The target groups, `a` and `b`; a new service starts in `a`."""

    target_group_names: Mapping[str, str]
    """Names of the target groups, for CodeDeploy."""

    listener_rule_arn: str
    """ARN of the rule that CodeDeploy changes."""

    listener_rule_address: str
    """Terraform address of the rule, for the `depends_on` of the service."""

    test_listener_arn: str
    """ARN of the test listener."""


class CodeDeployRoute(Construct):
    """A listener rule and a test listener; Terraform creates them, and CodeDeploy owns their actions."""

    outputs: CodeDeployRouteOutputs

    def __init__(self, scope: Construct, id_: str, inputs: CodeDeployRouteInputs) -> None:
        super().__init__(scope, id_)
        check_name("name of the CodeDeploy route", inputs.name, most=30)
        groups = {suffix: target_group(self, suffix, f"{inputs.name}-{suffix}", inputs.targets) for suffix in SUFFIXES}
        arns = {suffix: group.arn for suffix, group in groups.items()}
        rule = listener_rule(
            self,
            inputs.rule,
            {arns["a"]: 1},
            TerraformResourceLifecycle(ignore_changes=["action"], postcondition=[_own_target_groups(inputs.name)]),
        )
        listener = self._test_listener(inputs, arns["a"])
        self.outputs = CodeDeployRouteOutputs(
            target_groups={
                suffix: TargetGroupOutputs(arn=arns[suffix], arn_suffix=group.arn_suffix)
                for suffix, group in groups.items()
            },
            target_group_names={suffix: group.name for suffix, group in groups.items()},
            listener_rule_arn=rule.arn,
            listener_rule_address=address(rule),
            test_listener_arn=listener.arn,
        )

    def _test_listener(self, inputs: CodeDeployRouteInputs, target_group_arn: str) -> LbListener:
        tls = inputs.test_tls
        listener = LbListener(
            self,
            "test",
            load_balancer_arn=inputs.load_balancer_arn,
            port=inputs.test_port,
            protocol="HTTP" if tls is None else "HTTPS",
            ssl_policy=None if tls is None else tls.ssl_policy,
            certificate_arn=None if tls is None else tls.certificate_arn,
            default_action=[
                LbListenerDefaultAction(
                    type="forward",
                    forward=LbListenerDefaultActionForward(
                        target_group=[LbListenerDefaultActionForwardTargetGroup(arn=target_group_arn, weight=1)]
                    ),
                )
            ],
            lifecycle=TerraformResourceLifecycle(ignore_changes=["default_action"]),
        )
        for name, certificate_arn in sorted(tls.additional_certificate_arns.items() if tls is not None else ()):
            LbListenerCertificate(
                self, f"certificate-{name}", listener_arn=listener.arn, certificate_arn=certificate_arn
            )
        return listener


def _own_target_groups(name: str) -> Postcondition:
    """Fail if the rule belonged to another strategy: its action is ignored, so nothing would ever change it.

    The names are known before creation, so the plan already fails.
    """
    groups = "flatten([for action in self.action : [for forward in action.forward : tolist(forward.target_group)]])"
    own = f'regexall(":targetgroup/{name}-[ab]/", group.arn)'
    return Postcondition(
        condition=f"${{alltrue([for group in {groups} : length({own}) == 1])}}",
        error_message=(
            f"The listener rule of {name} forwards to target groups that CodeDeploy does not know; Terraform leaves "
            "the action of this rule alone. To change the strategy without an interruption, add a second service and "
            "move the requests to it; with one, let Terraform make the rule again (-replace). See "
            "docs/decisions/0006-strategies.md."
        ),
    )
