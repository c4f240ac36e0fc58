"""What pipelines may not do, whatever policies they have: become administrator, read secrets, touch the state (I02)."""

from collections.abc import Mapping, Sequence

from aws.trust import ASSUME_ROLE
from config import Environment
from layers.boundary import existing_roles
from modules.iam.denials import Denial

_IAM_CHANGES = tuple(
    f"iam:{verb}*"
    for verb in (
        *("Add", "Attach", "Change", "Create", "Deactivate", "Delete", "Detach", "Enable", "Put", "Remove", "Reset"),
        *("Resync", "Set", "Tag", "Untag", "Update", "Upload"),
    )
)
"""Everything of IAM that changes something, but `iam:PassRole`."""

_ROLE_CHANGES = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
)
"""What IAM can require a boundary for."""


def own_role_patterns(environment: Environment) -> Sequence[str]:
    """The names of all roles that the layers make.

    None is the name of a pipeline's role, in any environment: those end in the kind of pipeline.
    """
    prefix = environment.prefix
    kinds = ("*-codedeploy", "*-execution", "*-rds-proxy", "*-schedule", "*-task", "flow-logs-*", "monitoring")
    return [environment.aws.account.iam_arn(f"role/{prefix}-{kind}") for kind in kinds]


def deployer_limits(environment: Environment, boundary_arn: str) -> Mapping[str, Denial]:
    """What the role that applies may not do: without this, a role that makes roles is an administrator."""
    account, existing = environment.aws.account, sorted(set(existing_roles(environment.airflow)))
    own = own_role_patterns(environment)
    linked = account.iam_arn("role/aws-service-role/*")
    limits = {
        "ChangeOtherIdentities": Denial(actions=_IAM_CHANGES, except_on=(*own, linked)),
        "PassOtherRoles": Denial(actions=("iam:PassRole",), except_on=(*own, *existing)),
        "RolesWithoutBoundary": Denial(
            actions=_ROLE_CHANGES,
            resources=("*",),
            conditions={"StringNotEquals": {"iam:PermissionsBoundary": boundary_arn}},
        ),
        "TakeBoundaryAway": Denial(actions=("iam:DeleteRolePermissionsBoundary",), resources=("*",)),
        "OtherIdentities": Denial(actions=(ASSUME_ROLE,), resources=("*",)),
    }
    return {**limits, **_state_limits(environment)}


def reader_limits(environment: Environment) -> Mapping[str, Denial]:
    """What a plan by AWS's ReadOnlyAccess may not read: contents. It reads what is configured."""
    account, state = environment.aws.account, environment.state
    own = f"{environment.project}/{environment.name}/*"
    objects = ("s3:GetObject", "s3:GetObjectVersion")
    bucket = account.bucket_arn(state.bucket) if state.backend == "s3" else None
    parameters = [
        account.arn("ssm", f"parameter{environment.path('*')}"),
        account.aws_arn("ssm", "parameter/aws/service/*"),
    ]
    return {
        "ProtectSecrets": Denial(
            actions=("secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"), resources=("*",)
        ),
        "ProtectParameters": Denial(actions=("ssm:GetParameter*",), except_on=parameters),
        "ProtectObjects": Denial(actions=objects, except_on=(f"{bucket}/{own}",))
        if bucket
        else Denial(actions=objects, resources=("*",)),
        "ProtectContents": Denial(
            actions=(
                "ecr:BatchGetImage",
                "ecr:GetAuthorizationToken",
                "ecr:GetDownloadUrlForLayer",
                "logs:FilterLogEvents",
                "logs:GetLog*",
                "logs:GetQueryResults",
                "logs:StartQuery",
                ASSUME_ROLE,
            ),
            resources=("*",),
        ),
    }


def _state_limits(environment: Environment) -> Mapping[str, Denial]:
    state, account = environment.state, environment.aws.account
    if state.backend != "s3":
        return {}
    bucket, alias = account.bucket_arn(state.bucket), f"alias/{state.bucket}"
    table = [] if state.dynamodb_table is None else [account.arn("dynamodb", f"table/{state.dynamodb_table}")]
    return {
        "ProtectStateBucket": Denial(
            actions=(
                "dynamodb:DeleteTable",
                "dynamodb:PutResourcePolicy",
                "dynamodb:UpdateTable",
                "s3:DeleteBucket*",
                "s3:DeleteObjectVersion*",
                "s3:PutBucket*",
                "s3:PutEncryptionConfiguration",
                "s3:PutLifecycleConfiguration",
                "s3:PutReplicationConfiguration",
            ),
            resources=(bucket, f"{bucket}/*", *table),
        ),
        "ProtectStateKey": Denial(
            actions=(
                "kms:CreateGrant",
                "kms:Delete*",
                "kms:Disable*",
                "kms:PutKeyPolicy",
                "kms:ScheduleKeyDeletion",
                "kms:UpdateAlias",
                "kms:UpdatePrimaryRegion",
            ),
            resources=("*",),
            conditions={"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}},
        ),
        # Without its alias the key would not be recognised above.
        "ProtectStateKeyAlias": Denial(
            actions=("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"), resources=(account.arn("kms", alias),)
        ),
    }
