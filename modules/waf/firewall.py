"""AWS WAF for a load balancer: AWS managed rules, a rate limit per address, and logs of blocked requests."""

from collections.abc import Iterator
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
_BODY_LABELS = {
    "CommonRuleSet": {
        "CrossSiteScripting_BODY": "core-rule-set:CrossSiteScripting_Body",
        "EC2MetaDataSSRF_BODY": "core-rule-set:EC2MetaDataSSRF_Body",
        "GenericLFI_BODY": "core-rule-set:GenericLFI_Body",
        "GenericRFI_BODY": "core-rule-set:GenericRFI_Body",
    }
}
"""Rules that look into bodies, and the label that each leaves, without the prefix `awswaf:managed:aws:`."""


@dataclass(frozen=True, kw_only=True)
class ToolHosts:
    """A tool that people use all day: its pages poll, and its forms hold addresses and code.

    Its users often share one address, that of an office. So it has a limit of its own, and the rules that look into
    bodies only count there: they take an address in a form for an attack.
    """

    host_names: tuple[str, ...]
    """Host headers of its requests, with the port where it is not the scheme's own; `*.` for any label."""

    rate_limit_per_five_minutes: int = 20_000
    """Rate limit per source address for these hosts. Default: 20,000, some fifty people with an open page each."""

    def __post_init__(self) -> None:
        """Refuse what WAF would refuse, and hosts that are none."""
        if not self.host_names:
            raise ValueError("host_names is empty; name at least one host")
        _check_limit(self.rate_limit_per_five_minutes)


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

    tool: ToolHosts | None = None
    """Hosts with a limit of their own, whose forms are not inspected. Default: none, all hosts are equal."""

    log_retention_days: int = 90
    """Days that the logs of blocked requests are kept. Default: 90."""

    log_kms_key_arn: str | None = None
    """Key of the log group. Default: CloudWatch's own."""

    def __post_init__(self) -> None:
        """Refuse a rate limit that WAF would refuse."""
        _check_limit(self.rate_limit_per_five_minutes)


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
        rules = [*_limits(inputs), *(_managed(name, inputs) for name in MANAGED), *_bodies(inputs)]
        acl.add_override("rule", [{**rule, "priority": number} for number, rule in enumerate(rules)])
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


def _check_limit(limit: int) -> None:
    if not 10 <= limit <= 2_000_000_000:
        raise ValueError(f"rate_limit_per_five_minutes is {limit}; WAF accepts 10 to 2,000,000,000")


def _limits(inputs: FirewallInputs) -> Iterator[dict[str, Any]]:
    tool, limit = inputs.tool, inputs.rate_limit_per_five_minutes
    if tool is None:
        yield _limit("limit", limit)
        return
    yield _limit("limit", limit, _all([_not(host) for host in _hosts(tool)]))
    yield _limit("tool-limit", tool.rate_limit_per_five_minutes, _any(_hosts(tool)))


def _limit(name: str, limit: int, scope: dict[str, Any] | None = None) -> dict[str, Any]:
    statement: dict[str, Any] = {"aggregate_key_type": "IP", "evaluation_window_sec": 300, "limit": limit}
    if scope is not None:
        statement["scope_down_statement"] = scope
    return _rule(name, {"rate_based_statement": statement}, action={"block": {}})


def _managed(name: str, inputs: FirewallInputs) -> dict[str, Any]:
    group: dict[str, Any] = {"vendor_name": "AWS", "name": f"AWSManagedRules{name}"}
    counted = [*_COUNTED_ONLY.get(name, ()), *(_BODY_LABELS.get(name, ()) if inputs.tool is not None else ())]
    if counted:
        group["rule_action_override"] = [{"name": rule, "action_to_use": {"count": {}}} for rule in counted]
    override: dict[str, Any] = {"count": {}} if inputs.count_only or name in _NEVER_REFUSES else {"none": {}}
    return _rule(name, {"managed_rule_group_statement": group}, override_action=override)


def _bodies(inputs: FirewallInputs) -> Iterator[dict[str, Any]]:
    """Block for all other hosts what the rules for bodies have counted: a rule that counts leaves its label."""
    if inputs.tool is None:
        return
    for group, labels in _BODY_LABELS.items():
        matches = [
            {"label_match_statement": {"scope": "LABEL", "key": f"awswaf:managed:aws:{label}"}}
            for label in labels.values()
        ]
        statement = _all([_any(matches), *(_not(host) for host in _hosts(inputs.tool))])
        yield _rule(f"{group}Bodies", statement, action={"count" if inputs.count_only else "block": {}})


def _hosts(tool: ToolHosts) -> list[dict[str, Any]]:
    return [_host(name) for name in tool.host_names]


def _host(name: str) -> dict[str, Any]:
    return {
        "byte_match_statement": {
            "field_to_match": {"single_header": {"name": "host"}},
            "positional_constraint": "ENDS_WITH" if name.startswith("*") else "EXACTLY",
            "search_string": name.removeprefix("*"),
            "text_transformation": [{"priority": 0, "type": "LOWERCASE"}],
        }
    }


def _not(statement: dict[str, Any]) -> dict[str, Any]:
    return {"not_statement": {"statement": [statement]}}


def _any(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return _joined("or_statement", statements)


def _all(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return _joined("and_statement", statements)


def _joined(how: str, statements: list[dict[str, Any]]) -> dict[str, Any]:
    """WAF wants two or more statements to join."""
    return statements[0] if len(statements) == 1 else {how: {"statement": statements}}


def _rule(name: str, statement: dict[str, Any], **action: Any) -> dict[str, Any]:
    return {"name": name, "statement": statement, "visibility_config": _visibility(name), **action}


def _visibility(metric: str) -> dict[str, Any]:
    return {"cloudwatch_metrics_enabled": True, "metric_name": metric, "sampled_requests_enabled": True}


def _only_what_was_stopped() -> dict[str, Any]:
    conditions = [{"action_condition": {"action": action}} for action in ("BLOCK", "COUNT")]
    return {
        "default_behavior": "DROP",
        "filter": [{"behavior": "KEEP", "requirement": "MEETS_ANY", "condition": conditions}],
    }
