"""Route 53: a hosted zone that is created with a VPC is private.

Symptom: a private `aws_route53_zone` loses its `vpc` block at the next read. moto wants `PrivateZone` in the request;
AWS takes the VPC as the sign, and the provider sends nothing else.
"""

from typing import Any

from moto.route53.responses import Route53

from local.extensions.patching import around


@around(Route53, "create_hosted_zone")
def private_with_vpc(original: Any, response: Any) -> Any:
    """Say `PrivateZone` where a VPC is named."""
    if response._get_param("VPC.VPCId"):
        response.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
    return original(response)
