"""The `[services.<name>.permissions]` section: what the code of a web service may do in AWS."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from aws.service_permissions import MANAGED_POLICIES
from config.base import KmsKeyArn, Section
from config.pattern import Pattern

_ONE = 'by its name; no "*" and no ARN'

Place = Annotated[
    str,
    Pattern(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.'()=-]+){0,16}",
        f"a bucket, or a bucket and a folder in it, {_ONE}, and no slash at the end",
        "acme-reports/daily",
    ),
]
Queue = Annotated[
    str, Pattern(r"[A-Za-z0-9_-]{1,75}(\.fifo)?", f"a queue of this account and region, {_ONE}", "orders")
]
Table = Annotated[str, Pattern(r"[A-Za-z0-9_.-]{3,255}", f"a table of this account and region, {_ONE}", "carts")]
Identity = Annotated[
    str,
    Pattern(
        r"([A-Za-z0-9._+-]+@)?([A-Za-z0-9-]+\.)+[A-Za-z]{2,63}",
        f"a verified domain or e-mail address of SES, {_ONE}",
        "example.com",
    ),
]
Function = Annotated[
    str, Pattern(r"[A-Za-z0-9_-]{1,64}", f"a Lambda function of this account and region, {_ONE}", "resize")
]
Bus = Annotated[str, Pattern(r"[A-Za-z0-9_./-]{1,256}", f"an event bus of this account and region, {_ONE}", "default")]
Below = Annotated[
    str,
    Pattern(
        r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,8}(/\*)?",
        'a name below <project>/<environment>/<service>/, or a folder there and "/*"',
        "partners/*",
    ),
]
ManagedPolicy = Annotated[
    str,
    Pattern(
        rf"{'|'.join(MANAGED_POLICIES)}|arn:aws[a-z-]*:iam::\d{{12}}:policy/[\w+=,.@/-]+",
        f"one of AWS's that are reviewed ({', '.join(MANAGED_POLICIES)}), since others allow more than a service "
        "needs; or the ARN of one of your own, which needs a waiver of managed_policies_are_approved",
        "AWSXRayDaemonWriteAccess",
    ),
]


class Permissions(Section):
    """What the code of the service may do in AWS: short forms, each of which allows just what its name says (I01).

    `aws/service_permissions.py` has their actions and resources. The permissions boundary holds in any case.
    """

    refused_keys: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("actions", "statements", "policy", "policies"), "statements of your own may allow anything"),
        **dict.fromkeys(("iam", "pass_role", "pass_roles"), "a service that manages or passes roles may become any"),
        **dict.fromkeys(("sts", "assume_role", "assume_roles"), "another role's permissions are not reviewed here"),
        "kms": "a right to a key goes with what it encrypts, by kms_key_arns",
    }
    """Keys that people look for → why they do not exist."""

    s3_read: tuple[Place, ...] = ()
    """Buckets, or folders of buckets, that it reads and lists. Default: none."""

    s3_write: tuple[Place, ...] = ()
    """Buckets, or folders of buckets, that it writes to and deletes from. Default: none."""

    sqs_send: tuple[Queue, ...] = ()
    """Queues that it sends to. Default: none."""

    sqs_receive: tuple[Queue, ...] = ()
    """Queues that it receives from; it deletes messages and changes their visibility. Default: none."""

    dynamodb_read: tuple[Table, ...] = ()
    """DynamoDB tables that it reads, with their indexes. Default: none."""

    dynamodb_write: tuple[Table, ...] = ()
    """DynamoDB tables whose items it writes and deletes. Default: none."""

    ses_send: tuple[Identity, ...] = ()
    """Identities of SES that it sends mail from. Default: none."""

    invoke: tuple[Function, ...] = ()
    """Lambda functions that it invokes. Default: none."""

    events_put: tuple[Bus, ...] = ()
    """Event buses that it puts events on. Default: none."""

    ssm_read: tuple[Below, ...] = ()
    """SSM parameters below `/<project>/<environment>/<service>/` that it reads, decrypted with the environment's key.
    Default: none."""

    secrets_read: tuple[Below, ...] = ()
    """Secrets below `<project>/<environment>/<service>/` that its code reads at run time, with the environment's key.
    Those that `secrets` puts into variables need no entry. Default: none."""

    kms_key_arns: tuple[KmsKeyArn, ...] = ()
    """ARNs of the customer-managed keys that encrypt these buckets, queues, tables, parameters and secrets. It may use
    them through these services only. Default: none, for what is under AWS's own keys."""

    managed_policies: tuple[ManagedPolicy, ...] = ()
    """Managed policies in addition: reviewed ones of AWS's by their names, or ARNs of your own with a waiver, since
    guards cannot read them. Default: none."""
