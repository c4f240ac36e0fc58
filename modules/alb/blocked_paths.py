"""A listener rule that answers certain paths with 403, before the rule that would forward them."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleActionFixedResponse,
)
from constructs import Construct

from modules.alb.route import RuleInputs, conditions


@dataclass(frozen=True, kw_only=True)
class BlockedPathsInputs:
    """Which requests are refused."""

    rule: RuleInputs
    """Host names and paths; the priority is lower than that of the rule which would forward them.

    The load balancer compares the path as the client wrote it, case included. So this keeps a path from the internet
    that the application protects as well; it does not replace that protection.
    """


class BlockedPaths(Construct):
    """A listener rule with a fixed response."""

    def __init__(self, scope: Construct, id_: str, inputs: BlockedPathsInputs) -> None:
        super().__init__(scope, id_)
        LbListenerRule(
            self,
            "rule",
            listener_arn=inputs.rule.listener_arn,
            priority=inputs.rule.priority,
            condition=conditions(inputs.rule),
            action=[
                LbListenerRuleAction(
                    type="fixed-response",
                    fixed_response=LbListenerRuleActionFixedResponse(
                        content_type="text/plain", message_body="Forbidden", status_code="403"
                    ),
                )
            ],
        )
