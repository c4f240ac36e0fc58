"""Elastic Load Balancing: the bucket of access logs must let the service write.

Symptom: a load balancer gets access logs in a bucket whose policy does not allow them; AWS writes a test file at once,
and refuses the load balancer's attributes.
Source: "Enable access logs for your Application Load Balancer" in the Elastic Load Balancing User Guide. Policies that
name the account of Elastic Load Balancing instead of the service, as in older regions, are not known here.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.responses import ELBV2Response
from moto.utilities.utils import get_partition

from local.extensions.patching import wrap_method
from local.iam.service_principals import service_may

PRINCIPAL = "logdelivery.elasticloadbalancing.amazonaws.com"
KINDS = {"access_logs": "ELBAccessLogTestFile", "connection_logs": "ConnectionLogTestFile"}
"""Attribute of a load balancer → the file that is written when it gets it."""


@wrap_method(ELBV2Response, "modify_load_balancer_attributes")
def modify_load_balancer_attributes(original: Any, response: Any) -> ActionResult:
    """ModifyLoadBalancerAttributes."""
    given = {each["Key"]: each["Value"] for each in response._get_param("Attributes", [])}
    for kind, file in KINDS.items():
        bucket, prefix = given.get(f"{kind}.s3.bucket", ""), given.get(f"{kind}.s3.prefix", "").strip("/")
        path = "/".join(filter(None, [prefix, "AWSLogs", response.current_account, file]))
        if given.get(f"{kind}.s3.enabled") == "true" and not _may_write(response, bucket, path):
            raise ELBClientError(
                "InvalidConfigurationRequest",
                f"Access Denied for bucket: {bucket}. Please check S3bucket permission",
            )
    answer: ActionResult = original(response)
    return answer


def _may_write(response: Any, bucket: str, key: str) -> bool:
    return service_may(
        PRINCIPAL,
        "s3:PutObject",
        f"arn:{get_partition(response.region)}:s3:::{bucket}/{key}",
        account=response.current_account,
        region=response.region,
    )
