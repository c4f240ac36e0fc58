"""Conditions of policy statements, as far as the embedded AWS can evaluate them."""

from fnmatch import fnmatchcase
from typing import Any

REQUEST_CONTEXT = {"aws:securetransport": "true", "s3:tlsversion": "1.3"}
"""Values for every request, by lower-case condition key. Loopback counts as TLS, although it is plain HTTP."""


def without_conditions(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The statements whose conditions hold for a request to the embedded AWS, without the conditions.

    Statements with a condition on anything else (the caller, its address, a header) are left out.
    """
    return [
        {key: value for key, value in statement.items() if key != "Condition"}
        for statement in statements
        if _holds(statement.get("Condition") or {})
    ]


def _holds(condition: dict[str, dict[str, Any]]) -> bool:
    return all(
        _compare(operator, REQUEST_CONTEXT.get(key.lower()), expected)
        for operator, expectations in condition.items()
        for key, expected in expectations.items()
    )


def _compare(operator: str, actual: str | None, expected: Any) -> bool:
    if actual is None:
        return False
    values = [str(value).lower() for value in (expected if isinstance(expected, list) else [expected])]
    match operator.removesuffix("IfExists"):
        case "Bool" | "StringEquals" | "StringEqualsIgnoreCase":
            return actual in values
        case "StringNotEquals" | "StringNotEqualsIgnoreCase":
            return actual not in values
        case "StringLike":
            return any(fnmatchcase(actual, value) for value in values)
        case "NumericEquals":
            return any(float(actual) == float(value) for value in values)
        case "NumericLessThan":
            return any(float(actual) < float(value) for value in values)
        case "NumericGreaterThanEquals":
            return any(float(actual) >= float(value) for value in values)
        case "Null":
            return "false" in values
        case _:
            return False
