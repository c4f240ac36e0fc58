"""The roles of the delivery layer, made from its JSON without Terraform, and sessions of them."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.layers.test_delivery import APPLY, everybody
from tests.permissions.pipeline import ACCOUNT, ISSUER, PEOPLE, REGION, ROLES, workflow_token
from tests.support.documents import ROOT, documents_of

POLICIES = ROOT / "docs" / "generated" / "deployer-policy.json"
OUTPUTS: Mapping[str, str] = {
    "boundary_arn": f"arn:aws:iam::{ACCOUNT}:policy/windlass-local-boundary",
    "kms_key_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555",
}
"""Of the network layer."""
_OUTPUT = re.compile(r"\$\{data\.terraform_remote_state\.network\.outputs\.(\w+)\}")
_PROVIDER = re.compile(r"\$\{aws_iam_openid_connect_provider\.[\w-]+\.arn\}")
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def make_boundary(client: Callable[[str], Any]) -> None:
    """Make a boundary that allows anything, where no network layer is applied."""
    client("iam").create_policy(PolicyName="windlass-local-boundary", PolicyDocument=json.dumps(ANYTHING))


def make_delivery_roles(client: Callable[[str], Any], *, outputs: Mapping[str, str] = OUTPUTS) -> None:
    """Make all of them, for `local`; `apply` has the published policies.

    Args:
        client: of an AWS service, with the root's key.
        outputs: of the network layer.
    """
    iam, resources = client("iam"), documents_of("local", everybody)["delivery"]["resource"]
    provider = iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"])
    published = [
        iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(policy))["Policy"]["Arn"]
        for name, policy in json.loads(POLICIES.read_text()).items()
    ]
    names = {}
    for key, body in resources["aws_iam_role"].items():
        trust = _PROVIDER.sub(provider["OpenIDConnectProviderArn"], body["assume_role_policy"])
        names[key] = body["name"]
        iam.create_role(RoleName=body["name"], AssumeRolePolicyDocument=trust)
    for body in resources["aws_iam_role_policy"].values():
        text = _OUTPUT.sub(lambda match: outputs[match[1]], body["policy"])
        iam.put_role_policy(RoleName=_name(body["role"], names), PolicyName=body["name"], PolicyDocument=text)
    for body in resources["aws_iam_role_policy_attachment"].values():
        for arn in published if body["policy_arn"] == APPLY else [body["policy_arn"]]:
            iam.attach_role_policy(RoleName=_name(body["role"], names), PolicyArn=arn)


def remove_delivery_roles(client: Callable[[str], Any]) -> None:
    """Remove what `make_delivery_roles` made."""
    iam, resources = client("iam"), documents_of("local", everybody)["delivery"]["resource"]
    for role in (body["name"] for body in resources["aws_iam_role"].values()):
        for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=role, PolicyArn=attached["PolicyArn"])
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            iam.delete_role_policy(RoleName=role, PolicyName=name)
        iam.delete_role(RoleName=role)
    for name in json.loads(POLICIES.read_text()):
        iam.delete_policy(PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/{name}")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}")


def session_of(client: Callable[[str], Any], word: str) -> dict[str, str]:
    """The session of a role that a workflow of GitHub gets; or, of a role for people, one that root takes."""
    if word in PEOPLE:
        arn = f"{ROLES}/windlass-local-{word}"
        return dict(client("sts").assume_role(RoleArn=arn, RoleSessionName="person")["Credentials"])
    given = client("sts").assume_role_with_web_identity(
        RoleArn=f"{ROLES}/windlass-local-{word}", RoleSessionName="workflow", WebIdentityToken=workflow_token(word)
    )
    return dict(given["Credentials"])


def _name(reference: str, names: Mapping[str, str]) -> str:
    return names[reference.removeprefix("${aws_iam_role.").partition(".")[0]]
