"""CodeDeploy: applications and deployment groups."""

from collections.abc import Iterator

from local.iam.calls import Call
from local.iam.needs.need import Account, Need, arn, request_tags, tags_of

NOTHING_NAMED = ("ListApplications", "ListDeploymentConfigs", "ContinueDeployment", "StopDeployment")


def needs_of_codedeploy(call: Call, account: Account) -> Iterator[Need]:
    """What a call of CodeDeploy needs."""
    operation, tags = call.operation, tags_of(call.parameters)
    application = call.text("applicationName")
    groups = call.texts("deploymentGroupName", "currentDeploymentGroupName", "deploymentGroupNames")
    if call.text("ResourceArn"):
        resources = [call.text("ResourceArn")]
    elif operation in NOTHING_NAMED or "DeploymentTarget" in operation:
        resources = ["*"]
    elif "DeploymentConfig" in operation:
        resources = [arn(call, "codedeploy", f"deploymentconfig:{call.text('deploymentConfigName')}")]
    elif call.texts("deploymentId", "deploymentIds"):
        named = [account.deployment_group(each) for each in call.texts("deploymentId", "deploymentIds")]
        resources = [arn(call, "codedeploy", f"deploymentgroup:{app or '*'}/{group or '*'}") for app, group in named]
    elif groups:
        resources = [arn(call, "codedeploy", f"deploymentgroup:{application}/{group}") for group in groups]
    elif operation == "ListDeployments":
        resources = [arn(call, "codedeploy", f"deploymentgroup:{application or '*'}/*")]
    else:
        names = call.texts("applicationName", "applicationNames") or ["*"]
        resources = [arn(call, "codedeploy", f"application:{name}") for name in names]
    for resource in resources:
        yield Need(action=f"codedeploy:{operation}", resource=resource, context=request_tags(tags))
    if tags and operation.startswith("Create"):
        yield Need(action="codedeploy:TagResource", resource=resources[0], context=request_tags(tags))
