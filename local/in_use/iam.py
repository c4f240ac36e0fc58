"""IAM: policies that are attached, as permissions or as a boundary, or have more versions. moto itself guards roles."""

from typing import Any

from moto.iam.exceptions import DeleteConflictException
from moto.iam.models import IAMBackend

from local.in_use.refusing import before


@before(IAMBackend, "delete_policy")
def policy_is_free(iam: Any, policy_arn: str) -> None:
    """DeletePolicy."""
    policy = iam.get_policy(policy_arn)
    entities = [*iam.roles.values(), *iam.users.values()]
    bounded = any(getattr(each, "permissions_boundary_arn", None) == policy_arn for each in entities)
    if policy.attachment_count or bounded:
        raise DeleteConflictException("Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise DeleteConflictException(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            "The default version is deleted with the policy."
        )
