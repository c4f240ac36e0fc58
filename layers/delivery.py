"""The `delivery` layer: roles for pipelines and people, if the environment has a section `[delivery]` (I02)."""

from collections.abc import Mapping

from constructs import Construct

from aws.command_calls import Command
from config import Environment
from config.delivery import Delivery
from layers import DELIVERY
from layers.delivery_targets import statements
from layers.deployer_limits import deployer_limits, reader_limits
from layers.layer import Layer
from layers.outputs import DeliveryOutputs, NetworkOutputs
from layers.remote_state import publish
from modules.delivery import GitHubRoles, GitHubRolesInputs, PeopleRole, PeopleRoles, PipelineRole
from modules.iam import Statement


class DeliveryLayer(Layer):
    """Roles whose permissions follow from the commands that they run (`aws.command_calls`).

    One of them pushes images (P03). An administrator applies this layer: the role that applies the others may not
    change it.
    """

    def __init__(self, scope: Construct, environment: Environment, delivery: Delivery) -> None:
        super().__init__(scope, environment, DELIVERY)
        self.network = self.outputs_of("network", NetworkOutputs)
        self._delivery = delivery
        inputs = GitHubRolesInputs(
            name=environment.prefix,
            repository=delivery.repository,
            provider_arn=delivery.oidc_provider_arn,
            roles={**self._planning(), **self._changing()},
        )
        roles = GitHubRoles(self, "github", inputs).outputs
        people = PeopleRoles(self, "people", name=environment.prefix, roles=self._people())
        self.outputs = DeliveryOutputs(
            oidc_provider_arn=roles.provider_arn, role_arns={**roles.role_arns, **people.role_arns}
        )
        publish(self, self.outputs, environment)

    def _planning(self) -> dict[str, PipelineRole]:
        """Roles that only read: for pull requests without secrets, for a protected GitHub environment with them."""
        environment, delivery = self.environment, self._delivery
        read = {"read": environment.aws.account.managed_policy_arn("ReadOnlyAccess")}
        roles = {
            "plan": PipelineRole(
                purpose=f"Plans the layers of {environment.prefix} that open no secret",
                branches=delivery.branches,
                pull_requests=True,
                statements=self._for("plan"),
                denials=reader_limits(environment),
                managed_policy_arns=read,
            )
        }
        if delivery.plan_environment is not None:
            roles["plan-data"] = PipelineRole(
                purpose=f"Plans {environment.prefix} with its secrets",
                environments=(delivery.plan_environment,),
                statements=self._for("plan", "plan-secrets"),
                managed_policy_arns=read,
            )
        return roles

    def _changing(self) -> dict[str, PipelineRole]:
        environment, delivery = self.environment, self._delivery
        return {
            "apply": PipelineRole(
                purpose=f"Applies {environment.prefix}",
                branches=delivery.branches,
                statements=self._for("apply", "plan-secrets"),
                denials=deployer_limits(environment, self.network.boundary_arn),
                managed_policy_arns=delivery.apply_policy_arns,
                max_session_seconds=2 * 3600,
            ),
            "deploy": PipelineRole(
                purpose=f"Deploys images to {environment.prefix}",
                branches=delivery.branches,
                statements=self._for("apply-service", "deploy"),
                # A refresh reads the whole layer.
                managed_policy_arns={"read": environment.aws.account.managed_policy_arn("ReadOnlyAccess")},
                max_session_seconds=2 * 3600,
            ),
            "switch": PipelineRole(
                purpose=f"Switches traffic in {environment.prefix}",
                branches=delivery.branches,
                statements=self._for("switch"),
            ),
            "push": PipelineRole(
                purpose=f"Pushes images of {environment.prefix}",
                branches=delivery.branches,
                statements=self._for("push"),
            ),
        }

    def _people(self) -> dict[str, PeopleRole]:
        environment, delivery = self.environment, self._delivery
        roles = {}
        if delivery.view_principal_arns:
            roles["view"] = PeopleRole(
                purpose=f"Looks at {environment.prefix}",
                principal_arns=delivery.view_principal_arns,
                statements=self._for("status", "logs"),
            )
        if delivery.operate_principal_arns:
            roles["operate"] = PeopleRole(
                purpose=f"Operates {environment.prefix}",
                principal_arns=delivery.operate_principal_arns,
                statements=self._for("status", "logs", "run", "exec", "scale", "restart", "rotate"),
            )
        return roles

    def _for(self, *commands: Command) -> Mapping[str, Statement]:
        return statements(self.environment, self.network.kms_key_arn, *commands)
