"""DynamoDB: tables, indexes, and operations on several items."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.iam.calls import Call
from local.iam.needs.need import Need, arn
from local.iam.needs.rules import Rules, needs_by_rules

TABLES = Rules(
    prefix="dynamodb",
    members={"ResourceArn": "{}", "TableName": "table/{}", "BackupArn": "{}", "StreamArn": "{}"},
    no_resource=("ListTables", "ListBackups", "ListStreams", "DescribeLimits", "DescribeEndpoints"),
    tag_action="TagResource",
)
IN_TRANSACTIONS: Mapping[str, str] = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "ConditionCheck": "ConditionCheckItem",
}


def needs_of_dynamodb(call: Call) -> Iterator[Need]:
    """What a call of DynamoDB needs."""
    if call.operation in ("BatchGetItem", "BatchWriteItem"):
        for name in call.parameters.get("RequestItems") or {}:
            yield Need(action=f"dynamodb:{call.operation}", resource=arn(call, "dynamodb", f"table/{name}"))
    elif call.operation in ("TransactGetItems", "TransactWriteItems"):
        for item in call.parameters.get("TransactItems") or []:
            for kind, body in item.items():
                table = arn(call, "dynamodb", f"table/{body.get('TableName', '')}")
                context = {**_leading(body), "dynamodb:EnclosingOperation": call.operation}
                yield Need(action=f"dynamodb:{IN_TRANSACTIONS[kind]}", resource=table, context=context)
    elif call.operation in ("Query", "Scan") and call.text("IndexName"):
        index = arn(call, "dynamodb", f"table/{call.text('TableName')}") + f"/index/{call.text('IndexName')}"
        yield Need(action=f"dynamodb:{call.operation}", resource=index)
    else:
        for need in needs_by_rules(TABLES, call):
            yield need.with_context(_leading(call.parameters))


def _leading(body: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """`dynamodb:LeadingKeys`, where the key of the item has one attribute."""
    key = body.get("Key") or {}
    values = [str(value) for typed in key.values() if isinstance(typed, Mapping) for value in typed.values()]
    return {"dynamodb:LeadingKeys": (values[0],)} if len(values) == 1 else {}
