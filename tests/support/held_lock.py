"""A lock of the state that a run left behind."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import boto3

from tests.support.platform import Platform

LOCK_ID = "0f0e0d0c-1111-2222-3333-444455557777"
HOLDER = "somebody@elsewhere"


@contextmanager
def locked(applied: Platform, layer: str) -> Iterator[tuple[Callable[[], bool], Callable[[], object]]]:
    """Lock the state of a layer; yields a function that reports whether it is still locked, and one that unlocks it."""
    state = f"windlass-state-123456789012-eu-west-1/windlass/local/{layer}/terraform.tfstate"
    info = {"ID": LOCK_ID, "Operation": "OperationTypeApply", "Who": HOLDER, "Path": state, "Version": "1.11.4"}
    table = boto3.resource(
        "dynamodb",
        endpoint_url=applied.endpoint_url,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    ).Table("windlass-state-locks")
    table.put_item(Item={"LockID": state, "Info": json.dumps({**info, "Info": "", "Created": "2026-01-01T00:00:00Z"})})
    try:
        yield lambda: "Item" in table.get_item(Key={"LockID": state}), lambda: table.delete_item(Key={"LockID": state})
    finally:
        table.delete_item(Key={"LockID": state})
