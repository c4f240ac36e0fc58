"""Runs in the environment of the other engine: cases on standard input, decisions on standard output."""

import json
import sys

from localemu.services.iam_enforcement import evaluator


def main() -> None:
    session, account = sys.argv[1:]
    caller = evaluator.CallerIdentity(principal_type="AssumedRole", arn=session, account_id=account)
    decisions = []
    for case in json.load(sys.stdin):
        # It reads the policies of a caller from its own backend.
        evaluator.get_identity_policies = lambda _caller, case=case: case["identity"]
        evaluator.get_permission_boundary = lambda _caller, case=case: case["boundary"]
        evaluator.get_session_policies = lambda _caller: []
        request = (caller, case["action"], case["resource"], case["context"], case["resource_policy"])
        try:
            decisions.append(evaluator.PolicyEvaluator().evaluate(*request).value)
        except TypeError:
            decisions.append("error")
    json.dump(decisions, sys.stdout)


main()
