"""An existing web ACL in front of a load balancer (E11)."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class ExistingFirewallInputs:
    """The web ACL, whose rules and logs are its owner's, and the load balancer."""

    web_acl_arn: str
    """A web ACL of the scope REGIONAL, in the account and region of the load balancer."""

    load_balancer_arn: str
    """The application load balancer. It can have only one web ACL."""


class ExistingFirewall(Construct):
    """The association of a web ACL with a load balancer."""

    def __init__(self, scope: Construct, id_: str, inputs: ExistingFirewallInputs) -> None:
        super().__init__(scope, id_)
        Wafv2WebAclAssociation(
            self, "association", resource_arn=inputs.load_balancer_arn, web_acl_arn=inputs.web_acl_arn
        )
