"""Why a role may do what no test does."""

from collections.abc import Mapping

_INSIDE = "CodeDeploy asks for it inside of CreateDeployment; the embedded one does not"
_STATUS = "the status of a service with the strategy `codedeploy`; tests ask for it as the role `view`"
_UNHEALTHY = "why a colour is not healthy; tests look at its tasks as `deploy`, `switch` and `operate`"
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
    ("view", "ecs:DescribeTasks"): _UNHEALTHY,
    ("view", "ecs:ListTasks"): _UNHEALTHY,
    ("push", "ecr:GetDownloadUrlForLayer"): "from one repository of the environment into another",
    ("*-task", "ssmmessages:*"): _CHANNEL,
    ("*-task", "logs:CreateLogStream"): _CHANNEL,
    ("*-task", "logs:DescribeLog*"): _CHANNEL,
    ("*-task", "logs:PutLogEvents"): _CHANNEL,
    ("*-task", "kms:Decrypt"): f"the key of sessions: {_CHANNEL}",
    ("*-execution", "ecr:BatchCheckLayerAvailability"): "a pull asks for it on AWS; the embedded ECS pulls no layers",
    ("flow-logs-*", "logs:DescribeLog*"): "AWS's own policy for the role has it; the embedded delivery lists nothing",
    ("airflow-triggerer-task", "s3:ListBucket"): "a bucket of DAGs; the deferred tasks of the tests need no file of it",
    ("airflow-*-task", "s3:GetBucketLocation"): "of a bucket in another region; tests have one in the same",
    (
        "airflow-worker-*-task",
        "ecs:DescribeTaskDefinition",
    ): "of a definition that is there; the DAG of the tests registers one",
    (
        "airflow-worker-*-task",
        "ecs:GetTaskProtection",
    ): "the protection is set, and read by people; tests do it as the account's root",
    (
        "airflow-worker-*-task",
        "ecs:StopTask",
    ): "a task of Airflow that is stopped stops its container; no test stops one",
    ("airflow-worker-*-task", "ssm:GetParameter"): "code of DAGs may read one; the DAG of the tests reads all of them",
    (
        "airflow-worker-*-task",
        "ssm:GetParameters",
    ): "code of DAGs may read some; the DAG of the tests reads all of them",
}
"""Role and action, both with `*` for any text → why. The deployer has a table of its own (`deployer_beyond`)."""
