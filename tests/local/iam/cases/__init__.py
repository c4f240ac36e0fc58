"""Cases of policy logic, derived from AWS's published evaluation rules: each a request, the policies, the decision."""

from tests.local.iam.cases import conditions, elements, precedence, resource_policies
from tests.local.iam.cases.case import Case

CASES: list[Case] = [*precedence.CASES, *elements.CASES, *resource_policies.CASES, *conditions.CASES]
