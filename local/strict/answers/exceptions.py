"""Where an answer of the embedded AWS may differ from its model. Each exception has its reason."""

from collections.abc import Iterable

from local.strict.exemption import Exemption
from local.strict.violations import Kind, Violation

OTHERWISE_THAN_MODELLED: tuple[Exemption, ...] = (
    Exemption(
        service="route53",
        kinds=(Kind.MAX_LENGTH,),
        values="/(hostedzone|change|delegationset)/.+",
        reason="Route 53 answers with ids that have this prefix; the model's length is that of the id alone.",
    ),
    Exemption(
        service="route53",
        operations="CreateHostedZone",
        places="delegationSet",
        kinds=(Kind.REQUIRED,),
        reason="A private zone has no delegation set, in the answer to GetHostedZone neither; the model demands one.",
    ),
    Exemption(
        service="route53",
        operations="ListHostedZones",
        places="marker",
        kinds=(Kind.REQUIRED,),
        reason="Route 53 repeats the marker of the request, and the request for the first page has none.",
    ),
    Exemption(
        service="ec2",
        places=r"(vpcEndpoints\.member|vpcEndpoint)\.state",
        kinds=(Kind.ENUM,),
        values="[a-z]+",
        reason="EC2 writes the states of endpoints in lower case, as its guide and the provider's waiters have them.",
    ),
    Exemption(
        service="ec2",
        places=r"internetGateways\.member\.attachments\.member\.state",
        kinds=(Kind.ENUM,),
        values="available",
        reason="The API reference says that this is the state of an attached gateway; the enum is of other resources.",
    ),
    Exemption(
        service="dynamodb",
        places=r".*\.numberOfDecreasesToday",
        kinds=(Kind.MIN,),
        values="0",
        reason="DynamoDB answers 0 before the first decrease, as the examples of the API reference show.",
    ),
    Exemption(
        service="ecr",
        operations="ListImages",
        places="imageIds",
        kinds=(Kind.MIN_LENGTH,),
        reason="ECR answers with an empty list for a repository without images.",
    ),
    Exemption(
        service="ssm",
        places=r"(deleted|invalid)Parameters|invalidLabels|parameters\.member\.labels",
        kinds=(Kind.MIN_LENGTH,),
        reason="Systems Manager answers with empty lists, as the examples of the API reference show.",
    ),
    Exemption(
        service="elbv2",
        operations="DescribeTags",
        places=r"tagDescriptions\.member\.tags",
        kinds=(Kind.MIN_LENGTH,),
        reason="A resource without tags is answered with an empty list; the model's length is that of requests.",
    ),
    Exemption(
        service="logs",
        operations="ListTagsForResource",
        places="tags",
        kinds=(Kind.MIN_LENGTH,),
        reason="A log group without tags is answered with an empty map; the model's length is that of requests.",
    ),
    Exemption(
        service="ecr",
        operations="DescribeRepositoryCreationTemplates",
        kinds=(Kind.ERROR,),
        values="TemplateNotFoundException",
        reason="The provider takes this error for a template that is gone; the model lists it for other operations.",
    ),
)
"""What AWS itself answers."""

HARMLESS: tuple[Exemption, ...] = (
    Exemption(
        service="efs",
        kinds=(Kind.UNKNOWN,),
        places=".*(lifecyclePolicies|fileSystemPolicy|chosenBackupPolicy|securityGroups)",
        reason="moto shows more of a file system than AWS does; no client reads a member that no model has.",
    ),
    Exemption(
        service="efs",
        operations="DeleteAccessPoint",
        kinds=(Kind.STATUS,),
        values="200",
        reason="moto answers with status 200 in place of 204; clients treat both in the same way.",
    ),
    Exemption(
        service="servicediscovery",
        kinds=(Kind.UNKNOWN,),
        places=r".*\.(namespaceId|creatorRequestId|updateDate)",
        reason="moto lists more of a service than AWS does; no client reads a member that no model has.",
    ),
    Exemption(
        service="servicediscovery",
        kinds=(Kind.STATUS,),
        values="400",
        reason="moto answers errors with status 400, whichever the model has; clients go by the code.",
    ),
    Exemption(
        service="wafv2",
        kinds=(Kind.UNKNOWN,),
        places=r"webACL\.lockToken",
        reason="moto shows the token inside of the web ACL too; no client reads a member that no model has.",
    ),
    Exemption(
        service="wafv2",
        operations="ListTagsForResource",
        kinds=(Kind.MIN_LENGTH,),
        places=r"tagInfoForResource\.tagList",
        reason="A web ACL without tags is answered with an empty list; the model's length is that of requests.",
    ),
    Exemption(
        service="secretsmanager",
        operations="DescribeSecret|ListSecrets",
        kinds=(Kind.UNKNOWN,),
        places=r"secretVersionsToStages|secretList\.member\.versionIdsToStages",
        reason="moto answers each with the other's member too; no client reads a member that no model has.",
    ),
)
"""What AWS answers otherwise, and nobody notices."""

TABLE = OTHERWISE_THAN_MODELLED + HARMLESS


def unfaithful(service: str, operation: str, violations: Iterable[Violation]) -> list[Violation]:
    """The violations that count: all but those that the table has."""
    return [one for one in violations if not any(exemption.covers(service, operation, one) for exemption in TABLE)]
