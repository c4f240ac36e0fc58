"""EC2: VPC flow logs are delivered with their role.

Symptom: a flow log to a log group that is given by its ARN, as Terraform does, has failed from the beginning, and one
whose role may not write is delivered. On AWS the status of such a one is `FAILED`, with `Access error`.
Source: "Troubleshoot VPC Flow Logs" and "IAM role for publishing flow logs to CloudWatch Logs" in the VPC User Guide.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses.flow_logs import FlowLogs
from moto.utilities.utils import get_partition

from local.extensions.patching import wrap_method
from local.iam.service_roles import ServiceRole

STREAM = "all"
"""Any stream: a flow log has one for each network interface."""


@wrap_method(FlowLogs, "describe_flow_logs")
def describe_flow_logs(original: Any, response: Any) -> ActionResult:
    """DescribeFlowLogs, with the status that the role allows."""
    answer: ActionResult = original(response)
    for each in answer.result["FlowLogs"]:
        if each.log_destination_type == "cloud-watch-logs":
            fails = _fails(each, response.current_account, response.region)
            each.deliver_logs_status = "FAILED" if fails else "SUCCESS"
            each.deliver_logs_error_message = "Access error" if fails else None
    return answer


def _fails(flow_log: Any, account: str, region: str) -> bool:
    from moto.logs.models import logs_backends

    group = flow_log.log_group_name or str(flow_log.log_destination).partition(":log-group:")[2].removesuffix(":*")
    if group not in logs_backends[account][region].groups:
        return True
    role = ServiceRole(
        arn=flow_log.deliver_logs_permission_arn,
        service="vpc-flow-logs.amazonaws.com",
        account=account,
        region=region,
        source_arn=f"arn:{get_partition(region)}:ec2:{region}:{account}:vpc-flow-log/{flow_log.id}",
    )
    stream = {"logGroupName": group, "logStreamName": STREAM}
    calls = {"DescribeLogGroups": {}, "CreateLogStream": stream, "PutLogEvents": stream}
    return any(role.refusal("logs", operation, about) for operation, about in calls.items())
