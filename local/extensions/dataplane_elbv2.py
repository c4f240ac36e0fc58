"""ELBv2: target health is what the data plane observes, if one is attached.

Symptom: moto reports every registered target as healthy, and identifies a target by its address, without its port.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.elbv2.responses import ELBV2Response

from local.extensions import elbv2_logs
from local.extensions.dataplane import observations
from local.extensions.patching import wrap_method

__all__ = ["elbv2_logs"]


@wrap_method(ELBV2Response, "describe_target_health")
def describe_target_health(original: Any, response: Any) -> ActionResult:
    """DescribeTargetHealth."""
    answer: ActionResult = original(response)  # also refuses target groups that do not exist
    observed = observations.targets.get(response._get_param("TargetGroupArn"))
    if not observations.attached or observed is None:
        return answer
    requested = {str(target["Id"]) for target in response._get_param("Targets", [])}
    return ActionResult(
        {"TargetHealthDescriptions": [each for each in observed if not requested or each["Target"]["Id"] in requested]}
    )
