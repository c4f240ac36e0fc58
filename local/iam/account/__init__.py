"""What IAM must know of the emulated account: roles and their policies, resource policies, keys and tags.

Everything here reads moto's backends; hold `MOTO_LOCK`.
"""

from local.iam.account.resources import EmulatedAccount
from local.iam.account.roles import RoleNotFoundError, policies_of_role, role_of, trust_policy

__all__ = ["EmulatedAccount", "RoleNotFoundError", "policies_of_role", "role_of", "trust_policy"]
