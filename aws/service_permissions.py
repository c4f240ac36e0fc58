"""Short forms of permissions: what each allows the code of a service, on which resources.

Actions and resources are those of AWS's Service Authorization Reference, whose page each part names:
https://docs.aws.amazon.com/service-authorization/latest/reference/<page>
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aws.account import Account


@dataclass(frozen=True, kw_only=True)
class Part:
    """Actions that a short form allows together, on the same resources."""

    service: str
    """Prefix of the actions."""
    actions: tuple[str, ...]
    """Actions without the prefix."""
    resources: Callable[[Account, str], tuple[str, ...]]
    """From an item of the short form to the ARNs of what it names."""
    page: str
    """Page of the Service Authorization Reference."""
    key_actions: tuple[str, ...] = ()
    """Actions of KMS that the caller needs, through the service, where the data is under a customer-managed key."""
    prefixes: Callable[[str], tuple[str, ...]] | None = None
    """From an item to the values of `s3:prefix`, to which a listing is limited; none for the whole bucket. Default: it
    is no listing."""


def _objects(account: Account, place: str) -> tuple[str, ...]:
    return (account.bucket_arn(f"{place}/*"),)


def _bucket(account: Account, place: str) -> tuple[str, ...]:
    return (account.bucket_arn(place.partition("/")[0]),)


def _prefixes(place: str) -> tuple[str, ...]:
    folder = place.partition("/")[2]
    return (folder, f"{folder}/*") if folder else ()


def _queue(account: Account, name: str) -> tuple[str, ...]:
    return (account.arn("sqs", name),)


def _table(account: Account, name: str) -> tuple[str, ...]:
    return (account.arn("dynamodb", f"table/{name}"),)


def _table_and_indexes(account: Account, name: str) -> tuple[str, ...]:
    table = account.arn("dynamodb", f"table/{name}")
    return table, f"{table}/index/*"


def _identity(account: Account, name: str) -> tuple[str, ...]:
    return (account.arn("ses", f"identity/{name}"),)


def _function(account: Account, name: str) -> tuple[str, ...]:
    function = account.arn("lambda", f"function:{name}")
    # With a version or an alias, that is the resource.
    return function, f"{function}:*"


def _bus(account: Account, name: str) -> tuple[str, ...]:
    return (account.arn("events", f"event-bus/{name}"),)


def _parameter(account: Account, name: str) -> tuple[str, ...]:
    return (account.arn("ssm", f"parameter/{name}"),)


def _folder(account: Account, name: str) -> tuple[str, ...]:
    # GetParametersByPath is about the path that it is given, with or without a slash at its end.
    folder = account.arn("ssm", f"parameter/{name.removesuffix('/*')}")
    return (folder, f"{folder}/*") if name.endswith("/*") else ()


def _secret(account: Account, name: str) -> tuple[str, ...]:
    # Secrets Manager adds a hyphen and six characters to a name.
    return (account.arn("secretsmanager", f"secret:{name}" if name.endswith("/*") else f"secret:{name}-??????"),)


_S3, _SQS, _DYNAMODB = "list_amazons3.html", "list_amazonsqs.html", "list_amazondynamodb.html"
_SSM = "list_awssystemsmanager.html"

SHORT_FORMS: Final[Mapping[str, tuple[Part, ...]]] = {
    "s3_read": (
        Part(service="s3", actions=("GetObject",), resources=_objects, page=_S3, key_actions=("Decrypt",)),
        Part(service="s3", actions=("ListBucket",), resources=_bucket, page=_S3, prefixes=_prefixes),
    ),
    "s3_write": (
        Part(
            service="s3",
            actions=("AbortMultipartUpload", "DeleteObject", "PutObject"),
            resources=_objects,
            page=_S3,
            # A multipart upload decrypts its parts.
            key_actions=("Decrypt", "GenerateDataKey"),
        ),
    ),
    "sqs_send": (
        Part(
            service="sqs",
            actions=("GetQueueAttributes", "GetQueueUrl", "SendMessage"),
            resources=_queue,
            page=_SQS,
            key_actions=("Decrypt", "GenerateDataKey"),
        ),
    ),
    "sqs_receive": (
        Part(
            service="sqs",
            actions=(
                *("ChangeMessageVisibility", "DeleteMessage"),
                *("GetQueueAttributes", "GetQueueUrl", "ReceiveMessage"),
            ),
            resources=_queue,
            page=_SQS,
            key_actions=("Decrypt",),
        ),
    ),
    "dynamodb_read": (
        Part(
            service="dynamodb",
            actions=("BatchGetItem", "ConditionCheckItem", "DescribeTable", "GetItem", "Query", "Scan"),
            resources=_table_and_indexes,
            page=_DYNAMODB,
            key_actions=("Decrypt",),
        ),
    ),
    "dynamodb_write": (
        Part(
            service="dynamodb",
            actions=(
                *("BatchWriteItem", "ConditionCheckItem", "DeleteItem"),
                *("DescribeTable", "PutItem", "UpdateItem"),
            ),
            resources=_table,
            page=_DYNAMODB,
            key_actions=("Decrypt",),
        ),
    ),
    "ses_send": (
        Part(
            service="ses",
            actions=("SendEmail", "SendRawEmail"),
            resources=_identity,
            page="list_amazonsimpleemailservicev2.html",
        ),
    ),
    "invoke": (Part(service="lambda", actions=("InvokeFunction",), resources=_function, page="list_awslambda.html"),),
    "events_put": (Part(service="events", actions=("PutEvents",), resources=_bus, page="list_amazoneventbridge.html"),),
    "ssm_read": (
        Part(
            service="ssm",
            actions=("GetParameter", "GetParameters"),
            resources=_parameter,
            page=_SSM,
            key_actions=("Decrypt",),
        ),
        Part(service="ssm", actions=("GetParametersByPath",), resources=_folder, page=_SSM),
    ),
    "secrets_read": (
        Part(
            service="secretsmanager",
            actions=("DescribeSecret", "GetSecretValue"),
            resources=_secret,
            page="list_awssecretsmanager.html",
            key_actions=("Decrypt",),
        ),
    ),
}
"""By the key of `[services.<name>.permissions]`."""

OWN_PATH: Final = ("ssm_read", "secrets_read")
"""Short forms whose items are below the service's own path, where the environment's key encrypts."""

MANAGED_POLICIES: Final[Mapping[str, str]] = {
    "AWSXRayDaemonWriteAccess": "sends traces to X-Ray and reads sampling rules; X-Ray has no resources to limit it to",
    "AmazonPollyReadOnlyAccess": "turns text into speech and reads lexicons",
    "AmazonPrometheusRemoteWriteAccess": "writes metrics to workspaces of Amazon Managed Service for Prometheus",
    "TranslateReadOnly": "translates text; changes no terminology, and reads metrics beside it",
}
"""Reviewed policies of AWS's that the code of a service may have, each with what it allows: nothing of IAM and STS, no
secrets, no contents of other services, and no change of what is configured."""
