"""The role of a person who has the published policies and nothing else."""

import json

from scripts.docs.deployer_policy import ROLE
from tests.permissions.delivery_roles import POLICIES
from tests.permissions.pipeline import ACCOUNT, PREFIX, document
from tests.platform.queries import client
from tests.support.platform import Platform


def make_deployer(account: Platform, *, may_do_anything: bool = False) -> dict[str, str]:
    """Make the role in an account; returns the ARNs of the policies, with keys for `apply_policy_arns`.

    Args:
        account: where nothing is applied yet.
        may_do_anything: besides, so that a call can be recorded which the policies do not have yet.
    """
    iam, arns = client(account, "iam"), {}
    for name, policy in json.loads(POLICIES.read_text()).items():
        arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(policy))["Policy"]["Arn"]
        arns[f"part-{name.rpartition('-')[2]}"] = arn
    role = f"{PREFIX}-{ROLE}"
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=document(trust))
    for arn in arns.values():
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    if may_do_anything:
        anything = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
        iam.put_role_policy(RoleName=role, PolicyName="anything", PolicyDocument=anything)
    return arns
