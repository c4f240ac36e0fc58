"""The files about permissions: two pages of roles, the page of the deployer, and the deployer's policies."""

import json
from pathlib import Path

from pydantic_core import to_jsonable_python

from config import Environment, load
from layers.synthesis import terraform_json
from scripts.docs.deployer_policy import ROLE, deployer_policies, text_of
from scripts.docs.permissions import Permissions, permissions, recorded
from scripts.docs.permissions_page import permissions_page
from terraform.document import Stacks

FOLDER = Path("docs") / "generated"
ENVIRONMENT = "local"
"""Tests apply it, so its roles have called something."""
_PRINCIPAL = "arn:aws:iam::123456789012:role/team"
DELIVERY = {
    "repository": "acme/shop",
    "apply_policy_arns": {"platform": "arn:aws:iam::123456789012:policy/platform-apply"},
    "plan_environment": "plan",
    "view_principal_arns": [_PRINCIPAL],
    "operate_principal_arns": [_PRINCIPAL],
}
"""A section with every role."""


def roles(root: Path) -> tuple[list[Permissions], list[Permissions]]:
    """The roles of the delivery layer, and those of all others."""
    data = {**to_jsonable_python(load(ENVIRONMENT, root)), "delivery": DELIVERY}
    environment = Environment.model_validate_json(json.dumps(data))
    documents, calls = terraform_json(environment), recorded(root)
    own = {layer: document for layer, document in documents.items() if layer == "delivery"}
    others = {layer: document for layer, document in documents.items() if layer != "delivery"}
    return (
        permissions(Stacks(documents=own), environment.prefix, calls),
        permissions(Stacks(documents=others), environment.prefix, calls),
    )


def permission_pages(root: Path) -> dict[Path, str]:
    """Path within the project → text."""
    delivery, tasks = roles(root)
    calls = recorded(root)
    policies = deployer_policies(calls)
    deployer = Permissions(role=ROLE, granted=actions_of(policies), called=calls.get(ROLE, {}))
    return {
        FOLDER / "permissions-delivery.md": permissions_page(
            "Permissions of the roles of pipelines and people", delivery
        ),
        FOLDER / "permissions-tasks.md": permissions_page(
            "Permissions of the roles of tasks and AWS's services", tasks
        ),
        FOLDER / "permissions-deployer.md": permissions_page("Permissions of the deployer", [deployer]),
        FOLDER / "deployer-policy.json": text_of(policies),
    }


def actions_of(policies: dict[str, dict[str, list[dict[str, list[str]]]]]) -> list[str]:
    """Every action that the deployer's policies allow, sorted."""
    return sorted(
        {action for policy in policies.values() for statement in policy["Statement"] for action in statement["Action"]}
    )
