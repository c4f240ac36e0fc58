"""Roles that people assume, by roles or users of theirs; no workflow can."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from aws.trust import people_trust
from modules.iam.statements import Statement, policy

_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]{1,512}")


@dataclass(frozen=True, kw_only=True)
class PeopleRole:
    """A role for one kind of work."""

    purpose: str
    """What the role is for; IAM's console shows it."""

    principal_arns: Sequence[str]
    """IAM roles and users that may assume it."""

    statements: Mapping[str, Statement]
    """What the role may do: statements by their Sid."""

    def __post_init__(self) -> None:
        """Refuse a role that no one could assume, or that a whole account could."""
        if not self.principal_arns:
            raise ValueError(f"I02: no one may assume the role that {self.purpose}; name a role or a user")
        for arn in self.principal_arns:
            if not _PRINCIPAL.fullmatch(arn):
                raise ValueError(f"I02: principal is {arn!r}; give the ARN of one role or user, without a star")


class PeopleRoles(Construct):
    """IAM roles that trust named roles and users.

    Args:
        name: first part of the roles' names.
        roles: roles by the last part of their name.
    """

    role_arns: Mapping[str, str]

    def __init__(self, scope: Construct, id_: str, *, name: str, roles: Mapping[str, PeopleRole]) -> None:
        super().__init__(scope, id_)
        self.role_arns = {word: self._role(f"{name}-{word}", word, role) for word, role in roles.items()}

    def _role(self, name: str, word: str, role: PeopleRole) -> str:
        iam_role = IamRole(
            self,
            word,
            name=name,
            description=role.purpose,
            assume_role_policy=people_trust(role.principal_arns, sid="People"),
        )
        IamRolePolicy(self, f"{word}-policy", name=word, role=iam_role.name, policy=policy(role.statements))
        return iam_role.arn
