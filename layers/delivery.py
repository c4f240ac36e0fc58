"""The `delivery` layer: roles for pipelines, if the environment has a section `[delivery]` (I02)."""

from constructs import Construct

from config import Environment
from config.delivery import Delivery
from layers import DELIVERY
from layers.layer import Layer
from layers.outputs import DeliveryOutputs, NetworkOutputs
from layers.remote_state import publish
from modules.delivery import GitHubRoles, GitHubRolesInputs, PipelineRole
from modules.iam import Statement


class DeliveryLayer(Layer):
    """Four roles: one for plans in pull requests; for named branches one each to apply, switch and push images."""

    def __init__(self, scope: Construct, environment: Environment, delivery: Delivery) -> None:
        super().__init__(scope, environment, DELIVERY)
        self.network = self.outputs_of("network", NetworkOutputs)
        inputs = GitHubRolesInputs(
            name=environment.prefix,
            repository=delivery.repository,
            provider_arn=delivery.oidc_provider_arn,
            roles={
                "plan": PipelineRole(
                    purpose=f"Plans {environment.prefix}",
                    branches=delivery.branches,
                    pull_requests=True,
                    statements=self._terraform(),
                    managed_policy_arns={"read": environment.aws.account.managed_policy_arn("ReadOnlyAccess")},
                ),
                "apply": PipelineRole(
                    purpose=f"Applies {environment.prefix}",
                    branches=delivery.branches,
                    statements=self._terraform(),
                    managed_policy_arns=delivery.apply_policy_arns,
                    max_session_seconds=2 * 3600,
                ),
                "switch": PipelineRole(
                    purpose=f"Switches traffic in {environment.prefix}",
                    branches=delivery.branches,
                    statements=self._switching(),
                ),
                "push": PipelineRole(
                    purpose=f"Pushes images of {environment.prefix}",
                    branches=delivery.branches,
                    statements=self._pushing(),
                ),
            },
        )
        roles = GitHubRoles(self, "github", inputs).outputs
        self.outputs = DeliveryOutputs(oidc_provider_arn=roles.provider_arn, role_arns=dict(roles.role_arns))
        publish(self, self.outputs, environment)

    def _arn(self, service: str, resource: str) -> str:
        return self.environment.aws.account.arn(service, resource)

    def _terraform(self) -> dict[str, Statement]:
        """What every run of Terraform needs: the states, their lock, and the passwords that it passes on (D03)."""
        environment, state = self.environment, self.environment.state
        statements = {
            "ReadPasswords": Statement(
                actions=("secretsmanager:GetSecretValue",),
                resources=(self._arn("secretsmanager", f"secret:{environment.secret_path('*')}"),),
            ),
            "DecryptPasswords": Statement(actions=("kms:Decrypt",), resources=(self.network.kms_key_arn,)),
        }
        if state.backend != "s3":
            return statements
        bucket = environment.aws.account.bucket_arn(state.bucket)
        statements["ListStates"] = Statement(actions=("s3:ListBucket",), resources=(bucket,))
        statements["ReadAndWriteStates"] = Statement(
            actions=("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
            resources=(f"{bucket}/{environment.project}/{environment.name}/*",),
        )
        if state.dynamodb_table is not None:
            statements["LockStates"] = Statement(
                actions=("dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"),
                resources=(self._arn("dynamodb", f"table/{state.dynamodb_table}"),),
            )
        return statements

    def _switching(self) -> dict[str, Statement]:
        """What `./windlass switch` needs: the environment's parameters, listener rules and services."""
        prefix, path = self.environment.prefix, self.environment.path("*")
        return {
            "ReadAndWriteColours": Statement(
                actions=("ssm:GetParameter", "ssm:GetParameterHistory", "ssm:PutParameter"),
                resources=(self._arn("ssm", f"parameter{path}"),),
            ),
            "SwitchTraffic": Statement(
                actions=("elasticloadbalancing:ModifyRule",),
                resources=(self._arn("elasticloadbalancing", f"listener-rule/app/{prefix}/*"),),
            ),
            "ScaleColours": Statement(
                actions=("ecs:DescribeServices", "ecs:UpdateService"),
                resources=(self._arn("ecs", f"service/{prefix}/{prefix}-*"),),
            ),
            "Observe": Statement(
                actions=(
                    "cloudwatch:DescribeAlarms",
                    "elasticloadbalancing:DescribeListeners",
                    "elasticloadbalancing:DescribeRules",
                    "elasticloadbalancing:DescribeTargetGroups",
                    "elasticloadbalancing:DescribeTargetHealth",
                ),
                resources=("*",),
                any_resource_because="AWS has no resource-level permission for these listings",
            ),
        }

    def _pushing(self) -> dict[str, Statement]:
        """What the image pipeline needs (P03): the environment's repositories, and login to the registry."""
        return {
            "PushImages": Statement(
                actions=(
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:CompleteLayerUpload",
                    "ecr:GetDownloadUrlForLayer",
                    "ecr:InitiateLayerUpload",
                    "ecr:PutImage",
                    "ecr:UploadLayerPart",
                ),
                resources=(self._arn("ecr", f"repository/{self.environment.prefix}/*"),),
            ),
            "LogIn": Statement(
                actions=("ecr:GetAuthorizationToken",),
                resources=("*",),
                any_resource_because="AWS has no resource-level permission for the log-in to the registry",
            ),
        }
