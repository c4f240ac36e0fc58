"""Which ARNs of an environment the calls of its commands are about, as IAM statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws.command_calls import Command, Target, calls_of
from config import Environment
from config.services import CodeDeployService
from layers.context import sessions_key_name
from modules.iam import Statement


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a statement names besides its actions."""

    arns: Sequence[str]
    """Default: none, where the environment has nothing of the kind."""
    conditions: Mapping[str, Mapping[str, str | Sequence[str]]] = field(default_factory=dict)
    because: str | None = None


def statements(environment: Environment, kms_key_arn: str, *commands: Command) -> dict[str, Statement]:
    """What a role needs for some commands: one statement for each kind of target.

    Args:
        environment: whose resources the commands work on.
        kms_key_arn: the environment's key.
        commands: the commands.
    """
    actions: dict[Target, list[str]] = {}
    for call in calls_of(*commands):
        actions.setdefault(call.target, []).append(call.action)
    targets = {target: _resources(target, environment, kms_key_arn) for target in actions}
    return {
        "".join(word.capitalize() for word in target.split("-")): Statement(
            actions=sorted(set(names)),
            resources=targets[target].arns,
            conditions=targets[target].conditions,
            any_resource_because=targets[target].because,
        )
        for target, names in sorted(actions.items())
        if targets[target].arns
    }


def task_roles(environment: Environment) -> Sequence[str]:
    """Roles of the tasks of the web services."""
    account, prefix = environment.aws.account, environment.prefix
    return [
        account.iam_arn(f"role/{prefix}-{service}-{kind}")
        for service in sorted(environment.services)
        for kind in ("execution", "task")
    ]


def _resources(target: Target, environment: Environment, kms_key_arn: str) -> Resources:
    if target in ("service-state", "state-bucket", "state-key", "state-lock", "states", "lock-table"):
        return _state(target, environment)
    account, prefix, path = environment.aws.account, environment.prefix, environment.path("*")
    cluster = account.arn("ecs", f"cluster/{prefix}")
    match target:
        case "any":
            return Resources(arns=("*",), because="AWS has no resource-level permission for these actions")
        case "code-deployments":
            kinds = [f"application:{prefix}-*", f"deploymentgroup:{prefix}-*/*"]
            return Resources(arns=[account.arn("codedeploy", kind) for kind in (*kinds, *_paces(environment))])
        case "families":
            family = account.arn("ecs", f"task-definition/{prefix}-*:*")
            return Resources(arns=(family,), conditions={"ArnEqualsIfExists": {"ecs:cluster": cluster}})
        case "listener-rules":
            return Resources(arns=(account.arn("elasticloadbalancing", f"listener-rule/app/{prefix}/*"),))
        case "log-groups":
            return Resources(arns=(account.arn("logs", f"log-group:{path}:*"),))
        case "parameters":
            return Resources(arns=(account.arn("ssm", f"parameter{path}"),))
        case "repositories":
            return Resources(arns=(account.arn("ecr", f"repository/{prefix}/*"),))
        case "scalable-targets":
            return Resources(
                arns=("*",),
                conditions={"StringEquals": {"application-autoscaling:service-namespace": "ecs"}},
                because="AWS chooses the id of a scalable target",
            )
        case "secrets":
            return Resources(arns=(account.arn("secretsmanager", f"secret:{environment.secret_path('*')}"),))
        case "secrets-key":
            via = {"kms:ViaService": account.endpoint("secretsmanager")}
            return Resources(arns=(kms_key_arn,), conditions={"StringEquals": via})
        case "services":
            return Resources(arns=(account.arn("ecs", f"service/{prefix}/{prefix}-*"),))
        case "sessions":
            # ECS Developer Guide, "Using IAM policies to limit access to ECS Exec": the task and its cluster.
            return Resources(arns=(account.arn("ecs", f"task/{prefix}/*"), cluster))
        case "sessions-key":
            # The key is in the service layer's state; its alias is known.
            alias = {"kms:ResourceAliases": f"alias/{sessions_key_name(environment)}"}
            return Resources(arns=(account.arn("kms", "key/*"),), conditions={"ForAnyValue:StringEquals": alias})
        case "task-roles":
            passed = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
            return Resources(arns=task_roles(environment), conditions={"StringEquals": passed})
        case "tasks":
            return Resources(arns=(account.arn("ecs", f"task/{prefix}/*"),))
    raise AssertionError(target)


def _paces(environment: Environment) -> Sequence[str]:
    """How fast CodeDeploy shifts requests: the deployment configurations that services name."""
    services = environment.services.values()
    names = {service.deployment_config for service in services if isinstance(service, CodeDeployService)}
    return [f"deploymentconfig:{name}" for name in sorted(names)]


def _state(target: Target, environment: Environment) -> Resources:
    """Parts of the state's bucket; nothing where the state is elsewhere."""
    state, account = environment.state, environment.aws.account
    if state.backend != "s3":
        return Resources(arns=())
    bucket, own = account.bucket_arn(state.bucket), f"{environment.project}/{environment.name}"
    match target:
        case "state-bucket":
            return Resources(arns=(bucket,))
        case "states":
            return Resources(arns=(f"{bucket}/{own}/*",))
        case "service-state":
            return Resources(arns=(f"{bucket}/{own}/service/*",))
        case "state-lock":
            return Resources(arns=(f"{bucket}/{own}/*.tflock",) if state.use_lockfile else ())
        case "lock-table":
            table = state.dynamodb_table
            return Resources(arns=() if table is None else (account.arn("dynamodb", f"table/{table}"),))
    services = [account.endpoint("s3"), *([account.endpoint("dynamodb")] if state.dynamodb_table else [])]
    return Resources(
        arns=(account.arn("kms", "key/*"),),
        # The key is in the bootstrap's state; its alias is known.
        conditions={
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{state.bucket}"},
            "StringEquals": {"kms:ViaService": services},
        },
    )
