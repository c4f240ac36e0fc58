"""ECR: repositories of this and of other accounts, and images that a pull-through cache copies.

Source: "Using pull through cache rules" in the ECR User Guide, "Required IAM permissions".
"""

from collections.abc import Iterator

from local.iam.calls import Call
from local.iam.needs.need import Account, Need, arn
from local.iam.needs.rules import Rules, needs_by_rules

RULES = Rules(
    prefix="ecr",
    members={"resourceArn": "{}", "repositoryName": "repository/{}", "repositoryNames": "repository/{}"},
    default="repository/*",
    no_resource=(
        "GetAuthorizationToken",
        "*PullThroughCacheRule*",
        "*Registry*",
        "*ReplicationConfiguration",
        "*AccountSetting",
        "*CreationTemplate*",
        "*SigningConfiguration",
        "*PullTimeUpdateExclusion*",
    ),
    tag_action="TagResource",
)


def needs_of_ecr(call: Call, account: Account) -> Iterator[Need]:
    """What a call of ECR needs."""
    owner = call.text("registryId")
    if owner:
        call = call.of_account(owner)
    yield from needs_by_rules(RULES, call)
    repository = call.text("repositoryName")
    if call.operation == "BatchGetImage" and account.copies_first_image(repository):
        for action in ("ecr:CreateRepository", "ecr:BatchImportUpstreamImage"):
            yield Need(action=action, resource=arn(call, "ecr", f"repository/{repository}"))
