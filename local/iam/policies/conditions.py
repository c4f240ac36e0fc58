"""Conditions of statements: operators, `IfExists`, and operators for keys with several values.

Source: "Condition operators" and "Multivalued context keys" in the IAM User Guide.
"""

import base64
import binascii
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from local.iam.policies.patterns import UnknownVariableError, Variable, matches_arn, matches_text, with_variables

Values = tuple[str, ...]
Parts = tuple[str, ...]
"""A value of a policy in parts, at odd places values of variables."""
Compare = Callable[[Parts, str], bool]
"""Whether a value of the policy and one of the request fit."""


@dataclass(frozen=True, kw_only=True)
class Operator:
    """A condition operator without its prefix and suffix."""

    compare: Compare
    negated: bool = False
    """It holds where no value of the policy fits, and where the key is missing."""
    variables: bool = False
    """Values may contain policy variables."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One key of a `Condition`, with its operator."""

    operator: str
    """Such as `StringLike`, without prefix and suffix."""
    key: str
    """In lower case."""
    values: Values
    if_exists: bool = False
    quantifier: str = ""
    """`ForAllValues`, `ForAnyValue`, or empty."""

    def holds(self, actual: Values | None, variable: Variable | None) -> bool:
        """Whether a request fulfils the condition.

        Args:
            actual: the values of the key in the request; `None` where it has none.
            variable: values of policy variables; `None` for a policy that has none.
        """
        if self.operator == "Null":
            return (not actual) == (self.values[0].lower() == "true")
        operator = OPERATORS[self.operator]
        if not actual:
            if self.if_exists or self.quantifier == "ForAllValues":
                return True
            return operator.negated and self.quantifier != "ForAnyValue"
        wanted = [self._parts(value, operator, variable) for value in self.values]

        def fits(value: str) -> bool:
            hits = [_safely(operator.compare, parts, value) for parts in wanted if parts is not None]
            if operator.negated:
                # A value whose variable is unknown can be compared with nothing, not even unequal.
                return not any(hits) and len(hits) == len(wanted)
            return any(hits)

        if self.quantifier == "ForAnyValue":
            return any(map(fits, actual))
        # Without a quantifier AWS expects one value; of several, one must fit, or none for a negated operator.
        is_all = self.quantifier == "ForAllValues" or operator.negated
        return all(map(fits, actual)) if is_all else any(map(fits, actual))

    @staticmethod
    def _parts(value: str, operator: Operator, variable: Variable | None) -> Parts | None:
        try:
            return with_variables(value, variable if operator.variables else None)
        except UnknownVariableError:
            return None


def _safely(compare: Compare, parts: Parts, value: str) -> bool:
    """A value of the wrong form fits nothing."""
    try:
        return compare(parts, value)
    except (ValueError, TypeError, binascii.Error):
        return False


def _text(parts: Parts) -> str:
    return "".join(parts)


def _number(compare: Callable[[float, float], bool]) -> Compare:
    return lambda parts, value: compare(float(value), float(_text(parts)))


def _date(compare: Callable[[datetime, datetime], bool]) -> Compare:
    return lambda parts, value: compare(date(value), date(_text(parts)))


def date(text: str) -> datetime:
    """A date of ISO 8601, or in seconds since 1970.

    Raises:
        ValueError: it is neither.
    """
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_network(parts: Parts, value: str) -> bool:
    return ipaddress.ip_address(value) in ipaddress.ip_network(_text(parts), strict=False)


def _equals(parts: Parts, value: str) -> bool:
    return _text(parts) == value


def _equals_in_any_case(parts: Parts, value: str) -> bool:
    return _text(parts).lower() == value.lower()


def _same_bytes(parts: Parts, value: str) -> bool:
    return base64.b64decode(_text(parts), validate=True) == base64.b64decode(value, validate=True)


OPERATORS: Mapping[str, Operator] = {
    "StringEquals": Operator(compare=_equals, variables=True),
    "StringNotEquals": Operator(compare=_equals, variables=True, negated=True),
    "StringEqualsIgnoreCase": Operator(compare=_equals_in_any_case, variables=True),
    "StringNotEqualsIgnoreCase": Operator(compare=_equals_in_any_case, variables=True, negated=True),
    "StringLike": Operator(compare=matches_text, variables=True),
    "StringNotLike": Operator(compare=matches_text, variables=True, negated=True),
    "ArnEquals": Operator(compare=matches_arn, variables=True),
    "ArnLike": Operator(compare=matches_arn, variables=True),
    "ArnNotEquals": Operator(compare=matches_arn, variables=True, negated=True),
    "ArnNotLike": Operator(compare=matches_arn, variables=True, negated=True),
    "NumericEquals": Operator(compare=_number(lambda a, b: a == b)),
    "NumericNotEquals": Operator(compare=_number(lambda a, b: a == b), negated=True),
    "NumericLessThan": Operator(compare=_number(lambda a, b: a < b)),
    "NumericLessThanEquals": Operator(compare=_number(lambda a, b: a <= b)),
    "NumericGreaterThan": Operator(compare=_number(lambda a, b: a > b)),
    "NumericGreaterThanEquals": Operator(compare=_number(lambda a, b: a >= b)),
    "DateEquals": Operator(compare=_date(lambda a, b: a == b)),
    "DateNotEquals": Operator(compare=_date(lambda a, b: a == b), negated=True),
    "DateLessThan": Operator(compare=_date(lambda a, b: a < b)),
    "DateLessThanEquals": Operator(compare=_date(lambda a, b: a <= b)),
    "DateGreaterThan": Operator(compare=_date(lambda a, b: a > b)),
    "DateGreaterThanEquals": Operator(compare=_date(lambda a, b: a >= b)),
    "Bool": Operator(compare=_equals_in_any_case),
    "BinaryEquals": Operator(compare=_same_bytes),
    "IpAddress": Operator(compare=_in_network),
    "NotIpAddress": Operator(compare=_in_network, negated=True),
}
"""AWS's condition operators but `Null`, which asks only whether a key is there."""
