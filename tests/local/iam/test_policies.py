"""Policy logic: each case is decided as AWS documents it."""

from typing import Any

import pytest

from local.iam.policies.document import MalformedPolicyError, parse_policy
from local.iam.policies.evaluation import Context, Decision, Policies, Request, evaluate
from local.iam.policies.principals import Caller
from tests.local.iam.cases import CASES
from tests.local.iam.cases.case import ACCOUNT, ROLE, SESSION, Case, Document, allow, deny, policy

CALLER = Caller(arn=SESSION, role_arn=ROLE, account=ACCOUNT)


def decided(case: Case) -> Decision:
    def parsed(name: str, document: Document | None) -> Any:
        return None if document is None else parse_policy(name, document)

    policies = Policies(
        identity=tuple(parsed(f"identity {number}", each) for number, each in enumerate(case.identity)),
        boundary=parsed("boundary", case.boundary),
        resource=parsed("resource", case.resource_policy),
        needs_resource_policy=case.needs_resource_policy,
    )
    request = Request(
        caller=CALLER,
        action=case.action,
        resource=case.resource,
        resource_account=case.resource_account,
        context=Context(case.context),
    )
    return evaluate(request, policies)


def test_there_are_enough_cases_and_each_has_its_own_name() -> None:
    assert len(CASES) >= 200
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_request_is_decided_as_by_aws(case: Case) -> None:
    decision = decided(case)
    assert (decision.reason, decision.allowed) == (case.expected, "ALLOWED" in case.expected.name)


def test_a_decision_names_the_policy_and_the_statement() -> None:
    named = policy(allow("s3:Put*"), deny("s3:Get*", Sid="NoReading"))
    denied = decided(Case(name="", identity=(policy(allow("*")), named), expected=CASES[0].expected))
    assert (denied.policy, denied.statement) == ("identity 1", "NoReading")
    allowed = decided(Case(name="", identity=(named,), action="s3:PutObject", expected=CASES[0].expected))
    assert (allowed.policy, allowed.statement) == ("identity 0", "statement 1")


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("no JSON", "policy p is not JSON"),
        ("{}", "policy p has no Statement"),
        (policy(allow(Effect="Maybe")), "policy p, statement 1: Effect is 'Maybe'; allowed are Allow and Deny"),
        (policy(allow(), allow(NotAction="*")), "statement 2: exactly one of Action and NotAction is allowed"),
        (policy(allow(None)), "exactly one of Action and NotAction is allowed"),
        (policy(allow(NotResource="*")), "Resource and NotResource together are not allowed"),
        (policy(allow(Principal="*", NotPrincipal="*")), "Principal and NotPrincipal together are not allowed"),
        (policy(allow(condition={"StringMatches": {"a:b": "c"}})), "'StringMatches' is no condition operator"),
        (policy(allow(condition={"NullIfExists": {"a:b": "true"}})), "'NullIfExists' is no condition operator"),
        (policy(allow(condition={"ForSome:Bool": {"a:b": "c"}})), "'ForSome:Bool' is no condition operator"),
    ],
)
def test_a_document_that_is_no_policy_is_refused(document: Any, says: str) -> None:
    with pytest.raises(MalformedPolicyError, match=says.replace("[", "\\[")):
        parse_policy("p", document)


def test_values_of_the_context_are_found_when_a_policy_asks() -> None:
    keys: list[str] = []

    def find(key: str) -> tuple[str, ...] | None:
        keys.append(key)
        return ("data",) if key == "aws:resourcetag/team" else None

    context = Context({"aws:SourceIp": "192.0.2.1"}, find)
    assert context.get("aws:ResourceTag/Team") == ("data",)
    assert context.get("aws:sourceip") == ("192.0.2.1",)
    assert keys == ["aws:resourcetag/team"]
