"""What AWS's services may do as themselves, without a role: resource policies alone decide, and name the service."""

from collections.abc import Mapping

from local.iam.account import EmulatedAccount
from local.iam.policies.document import MalformedPolicyError
from local.iam.policies.evaluation import Context, Policies, Request, evaluate
from local.iam.policies.principals import Caller


def service_may(
    service: str,
    action: str,
    resource: str,
    *,
    account: str,
    region: str,
    context: Mapping[str, str | tuple[str, ...]] | None = None,
) -> bool:
    """Whether the policy of a resource lets a service act. Hold `MOTO_LOCK`.

    Args:
        service: the principal, such as `logs.eu-west-1.amazonaws.com`.
        action: such as `kms:Decrypt`.
        resource: an ARN.
        account: of the resource.
        region: of the call.
        context: condition keys that the service sends. Default: none but that it is a service.
    """
    values = {"aws:PrincipalIsAWSService": "true", "aws:SecureTransport": "true", **(context or {})}
    request = Request(
        caller=Caller(service=service, account=account), action=action, resource=resource, context=Context(values)
    )
    try:
        policy, _ = EmulatedAccount(account, region).resource_policy(resource)
    except MalformedPolicyError:
        return False
    return evaluate(request, Policies(resource=policy, needs_resource_policy=True)).allowed
