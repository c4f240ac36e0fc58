"""AWS WAF for a load balancer: AWS managed rules, a rate limit per address, and logs of blocked requests."""

from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import Wafv2WebAclLoggingConfiguration
from constructs import Construct

MANAGED = ("AmazonIpReputationList", "AnonymousIpList", "KnownBadInputsRuleSet", "CommonRuleSet")
"""AWS managed rule groups in order of evaluation, without the prefix `AWSManagedRules`."""
_NEVER_REFUSES = ("AnonymousIpList",)
"""Groups that only count: pipelines and partners use hosting providers too, like attackers."""
_COUNTED_ONLY = {"CommonRuleSet": ("SizeRestrictions_BODY",)}
"""Rules that would block legitimate requests: bodies above 8 KiB, as in uploads."""


@dataclass(frozen=True, kw_only=True)
class FirewallInputs:
    """The load balancer, and how strictly it is protected."""

    name: str
    """Name of the web ACL; its log group is `aws-waf-logs-<name>`, as WAF requires."""

    load_balancer_arn: str
    """The application load balancer. It can have only one web ACL."""

    rate_limit_per_five_minutes: int = 2000
    """Rate limit per source address, 10 to 2,000,000,000. Default: 2000, more than a person with a busy browser
    sends."""

    count_only: bool = False
    """AWS managed rules count requests instead of blocking them, for a trial. The rate limit always blocks. Default:
    block."""

    log_retention_days: int = 90
    """Days that the logs of blocked requests are kept. Default: 90."""

    log_kms_key_arn: str | None = None
    """Key of the log group. Default: CloudWatch's own."""

    def __post_init__(self) -> None:
        """Refuse a rate limit that WAF would refuse."""
        if not 10 <= self.rate_limit_per_five_minutes <= 2_000_000_000:
            raise ValueError(
                f"rate_limit_per_five_minutes is {self.rate_limit_per_five_minutes}; WAF accepts 10 to 2,000,000,000"
            )


@dataclass(frozen=True, kw_only=True)
class FirewallOutputs:
    """Outputs of the firewall."""

    web_acl_arn: str
    """ARN of the web ACL."""


class Firewall(Construct):
    """A web ACL, its association with the load balancer, and the logs of blocked requests."""

    outputs: FirewallOutputs

    def __init__(self, scope: Construct, id_: str, inputs: FirewallInputs) -> None:
        super().__init__(scope, id_)
        acl = Wafv2WebAcl(
            self,
            "acl",
            name=inputs.name,
            description=f"Protects the load balancer of {inputs.name}",
            scope="REGIONAL",
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            visibility_config=Wafv2WebAclVisibilityConfig(**_visibility(inputs.name)),
        )
        # As JSON: cdktf's classes for rules are nested seven levels deep and add nothing.
        acl.add_override("rule", [_limit(inputs), *(_managed(n, name, inputs) for n, name in enumerate(MANAGED, 1))])
        Wafv2WebAclAssociation(self, "association", resource_arn=inputs.load_balancer_arn, web_acl_arn=acl.arn)
        logs = CloudwatchLogGroup(
            self,
            "logs",
            name=f"aws-waf-logs-{inputs.name}",
            retention_in_days=inputs.log_retention_days,
            kms_key_id=inputs.log_kms_key_arn,
        )
        logging = Wafv2WebAclLoggingConfiguration(
            self, "logging", resource_arn=acl.arn, log_destination_configs=[logs.arn]
        )
        # Sessions and tokens do not belong in a log; the access logs have the allowed requests.
        logging.add_override(
            "redacted_fields", [{"single_header": {"name": name}} for name in ("authorization", "cookie")]
        )
        logging.add_override("logging_filter", _only_what_was_stopped())
        self.outputs = FirewallOutputs(web_acl_arn=acl.arn)


def _limit(inputs: FirewallInputs) -> dict[str, Any]:
    statement = {
        "rate_based_statement": {
            "aggregate_key_type": "IP",
            "evaluation_window_sec": 300,
            "limit": inputs.rate_limit_per_five_minutes,
        }
    }
    return _rule("limit", 0, statement, action={"block": {}})


def _managed(number: int, name: str, inputs: FirewallInputs) -> dict[str, Any]:
    group: dict[str, Any] = {"vendor_name": "AWS", "name": f"AWSManagedRules{name}"}
    if name in _COUNTED_ONLY:
        group["rule_action_override"] = [{"name": rule, "action_to_use": {"count": {}}} for rule in _COUNTED_ONLY[name]]
    override: dict[str, Any] = {"count": {}} if inputs.count_only or name in _NEVER_REFUSES else {"none": {}}
    return _rule(name, number, {"managed_rule_group_statement": group}, override_action=override)


def _rule(name: str, priority: int, statement: dict[str, Any], **action: Any) -> dict[str, Any]:
    return {
        "name": name,
        "priority": priority,
        "statement": statement,
        "visibility_config": _visibility(name),
        **action,
    }


def _visibility(metric: str) -> dict[str, Any]:
    return {"cloudwatch_metrics_enabled": True, "metric_name": metric, "sampled_requests_enabled": True}


def _only_what_was_stopped() -> dict[str, Any]:
    conditions = [{"action_condition": {"action": action}} for action in ("BLOCK", "COUNT")]
    return {
        "default_behavior": "DROP",
        "filter": [{"behavior": "KEEP", "requirement": "MEETS_ANY", "condition": conditions}],
    }
