"""Tasks that DAGs launch on ECS: a place to run in, roles to run as, and the facts that DAG code reads (E09)."""

from collections.abc import Mapping

from constructs import Construct

from layers.airflow.names import airflow_of
from layers.reachability import AIRFLOW_WORKFLOW
from layers.web.shared import Surroundings
from modules.iam import Statement, TaskRoles, TaskRolesInputs, TaskRolesOutputs
from modules.observability import LogGroup, LogGroupInputs, LogGroupOutputs
from modules.parameters import PublishedParameters, PublishedParametersInputs


class AirflowWorkflows(Construct):
    """Everything that a DAG needs for a task of its own image, and what a worker may do about it."""

    parameters_path: str
    worker_statements: Mapping[str, Statement]

    def __init__(self, scope: Construct, id_: str, around: Surroundings) -> None:
        super().__init__(scope, id_)
        self._around, self._environment = around, around.environment
        self._settings = airflow_of(around.environment).workflows
        self._families = f"{around.environment.prefix}-workflow-"
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
            kms_key_arn=self._around.network.kms_key_arn,
        )
        return LogGroup(self, "logs", inputs).outputs

    def _roles(self) -> TaskRolesOutputs:
        environment, aws = self._environment, self._environment.aws
        repositories = f"arn:{aws.partition}:ecr:{aws.region}:{aws.account_id}:repository/{environment.prefix}/*"
        inputs = TaskRolesInputs(
            name=f"{environment.prefix}-workflow",
            region=aws.region,
            account_id=aws.account_id,
            partition=aws.partition,
            repository_arns=[repositories],
            log_group_arns=[self._logs.arn],
        )
        return TaskRoles(self, "roles", inputs).outputs

    def _parameters(self) -> str:
        environment, network, aws = self._environment, self._around.network, self._environment.aws
        public = environment.network.egress == "public-ip"
        suffix = "amazonaws.com.cn" if aws.partition == "aws-cn" else "amazonaws.com"
        facts = {
            "assign_public_ip": (
                "ENABLED" if public else "DISABLED",
                "Public addresses for tasks, as RunTask wants it",
            ),
            "cluster": (self._around.cluster.name, "ECS cluster"),
            "execution_role_arn": (self._execution_role, "Role that ECS starts tasks with"),
            "log_group": (self._logs.name, "Log group for tasks"),
            "region": (aws.region, "Region"),
            "registry": (f"{aws.account_id}.dkr.ecr.{aws.region}.{suffix}/{environment.prefix}", "Where images are"),
            "security_groups": (network.security_group_ids[AIRFLOW_WORKFLOW], "Security groups of tasks"),
            "subnets": (
                ",".join((network.public_subnet_ids if public else network.private_subnet_ids).values()),
                "Subnets for tasks",
            ),
            "task_family_prefix": (self._families, "What the family of a task definition begins with"),
            "task_role_arn": (self._task_role, "Role of the code in tasks"),
        }
        inputs = PublishedParametersInputs(
            path=environment.path("airflow", "workflow"),
            values={name: value for name, (value, _) in facts.items()},
            descriptions={name: description for name, (_, description) in facts.items()},
        )
        return PublishedParameters(self, "published", inputs).outputs.path

    def _statements(self) -> dict[str, Statement]:
        aws, around = self._environment.aws, self._around
        ecs = f"arn:{aws.partition}:ecs:{aws.region}:{aws.account_id}"
        definitions, tasks = f"{ecs}:task-definition/{self._families}*", f"{ecs}:task/{self._environment.prefix}/*"
        parameters = f"arn:{aws.partition}:ssm:{aws.region}:{aws.account_id}:parameter{self.parameters_path}"
        return {
            "RunWorkflows": Statement(
                actions=("ecs:RunTask",),
                resources=(definitions,),
                conditions={"ArnEquals": {"ecs:cluster": around.cluster.arn}},
            ),
            "RegisterWorkflows": Statement(
                actions=("ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"),
                resources=("*",),
                any_resource_because="a definition of another name cannot be run; see RunWorkflows",
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
