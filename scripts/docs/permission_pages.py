"""The files about permissions: pages of roles, and the deployer's policies."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


DELIVERIES = ("git-sync", "s3", "efs", "image")
"""Where DAGs come from: `[airflow.dags]`. The first is that of the environment."""


def delivery_roles(root: Path) -> list[Permissions]:
    """The roles of the delivery layer."""
    data = {**to_jsonable_python(load(ENVIRONMENT, root)), "delivery": DELIVERY}
    environment = Environment.model_validate_json(json.dumps(data))
    stacks = Stacks(documents={"delivery": terraform_json(environment)["delivery"]})
    return permissions(stacks, environment.prefix, recorded(root))


def task_roles(root: Path) -> list[Permissions]:
    """The roles of tasks and of AWS's services, with whatever one of the deliveries of DAGs adds."""
    data = to_jsonable_python(load(ENVIRONMENT, root))
    documents: dict[str, dict[str, Any]] = {}
    for source in DELIVERIES:
        if source != DELIVERIES[0]:
            data = {**data, "airflow": {**data["airflow"], "dags": {"source": source}}}
        environment = Environment.model_validate_json(json.dumps(data))
        documents |= {f"{layer} {source}": document for layer, document in terraform_json(environment).items()}
    return permissions(Stacks(documents=documents), environment.prefix, recorded(root))


def deployer(root: Path) -> Permissions:
    """The role that has the published policies."""
    calls = recorded(root)
    return Permissions(role=ROLE, granted=actions_of(deployer_policies(calls)), called=calls[ROLE])


def permission_pages(root: Path) -> dict[Path, str]:
    """Path within the project → text."""
    delivery = permissions_page("Permissions of the roles of pipelines and people", delivery_roles(root))
    return {
        FOLDER / "permissions-delivery.md": delivery,
        FOLDER / "permissions-tasks.md": permissions_page("Permissions of tasks and services", task_roles(root)),
        FOLDER / "permissions-deployer.md": permissions_page("Permissions of the deployer", [deployer(root)]),
        FOLDER / "deployer-policy.json": text_of(deployer_policies(recorded(root))),
    }


def actions_of(policies: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Every action that the deployer's policies allow, sorted."""
    return sorted(
        {action for policy in policies.values() for statement in policy["Statement"] for action in statement["Action"]}
    )
