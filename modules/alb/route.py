"""Routes: a listener rule and the target groups that it forwards to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle, Token
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleActionForward,
    LbListenerRuleActionForwardTargetGroup,
    LbListenerRuleCondition,
    LbListenerRuleConditionHostHeader,
    LbListenerRuleConditionPathPattern,
    LbListenerRuleConditionSourceIp,
)
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup
from constructs import Construct

from aws.quotas import LISTENER_RULE_CONDITIONS, LISTENER_RULE_PRIORITY_MAX
from modules.alb.names import check_name
from modules.alb.target_group import TargetGroupOutputs, TargetGroupSettings, target_group

Weight = int | str
"""A traffic weight, 0 to 999: a number, or a Terraform expression (`${…}`) for one."""


@dataclass(frozen=True, kw_only=True)
class RuleInputs:
    """Which requests a rule takes."""

    listener_arn: str
    """The listener for production traffic."""

    priority: int
    """1 to 50000, unique in the listener; the matching rule with the lowest priority wins."""

    host_headers: Sequence[str] = ()
    """Host names, with `*` and `?`. Default: any."""

    path_patterns: Sequence[str] = ()
    """Paths, with `*` and `?`. Default: any."""

    source_cidrs: Sequence[str] = ()
    """Source CIDR blocks. Default: any."""

    def __post_init__(self) -> None:
        """Refuse what Elastic Load Balancing would refuse."""
        if not 1 <= self.priority <= LISTENER_RULE_PRIORITY_MAX:
            raise ValueError(
                f"priority of the listener rule is {self.priority}; allowed are 1 to {LISTENER_RULE_PRIORITY_MAX}"
            )
        values = len(self.host_headers) + len(self.path_patterns) + len(self.source_cidrs)
        if not 1 <= values <= LISTENER_RULE_CONDITIONS:
            raise ValueError(
                f"the listener rule has {values} host names, paths and blocks together; allowed are 1 to "
                f"{LISTENER_RULE_CONDITIONS}. "
                'To take everything, use the path "/*"'
            )


@dataclass(frozen=True, kw_only=True)
class SingleRouteInputs:
    """A service with one target group: rolling deployments."""

    name: str
    """Name of the target group; 1 to 32 letters, digits, hyphens; unique in account and region."""

    rule: RuleInputs
    """Which requests."""

    targets: TargetGroupSettings
    """To which target group."""


@dataclass(frozen=True, kw_only=True)
class SingleRouteOutputs:
    """What the service needs."""

    target_group: TargetGroupOutputs
    """The target group."""

    listener_rule_arn: str
    """ARN of the rule."""

    listener_rule_address: str
    """Terraform address of the rule, for the `depends_on` of the service."""


@dataclass(frozen=True, kw_only=True)
class BlueGreenRouteInputs:
    """A service with two target groups, blue and green, that share the traffic by weight."""

    name: str
    """Names of the target groups without `-blue` and `-green`; 1 to 26 letters, digits, hyphens."""

    rule: RuleInputs
    """Which requests."""

    targets: TargetGroupSettings
    """To which target groups."""

    blue_weight: Weight
    """Traffic weight of blue. The live colour's parameter decides: `${local.…}` of `modules.web.LiveColour`."""

    green_weight: Weight
    """Traffic weight of green."""

    def __post_init__(self) -> None:
        """Refuse what Elastic Load Balancing would refuse."""
        for name, weight in (("blue_weight", self.blue_weight), ("green_weight", self.green_weight)):
            if isinstance(weight, int) and not 0 <= weight <= 999:
                raise ValueError(f"{name} is {weight}; allowed are 0 to 999")
        if self.blue_weight == 0 and self.green_weight == 0:
            raise ValueError("blue_weight and green_weight are both 0; no task would get a request")


@dataclass(frozen=True, kw_only=True)
class BlueGreenRouteOutputs:
    """What the two services and the switch need."""

    target_groups: Mapping[str, TargetGroupOutputs]
    """The target groups by colour, `blue` and `green`."""

    listener_rule_arn: str
    """ARN of the rule that the switch changes."""

    listener_rule_address: str
    """Terraform address of the rule, for the `depends_on` of the services."""


class SingleRoute(Construct):
    """A listener rule that forwards to one target group."""

    outputs: SingleRouteOutputs

    def __init__(self, scope: Construct, id_: str, inputs: SingleRouteInputs) -> None:
        super().__init__(scope, id_)
        group = target_group(self, "targets", inputs.name, inputs.targets)
        outputs = _outputs(group)
        rule = listener_rule(self, inputs.rule, {outputs.arn: 1})
        self.outputs = SingleRouteOutputs(
            target_group=outputs, listener_rule_arn=rule.arn, listener_rule_address=address(rule)
        )


class BlueGreenRoute(Construct):
    """A listener rule that distributes requests over blue and green by weight."""

    outputs: BlueGreenRouteOutputs

    def __init__(self, scope: Construct, id_: str, inputs: BlueGreenRouteInputs) -> None:
        super().__init__(scope, id_)
        check_name("name of the blue/green route", inputs.name, most=26)
        groups = {
            colour: _outputs(target_group(self, colour, f"{inputs.name}-{colour}", inputs.targets))
            for colour in ("blue", "green")
        }
        # Both stay attached whatever their weights: ECS refuses a target group that no load balancer uses, and a switch
        # then changes two numbers and nothing else (B01).
        rule = listener_rule(
            self,
            inputs.rule,
            {groups["blue"].arn: inputs.blue_weight, groups["green"].arn: inputs.green_weight},
        )
        self.outputs = BlueGreenRouteOutputs(
            target_groups=groups, listener_rule_arn=rule.arn, listener_rule_address=address(rule)
        )


def _outputs(group: LbTargetGroup) -> TargetGroupOutputs:
    return TargetGroupOutputs(arn=group.arn, arn_suffix=group.arn_suffix)


def listener_rule(
    scope: Construct,
    rule: RuleInputs,
    weights: Mapping[str, Weight],
    lifecycle: TerraformResourceLifecycle | None = None,
) -> LbListenerRule:
    """Create a rule that distributes requests over target groups by weight."""
    return LbListenerRule(
        scope,
        "rule",
        listener_arn=rule.listener_arn,
        priority=rule.priority,
        condition=conditions(rule),
        action=[
            LbListenerRuleAction(
                type="forward",
                # B03: the provider reads the short form (`target_group_arn`) back as this one, a change in every plan.
                forward=LbListenerRuleActionForward(
                    target_group=[
                        LbListenerRuleActionForwardTargetGroup(arn=arn, weight=_number(weight))
                        for arn, weight in weights.items()
                    ]
                ),
            )
        ],
        lifecycle=lifecycle,
    )


def address(rule: LbListenerRule) -> str:
    """Return the Terraform address of a rule, for a `depends_on`."""
    return f"aws_lb_listener_rule.{rule.friendly_unique_id}"


def conditions(rule: RuleInputs) -> list[LbListenerRuleCondition]:
    """Return the conditions of a rule."""
    conditions = []
    if rule.host_headers:
        conditions.append(
            LbListenerRuleCondition(host_header=LbListenerRuleConditionHostHeader(values=list(rule.host_headers)))
        )
    if rule.path_patterns:
        conditions.append(
            LbListenerRuleCondition(path_pattern=LbListenerRuleConditionPathPattern(values=list(rule.path_patterns)))
        )
    if rule.source_cidrs:
        conditions.append(
            LbListenerRuleCondition(source_ip=LbListenerRuleConditionSourceIp(values=list(rule.source_cidrs)))
        )
    return conditions


def _number(weight: Weight) -> int | float:
    return weight if isinstance(weight, int) else Token.as_number(weight)
