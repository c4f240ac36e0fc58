"""A route that requires a login before it forwards: OpenID Connect at the load balancer."""

import json
import re
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.cloudformation_stack import CloudformationStack
from constructs import Construct

from modules.alb.names import check_name
from modules.alb.route import RuleInputs, listener_rule
from modules.alb.target_group import TargetGroupOutputs, TargetGroupSettings, target_group


@dataclass(frozen=True, kw_only=True)
class OidcLogin:
    """The identity provider, and this application's registration there."""

    issuer: str
    """Issuer, such as `https://login.example.com/realm`; the other addresses are in its discovery document."""

    authorization_endpoint: str
    """URL where users log in; HTTPS."""

    token_endpoint: str
    """URL where the load balancer gets tokens; HTTPS."""

    user_info_endpoint: str
    """URL where the load balancer reads the user's claims; HTTPS."""

    client_id: str
    """Client id of this application at the provider."""

    client_secret_arn: str
    """Secrets Manager secret whose whole value is the client secret. Terraform never reads it (D03)."""

    client_secret_version: int = 1
    """Raise it after the secret has changed: CloudFormation compares templates, not secrets. All users log in again."""

    scope: str = "openid"
    """OAuth scopes that are requested. Default: `openid`, the user's identity only."""

    session_timeout_seconds: int = 43200
    """How long a login lasts, 1 to 604800. Default: 12 hours, a working day."""

    def __post_init__(self) -> None:
        """Refuse what Elastic Load Balancing would refuse."""
        for name in ("issuer", "authorization_endpoint", "token_endpoint", "user_info_endpoint"):
            value = getattr(self, name)
            if "${" not in value and not re.fullmatch(r"https://[^\s/]+(/\S*)?", value):
                raise ValueError(f'{name} is "{value}"; an address that begins with https:// is required')
        if not 1 <= self.session_timeout_seconds <= 604800:
            raise ValueError(f"session_timeout_seconds is {self.session_timeout_seconds}; allowed are 1 to 604800")


@dataclass(frozen=True, kw_only=True)
class LoginRouteInputs:
    """Which requests the route takes, where it forwards them, and who may log in."""

    name: str
    """Name of the target group; 1 to 32 letters, digits, hyphens. The CloudFormation stack is `<name>-login`."""

    rule: RuleInputs
    """Which requests. The listener must speak HTTPS."""

    targets: TargetGroupSettings
    """To which target group."""

    login: OidcLogin
    """The login: anyone whom the provider lets log in to this application may pass."""

    open_rule: RuleInputs | None = None
    """Requests that pass without a login, to the same target group; its priority is lower than that of `rule`. For
    programs that authenticate with a token of the application. Default: none."""

    cloudformation_role_arn: str | None = None
    """Role that CloudFormation assumes. Default: the caller of Terraform, who then needs to read that one secret."""

    def __post_init__(self) -> None:
        """Refuse an open rule that would never be evaluated."""
        if self.open_rule is not None and self.open_rule.priority >= self.rule.priority:
            raise ValueError(
                f"open_rule has priority {self.open_rule.priority}; it must be lower than {self.rule.priority}, or the "
                "login comes first"
            )


@dataclass(frozen=True, kw_only=True)
class LoginRouteOutputs:
    """What the service needs; the same as for a route without a login."""

    target_group: TargetGroupOutputs
    """The target group."""

    listener_rule_arn: str
    """ARN of the rule."""

    listener_rule_address: str
    """Terraform address of the rule's stack, for the `depends_on` of the service."""


class LoginRoute(Construct):
    """A listener rule that forwards after a login, created so that the secret stays out of the state.

    The provider's `aws_lb_listener_rule` keeps the client's secret in the state, as it has no write-only argument for
    it. So CloudFormation creates the rule and resolves a reference to the secret itself (D03).
    """

    outputs: LoginRouteOutputs

    def __init__(self, scope: Construct, id_: str, inputs: LoginRouteInputs) -> None:
        super().__init__(scope, id_)
        check_name("name of the login route", inputs.name)
        group = target_group(self, "targets", inputs.name, inputs.targets)
        stack = CloudformationStack(
            self,
            "login",
            name=f"{inputs.name}-login",
            template_body=json.dumps(_template(inputs, group.arn), sort_keys=True),
            iam_role_arn=inputs.cloudformation_role_arn,
        )
        if inputs.open_rule is not None:
            listener_rule(self, inputs.open_rule, {group.arn: 1})
        self.outputs = LoginRouteOutputs(
            target_group=TargetGroupOutputs(arn=group.arn, arn_suffix=group.arn_suffix),
            listener_rule_arn=f'${{aws_cloudformation_stack.{stack.friendly_unique_id}.outputs["RuleArn"]}}',
            listener_rule_address=f"aws_cloudformation_stack.{stack.friendly_unique_id}",
        )


def _template(inputs: LoginRouteInputs, target_group_arn: str) -> dict[str, Any]:
    login = inputs.login
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Listener rule of {inputs.name}, with a client secret that only AWS holds",
        "Resources": {
            "Rule": {
                "Type": "AWS::ElasticLoadBalancingV2::ListenerRule",
                "Properties": {
                    "ListenerArn": inputs.rule.listener_arn,
                    "Priority": inputs.rule.priority,
                    "Conditions": _conditions(inputs.rule),
                    "Actions": [
                        {
                            "Type": "authenticate-oidc",
                            "Order": 1,
                            "AuthenticateOidcConfig": {
                                "Issuer": login.issuer,
                                "AuthorizationEndpoint": login.authorization_endpoint,
                                "TokenEndpoint": login.token_endpoint,
                                "UserInfoEndpoint": login.user_info_endpoint,
                                "ClientId": login.client_id,
                                "ClientSecret": _reference(login.client_secret_arn),
                                "OnUnauthenticatedRequest": "authenticate",
                                "Scope": login.scope,
                                # The number makes a raised version change the template, so that the reference is
                                # resolved again.
                                "SessionCookieName": f"{inputs.name}-login-{login.client_secret_version}",
                                "SessionTimeout": login.session_timeout_seconds,
                            },
                        },
                        {
                            "Type": "forward",
                            "Order": 2,
                            "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": target_group_arn, "Weight": 1}]},
                        },
                    ],
                },
            }
        },
        "Outputs": {"RuleArn": {"Value": {"Ref": "Rule"}}},
    }


def _reference(secret_arn: str) -> str:
    return f"{{{{resolve:secretsmanager:{secret_arn}:SecretString}}}}"


def _conditions(rule: RuleInputs) -> list[dict[str, Any]]:
    conditions: list[dict[str, Any]] = []
    if rule.host_headers:
        conditions.append({"Field": "host-header", "HostHeaderConfig": {"Values": list(rule.host_headers)}})
    if rule.path_patterns:
        conditions.append({"Field": "path-pattern", "PathPatternConfig": {"Values": list(rule.path_patterns)}})
    if rule.source_cidrs:
        conditions.append({"Field": "source-ip", "SourceIpConfig": {"Values": list(rule.source_cidrs)}})
    return conditions
