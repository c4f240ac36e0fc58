"""Nothing is wrong with an answer that has every member: for every operation of the platform's services."""

from typing import Any

import pytest
from moto.core.serialize import get_serializer_class

from local.strict.answers.judge import examine_answer
from local.strict.answers.reading import Given
from local.strict.calls import Call
from local.strict.models import model
from local.strict.violations import Kind
from tests.local.strict.requests import example
from tests.local.strict.test_no_false_refusals import SAME_ADDRESS, SERVICES

PROTOCOLS = {"query", "ec2", "json", "rest-json", "rest-xml"}
STREAMS = {"SelectObjectContent", "StartLiveTail", "GetLogObject", "InvokeWithResponseStream"}
"""Operations that answer with a stream of events."""
WRITTEN_OTHERWISE = {"DescribeInstanceTypes", "ListAnycastIpLists", "ListStorageLensConfigurations"}
"""moto's serialiser writes an element of these by another name than botocore reads."""


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_serialiser_writes_is_faithful(service: str) -> None:
    described = model(service)
    protocol = described.metadata["protocol"]
    if protocol not in PROTOCOLS:
        protocol = "json" if "json" in described.metadata["protocols"] else "query"
    wrong: list[Any] = []
    judged = 0
    for name in described.operation_names:
        operation = described.operation_model(name)
        if name in {*SAME_ADDRESS, *STREAMS, *WRITTEN_OTHERWISE}:
            continue
        shape = operation.output_shape
        serializer = get_serializer_class(service, protocol)(operation)
        written = serializer.serialize(example(shape) if shape is not None else {})
        body = written["body"] or b""
        given = Given(
            method=operation.http.get("method", "POST"),
            status=written["status_code"],
            headers=list(written["headers"].items()),
            body=body.encode() if isinstance(body, str) else body,
        )
        violations = examine_answer(Call(service=service, operation=operation, protocol=protocol), given)
        # The examples do not obey patterns.
        wrong += [(name, one) for one in violations if one.kind is not Kind.PATTERN]
        judged += 1
    assert wrong == []
    assert judged > 5
