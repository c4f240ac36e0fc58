"""Why a role may do what no test does."""

from collections.abc import Mapping

_INSIDE = "CodeDeploy asks for it inside of CreateDeployment; the embedded one does not"
_STATUS = "the status of a service with the strategy `codedeploy`; tests ask for it as the role `view`"
_UNHEALTHY = "why a colour is not healthy; tests look at its tasks as `deploy` and `operate`"
_CHANNEL = "the embedded ECS opens no shells"

REASONS: Mapping[tuple[str, str], str] = {
    ("*", "dynamodb:DescribeTable"): "Terraform's documentation of the S3 backend names it",
    ("apply", "s3:DeleteObject"): "locks that are files (`state.use_lockfile`); tests lock by the table",
    ("apply", "application-autoscaling:*"): "the minimum of the live colour; tests write it as `deploy` and `switch`",
    ("deploy", "codedeploy:GetApplicationRevision"): _INSIDE,
    ("deploy", "codedeploy:GetDeploymentConfig"): _INSIDE,
    ("deploy", "codedeploy:RegisterApplicationRevision"): _INSIDE,
    ("deploy", "ecs:StopTask"): "a migration that takes too long is stopped; tests do it as the account's root",
    ("deploy", "codedeploy:GetDeploymentGroup"): _STATUS,
    (
        "operate",
        "application-autoscaling:*",
    ): "people scale as commands do; tests write minimums as `deploy` and `switch`",
    ("operate", "codedeploy:*"): _STATUS,
    ("switch", "codedeploy:*"): _STATUS,
    ("operate", "ecs:ExecuteCommand"): _CHANNEL,
    ("operate", "secretsmanager:DescribeSecret"): "secrets that people fill in, of which `local` has none",
    ("switch", "ecs:DescribeTasks"): _UNHEALTHY,
    ("switch", "ecs:ListTasks"): _UNHEALTHY,
    ("view", "ecs:DescribeTasks"): _UNHEALTHY,
    ("view", "ecs:ListTasks"): _UNHEALTHY,
    ("push", "ecr:GetDownloadUrlForLayer"): "from one repository of the environment into another",
}
"""Role and action, both with `*` for any text → why. The deployer has a table of its own (`deployer_beyond`)."""
