import pytest

from local.extensions.policy_conditions import without_conditions


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:SecureTransport": True}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"BoolIfExists": {"AWS:securetransport": "false"}}, False),
        ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, False),
        ({"NumericGreaterThanEquals": {"s3:TlsVersion": ["1.2"]}}, True),
        ({"Null": {"aws:SecureTransport": "false"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}, "NumericLessThan": {"s3:TlsVersion": "1.2"}}, False),
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
    ],
)
def test_a_statement_counts_only_where_its_condition_is_known_to_hold(condition, holds):
    statement = {"Effect": "Deny", "Action": "s3:*", "Condition": condition}
    assert without_conditions([statement]) == ([{"Effect": "Deny", "Action": "s3:*"}] if holds else [])
