"""Roles for GitHub Actions workflows, assumed through OIDC by one repository and named branches only (I02)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from modules.iam.denials import Denial
from modules.iam.statements import Statement, policy

HOST = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
_REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")
_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")


@dataclass(frozen=True, kw_only=True)
class PipelineRole:
    """A role for one kind of workflow."""

    purpose: str
    """What the role is for; IAM's console shows it."""

    branches: Sequence[str] = ()
    """Branches whose workflows may assume it. Default: none."""

    environments: Sequence[str] = ()
    """GitHub environments whose workflows may assume it. Protect them before you name them: GitHub creates an
    environment that a workflow names, and lets anyone use it who may push. Default: none."""

    pull_requests: bool = False
    """Whether workflows of pull requests may assume it too; for read-only roles. Default: no."""

    statements: Mapping[str, Statement] = field(default_factory=dict)
    """What the role may do: statements by their Sid."""

    denials: Mapping[str, Denial] = field(default_factory=dict)
    """What it may not do, whatever else allows it: statements by their Sid, each other than those of `statements`.
    Default: none."""

    managed_policy_arns: Mapping[str, str] = field(default_factory=dict)
    """Managed policies, by a key for each. Default: none."""

    max_session_seconds: int = 3600
    """Maximum session duration, 3600 to 43200. Default: an hour, AWS's minimum."""

    def __post_init__(self) -> None:
        """Refuse a role that no one could assume, or that anyone could."""
        if not self.branches and not self.pull_requests and not self.environments:
            raise ValueError(f"I02: no one may assume the role that {self.purpose}; name a branch")
        for environment in self.environments:
            if not _ENVIRONMENT.fullmatch(environment):
                raise ValueError(f"I02: environment is {environment!r}; name one environment, without a star")
        clash = sorted(set(self.statements) & set(self.denials))
        if clash:
            raise ValueError(f"I02: {', '.join(clash)} is both allowed and denied by that name; use two names")
        for branch in self.branches:
            if not _BRANCH.fullmatch(branch):
                raise ValueError(f"I02: branch is {branch!r}; name one branch, without a star")


@dataclass(frozen=True, kw_only=True)
class GitHubRolesInputs:
    """The repository, and the roles that its workflows may assume."""

    name: str
    """First part of the roles' names."""

    repository: str
    """`owner/name`."""

    roles: Mapping[str, PipelineRole]
    """Roles by the last part of their name."""

    provider_arn: str | None = None
    """GitHub's OIDC provider in this account, of which there can be only one. Default: it is created."""

    def __post_init__(self) -> None:
        """Refuse what is not a repository."""
        if not _REPOSITORY.fullmatch(self.repository):
            raise ValueError(f"I02: repository is {self.repository!r}; write it as owner/name, without a star")


@dataclass(frozen=True, kw_only=True)
class GitHubRolesOutputs:
    """ARNs that workflows refer to."""

    provider_arn: str
    """ARN of the OIDC provider."""

    role_arns: Mapping[str, str]
    """ARN of each role, for `role-to-assume`."""


class GitHubRoles(Construct):
    """IAM roles that trust GitHub's OIDC tokens, which name the repository and the branch of each run."""

    outputs: GitHubRolesOutputs

    def __init__(self, scope: Construct, id_: str, inputs: GitHubRolesInputs) -> None:
        super().__init__(scope, id_)
        self._inputs = inputs
        provider_arn = inputs.provider_arn or self._provider()
        self.outputs = GitHubRolesOutputs(
            provider_arn=provider_arn,
            role_arns={word: self._role(word, role, provider_arn) for word, role in inputs.roles.items()},
        )

    def _provider(self) -> str:
        # No thumbprint: AWS verifies GitHub's certificate against its own list of authorities.
        return IamOpenidConnectProvider(self, "provider", url=f"https://{HOST}", client_id_list=[AUDIENCE]).arn

    def _role(self, word: str, role: PipelineRole, provider_arn: str) -> str:
        iam_role = IamRole(
            self,
            word,
            name=f"{self._inputs.name}-{word}",
            description=role.purpose,
            assume_role_policy=_trust(self._inputs.repository, role, provider_arn),
            max_session_duration=role.max_session_seconds,
        )
        if role.statements or role.denials:
            text = policy({**role.statements, **role.denials})
            IamRolePolicy(self, f"{word}-policy", name=word, role=iam_role.name, policy=text)
        for name, arn in role.managed_policy_arns.items():
            IamRolePolicyAttachment(self, f"{word}-{name}", role=iam_role.name, policy_arn=arn)
        return iam_role.arn


def _trust(repository: str, role: PipelineRole, provider_arn: str) -> str:
    subjects = [f"repo:{repository}:ref:refs/heads/{branch}" for branch in role.branches]
    subjects += [f"repo:{repository}:environment:{environment}" for environment in role.environments]
    if role.pull_requests:
        subjects.append(f"repo:{repository}:pull_request")
    statement = {
        "Sid": "Workflows",
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": provider_arn},
        "Condition": {"StringEquals": {f"{HOST}:aud": AUDIENCE, f"{HOST}:sub": subjects}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
