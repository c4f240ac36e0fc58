"""No request of any operation, however odd, breaks the code that derives what it needs."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto.core.utils import get_service_model

from local.iam.account import EmulatedAccount
from local.iam.calls import Call
from local.iam.needs import needs_of
from local.iam.needs.all_services import OWN
from local.iam.needs.identities import EVERYBODY
from local.iam.needs.tables import TABLES
from tests.local.iam.roles import ACCOUNT, REGION

SCALARS = {"boolean": True, "blob": b"x", "integer": 1, "long": 1, "float": 1.0, "double": 1.0}
DEPTH = 3


def example(shape: Any, depth: int = 0) -> Any:
    """A value of a shape with every member."""
    match shape.type_name:
        case "structure":
            members = shape.members.items() if depth < DEPTH else ()
            return {name: example(member, depth + 1) for name, member in members}
        case "list":
            return [example(shape.member, depth + 1)]
        case "map":
            return {"key": example(shape.value, depth + 1)}
    return SCALARS.get(shape.type_name, "value")


def calls(service: str) -> Iterator[Call]:
    """Two of each operation: without parameters, and with all of them."""
    model = get_service_model(service)
    for operation in model.operation_names:
        shape = model.operation_model(operation).input_shape
        for parameters in ({}, example(shape) if shape is not None else {}):
            yield Call(
                service=service,
                operation=operation,
                region=REGION,
                account=ACCOUNT,
                protocol="json",
                parameters=parameters,
            )


@pytest.mark.parametrize("service", sorted({*OWN, *TABLES, "lambda", "stepfunctions"}))
def test_every_operation_needs_something(service: str) -> None:
    account = EmulatedAccount("999988887777", REGION)
    for call in calls(service):
        needs = needs_of(call, account)
        assert bool(needs) is (call.operation not in EVERYBODY), call
        for need in needs:
            prefix, _, name = need.action.partition(":")
            assert prefix and name.isalnum() and name[0].isupper(), need
            assert need.resource == "*" or need.resource.startswith("arn:aws:") or "value" in need.resource, need
