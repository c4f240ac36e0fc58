"""The permissions boundary of an environment's roles: what none of them may do, whatever is attached to it (I01).

One boundary serves all roles, since a deployer may not change it: a new web service must not need an administrator.
So it names what belongs to the caller by the tag `aws.role_owner.OWNER_TAG`, which each role has from Windlass.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from constructs import Construct

from aws.account import Account
from aws.role_owner import OWNER, OWNER_TAG
from aws.strategy import ECS_SERVICES
from aws.trust import ASSUME_ROLE
from modules.iam.denials import Denial

_MANAGED_POLICY_CHARACTERS = 6144
"""Size limit of a managed policy, which IAM counts without white space."""

_RUN = (
    "ecs:CreateService",
    "ecs:CreateTaskSet",
    "ecs:DeleteService",
    "ecs:DeleteTaskSet",
    "ecs:DeregisterTaskDefinition",
    "ecs:RegisterTaskDefinition",
    "ecs:RunTask",
    "ecs:StartTask",
    "ecs:UpdateService",
    "ecs:UpdateServicePrimaryTaskSet",
    "ecs:UpdateTaskSet",
)
_PARAMETERS = ("ssm:DeleteParameter*", "ssm:GetParameter*", "ssm:LabelParameterVersion", "ssm:PutParameter")


@dataclass(frozen=True, kw_only=True)
class BoundaryInputs:
    """What belongs to the environment, and what its file names besides."""

    prefix: str
    """What names of the environment's roles, families and services begin with, without the hyphen."""

    account: Account

    path: str
    """Path of its secrets, without slashes at its ends; with a slash before it, that of its parameters."""

    existing_role_arns: Sequence[str] = ()
    """Roles of other people that Airflow may pass to ECS (E11). Default: none."""

    existing_secret_arns: Sequence[str] = ()
    """Secrets and parameters of other people that tasks get. Default: none."""

    state_bucket: str | None = None
    """Bucket of the Terraform states; its key has the alias `alias/<bucket>`. Default: the state is elsewhere."""

    lock_table: str | None = None
    """DynamoDB table that locks them. Default: none."""


class Boundary(Construct):
    """The boundary as a managed policy named `<prefix>-boundary`."""

    arn: str

    def __init__(self, scope: Construct, id_: str, inputs: BoundaryInputs) -> None:
        super().__init__(scope, id_)
        text = boundary_policy(inputs)
        if len(text) > _MANAGED_POLICY_CHARACTERS:
            raise ValueError(
                f"I01: the permissions boundary has {len(text)} characters; IAM allows {_MANAGED_POLICY_CHARACTERS}: "
                "let existing secrets and roles share a path, or name fewer of them"
            )
        self.arn = IamPolicy(
            self,
            "policy",
            name=f"{inputs.prefix}-boundary",
            description=f"What no role of {inputs.prefix} may do",
            # Terraform would evaluate IAM's variables.
            policy=text.replace("${", "$${"),
        ).arn


def boundary_policy(inputs: BoundaryInputs) -> str:
    """Return the boundary as IAM reads it."""
    # The upper bound of what a policy may allow; the boundary itself allows nothing.
    everything = {"Sid": "EverythingElse", "Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}
    roles = {"Sid": "PassRoles", "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": _passed_roles(inputs)}
    denied = [denial.document(sid) for sid, denial in _denials(inputs).items()]
    document = {"Version": "2012-10-17", "Statement": [everything, roles, *denied]}
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _denials(inputs: BoundaryInputs) -> Mapping[str, Denial]:
    account, prefix = inputs.account, inputs.prefix
    airflows_roles = _airflows_roles(inputs)
    airflows_tasks = [
        *(account.arn("ecs", f"task-definition/{prefix}-{part}-*") for part in ("airflow", "workflow")),
        account.arn("ecs", f"service/{prefix}/{prefix}-airflow-*"),
    ]
    return {
        "Identities": Denial(
            actions=("iam:*",),
            resources=("*",),
            # Only iam:PassRole has this key, and it is limited above.
            conditions={"Null": {"iam:PassedToService": "true"}},
        ),
        "OtherIdentities": Denial(actions=(ASSUME_ROLE,), resources=("*",)),
        "Families": Denial(actions=_RUN, except_on=(*_own_tasks(inputs), *airflows_tasks)),
        "Airflow": Denial(
            actions=("iam:PassRole", *_RUN),
            resources=(*airflows_roles, *airflows_tasks),
            conditions={"StringNotEquals": {f"aws:PrincipalTag/{OWNER_TAG}": "airflow"}},
        ),
        "Shells": Denial(actions=("ecs:ExecuteCommand", "ssm:StartSession"), resources=("*",)),
        "Secrets": Denial(actions=("secretsmanager:*",), except_on=_own_secrets(inputs)),
        "Parameters": Denial(actions=_PARAMETERS, except_on=_own_parameters(inputs)),
        **_state(inputs),
    }


def _airflows_roles(inputs: BoundaryInputs) -> Sequence[str]:
    own = [inputs.account.iam_arn(f"role/{inputs.prefix}-{part}-*") for part in ("airflow", "workflow")]
    return [*own, *inputs.existing_role_arns]


def _passed_roles(inputs: BoundaryInputs) -> Sequence[str]:
    own = [inputs.account.iam_arn(f"role/{inputs.prefix}-{OWNER}-{kind}") for kind in ("execution", "task")]
    return [*own, *_airflows_roles(inputs)]


def _own_tasks(inputs: BoundaryInputs) -> Sequence[str]:
    account, arns = inputs.account, []
    for suffix in sorted(suffix for suffixes in ECS_SERVICES.values() for suffix in suffixes):
        # The whole name: `shop-*` would be the services of shop-api too.
        name = f"{inputs.prefix}-{OWNER}-{suffix}"
        arns += [
            account.arn("ecs", f"task-definition/{name}:*"),
            account.arn("ecs", f"service/{inputs.prefix}/{name}"),
            account.arn("ecs", f"task-set/{inputs.prefix}/{name}/*"),
        ]
    return arns


def _own_secrets(inputs: BoundaryInputs) -> Sequence[str]:
    named = [f"{inputs.path}/{OWNER}/*", f"{inputs.path}/database/url-*", f"{inputs.path}/cache/url-*"]
    own = [inputs.account.arn("secretsmanager", f"secret:{name}") for name in named]
    return [*own, *(arn for arn in inputs.existing_secret_arns if ":secretsmanager:" in arn)]


def _own_parameters(inputs: BoundaryInputs) -> Sequence[str]:
    own = [inputs.account.arn("ssm", f"parameter/{inputs.path}/{OWNER}{rest}") for rest in ("", "/*")]
    public = inputs.account.aws_arn("ssm", "parameter/aws/service/*")
    return [*own, public, *(arn for arn in inputs.existing_secret_arns if ":ssm:" in arn)]


def _state(inputs: BoundaryInputs) -> Mapping[str, Denial]:
    if inputs.state_bucket is None:
        return {}
    bucket, account = inputs.account.bucket_arn(inputs.state_bucket), inputs.account
    table = [] if inputs.lock_table is None else [account.arn("dynamodb", f"table/{inputs.lock_table}")]
    alias = f"alias/{inputs.state_bucket}"
    return {
        "States": Denial(actions=("dynamodb:*", "s3:*"), resources=(bucket, f"{bucket}/*", *table)),
        "StateKey": Denial(
            actions=("kms:*",),
            resources=("*",),
            # A policy cannot name a key by its alias otherwise, and the key's id is in another state.
            conditions={"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}},
        ),
    }
