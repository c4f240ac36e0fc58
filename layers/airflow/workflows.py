"""Tasks that DAGs launch on ECS: their log group, their roles, and the parameters that DAG code reads (E09)."""

from collections.abc import Mapping

from constructs import Construct

from layers.airflow.context import AirflowContext
from layers.reachability import AIRFLOW_WORKFLOW
from modules.iam import Statement, TaskRoles, TaskRolesInputs, TaskRolesOutputs
from modules.observability import LogGroup, LogGroupInputs, LogGroupOutputs
from modules.parameters import PublishedParameters, PublishedParametersInputs


class AirflowWorkflows(Construct):
    """Everything that a DAG needs to run a task from another image, and the permissions of workers to do so."""

    parameters_path: str
    worker_statements: Mapping[str, Statement]

    def __init__(self, scope: Construct, id_: str, context: AirflowContext) -> None:
        super().__init__(scope, id_)
        shared = self._shared = context.shared
        self._environment = shared.environment
        self._settings = context.settings.workflows
        self._families = f"{shared.environment.prefix}-workflow-"
        self._logs = self._log_group()
        roles = self._roles()
        self._execution_role = self._settings.execution_role_arn or roles.execution_role_arn
        self._task_role = self._settings.task_role_arn or roles.task_role_arn
        self.parameters_path = self._parameters()
        self.worker_statements = self._statements()

    def _log_group(self) -> LogGroupOutputs:
        inputs = LogGroupInputs(
            name=self._environment.path("airflow", "workflow"),
            retention_days=self._environment.cluster.logs_retention_days,
            kms_key_arn=self._shared.network.kms_key_arn,
        )
        return LogGroup(self, "logs", inputs).outputs

    def _roles(self) -> TaskRolesOutputs:
        environment, aws = self._environment, self._environment.aws
        repositories = self._shared.account.arn("ecr", f"repository/{environment.prefix}/*")
        inputs = TaskRolesInputs(
            name=f"{environment.prefix}-workflow",
            account=aws.account,
            repository_arns=[repositories],
            log_group_arns=[self._logs.arn],
        )
        return TaskRoles(self, "roles", inputs).outputs

    def _parameters(self) -> str:
        environment, shared, aws = self._environment, self._shared, self._environment.aws
        parameters = {
            "assign_public_ip": (
                "ENABLED" if shared.tasks_are_public else "DISABLED",
                "Public addresses for tasks, as RunTask wants it",
            ),
            "cluster": (shared.cluster.name, "ECS cluster"),
            "execution_role_arn": (self._execution_role, "Role that ECS starts tasks with"),
            "log_group": (self._logs.name, "Log group for tasks"),
            "region": (aws.region, "Region"),
            "registry": (f"{aws.account.ecr_host}/{environment.prefix}", "Where images are"),
            "security_groups": (shared.network.security_group_ids[AIRFLOW_WORKFLOW], "Security groups of tasks"),
            "subnets": (",".join(shared.task_subnet_ids), "Subnets for tasks"),
            "task_family_prefix": (self._families, "What the family of a task definition begins with"),
            "task_role_arn": (self._task_role, "Role of the code in tasks"),
        }
        inputs = PublishedParametersInputs(
            path=environment.path("airflow", "workflow"),
            values={name: value for name, (value, _) in parameters.items()},
            descriptions={name: description for name, (_, description) in parameters.items()},
        )
        return PublishedParameters(self, "published", inputs).outputs.path

    def _statements(self) -> dict[str, Statement]:
        account = self._shared.account
        definitions = account.arn("ecs", f"task-definition/{self._families}*")
        tasks = account.arn("ecs", f"task/{self._environment.prefix}/*")
        parameters = account.arn("ssm", f"parameter{self.parameters_path}")
        return {
            "RunWorkflows": Statement(
                actions=("ecs:RunTask",),
                resources=(definitions,),
                conditions={"ArnEquals": {"ecs:cluster": self._shared.cluster.arn}},
            ),
            # Not of other families: a schedule or a service could run what DAG code registered there.
            "RegisterWorkflows": Statement(actions=("ecs:RegisterTaskDefinition",), resources=(definitions,)),
            "DescribeDefinitions": Statement(
                actions=("ecs:DescribeTaskDefinition",),
                resources=("*",),
                any_resource_because="AWS has no resource-level permission for it",
            ),
            "TagWorkflows": Statement(
                actions=("ecs:TagResource",),
                resources=(definitions, tasks),
                conditions={"StringEquals": {"ecs:CreateAction": ["RegisterTaskDefinition", "RunTask"]}},
            ),
            "WatchWorkflows": Statement(actions=("ecs:DescribeTasks", "ecs:StopTask"), resources=(tasks,)),
            "PassWorkflowRoles": Statement(
                actions=("iam:PassRole",),
                resources=(self._execution_role, self._task_role),
                conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            ),
            "ReadWorkflowLogs": Statement(actions=("logs:GetLogEvents",), resources=(f"{self._logs.arn}:*",)),
            "ReadWorkflowFacts": Statement(
                actions=("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"),
                resources=(parameters, f"{parameters}/*"),
            ),
        }
