"""The permissions boundary of every role that an environment makes (I01)."""

from collections.abc import Iterable, Mapping
from typing import cast

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.iam_role import IamRole

from aws.role_owner import OWNER_TAG
from config import Environment
from config.airflow import Airflow
from config.airflow.dags import GitSync
from layers.service_secret_names import existing_secret_arns
from modules.iam.boundary import Boundary, BoundaryInputs


def make_boundary(stack: TerraformStack, environment: Environment) -> str:
    """Make the boundary, and return its ARN."""
    state = environment.state
    inputs = BoundaryInputs(
        prefix=environment.prefix,
        account=environment.aws.account,
        path=environment.secret_path(),
        existing_role_arns=sorted(set(existing_roles(environment.airflow))),
        existing_secret_arns=sorted(set(_existing_secrets(environment))),
        state_bucket=state.bucket if state.backend == "s3" else None,
        lock_table=state.dynamodb_table if state.backend == "s3" else None,
    )
    return Boundary(stack, "boundary", inputs).arn


def limit_roles(stack: TerraformStack, environment: Environment, boundary_arn: str) -> None:
    """Give every role of a stack the boundary, and the tag by which the boundary knows whose role it is.

    Done once for a whole stack rather than where a role is made, so that none is forgotten.
    """
    owners = role_owners(environment)
    for construct in stack.node.find_all():
        if isinstance(construct, IamRole):
            construct.permissions_boundary = boundary_arn
            owner = _owner(owners, str(construct.name_input))
            if owner is not None:
                construct.tags = {**cast(Mapping[str, str], construct.tags_input or {}), OWNER_TAG: owner}


def role_owners(environment: Environment) -> Mapping[str, str]:
    """Whose a role is, by its name; a name that ends in `*` stands for all that begin with it."""
    prefix = environment.prefix
    web = {
        f"{prefix}-{service}{suffix}": service
        for service in environment.services
        for suffix in ("-execution", "-task", "-codedeploy")
    }
    if environment.airflow is None:
        return web
    return {**web, f"{prefix}-airflow-*": "airflow", f"{prefix}-workflow-*": "workflow"}


def _owner(owners: Mapping[str, str], name: str) -> str | None:
    for pattern, owner in owners.items():
        if name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1])):
            return owner
    return None


def existing_roles(airflow: Airflow | None) -> Iterable[str]:
    """Roles of other people, which tasks of Airflow's or of its workflows have (E11)."""
    if airflow is None:
        return
    for roles in airflow.roles.values():
        yield from (roles.execution_role_arn, roles.task_role_arn)
    workflows = airflow.workflows
    yield from (arn for arn in (workflows.execution_role_arn, workflows.task_role_arn) if arn is not None)


def _existing_secrets(environment: Environment) -> Iterable[str]:
    """Secrets and parameters of other people that tasks get."""
    for service in environment.services.values():
        yield from existing_secret_arns(service)
    airflow = environment.airflow
    if airflow is None:
        return
    yield from airflow.secrets.values()
    if isinstance(airflow.dags, GitSync):
        yield from (one.secret_arn for one in airflow.dags.repositories.values() if one.secret_arn is not None)
