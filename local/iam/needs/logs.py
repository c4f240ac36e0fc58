"""CloudWatch Logs: groups and streams."""

from collections.abc import Iterator

from local.iam.calls import Call
from local.iam.needs.need import Need, arn, request_tags, tags_of

OF_STREAMS = ("CreateLogStream", "DeleteLogStream", "GetLogEvents", "PutLogEvents")
NO_GROUP = (
    "CancelExportTask",
    "DeleteResourcePolicy",
    "DescribeDestinations",
    "DescribeExportTasks",
    "DescribeQueries",
    "DescribeQueryDefinitions",
    "DescribeResourcePolicies",
    "PutResourcePolicy",
    "StopQuery",
    "TestMetricFilter",
)


def needs_of_logs(call: Call) -> Iterator[Need]:
    """What a call of CloudWatch Logs needs.

    AWS asks about a group as about a stream without a name, `log-group:NAME:log-stream:`, but for its tags.
    """
    operation = call.operation
    tags = tags_of(call.parameters)
    context = request_tags(tags)
    groups = call.texts("logGroupName", "logGroupNames", "logGroupIdentifier", "logGroupIdentifiers")
    names = [_name(group) for group in groups]
    if call.text("resourceArn"):
        resources = [call.text("resourceArn").removesuffix(":*")]
    elif operation in NO_GROUP:
        resources = ["*"]
    elif operation in OF_STREAMS:
        stream = call.text("logStreamName")
        resources = [arn(call, "logs", f"log-group:{name}:log-stream:{stream}") for name in names]
    elif operation == "DescribeLogGroups":
        resources = [arn(call, "logs", "log-group::log-stream:")]
    else:
        resources = [arn(call, "logs", f"log-group:{name}:log-stream:") for name in names] or ["*"]
    for resource in resources:
        yield Need(action=f"logs:{operation}", resource=resource, context=context)
    if operation == "CreateLogGroup" and tags:
        for name in names:
            yield Need(action="logs:TagResource", resource=arn(call, "logs", f"log-group:{name}"), context=context)


def _name(group: str) -> str:
    """The name of a group by its name or ARN."""
    return group.partition(":log-group:")[2].removesuffix(":*") if group.startswith("arn:") else group
