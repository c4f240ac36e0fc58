"""One permission that a call needs, and the names of resources."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from local.iam.calls import Call

Values = Mapping[str, str | tuple[str, ...]]
"""Condition key → value or values."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """An action on a resource."""

    action: str
    """Such as `s3:GetObject`."""
    resource: str = "*"
    """An ARN; `*` where the action is about no particular resource."""
    context: Values = field(default_factory=dict)
    """Condition keys that belong to the call; those of every request are added later."""
    through: str = ""
    """The service that makes this call on behalf of the caller, such as `s3`."""

    def with_context(self, values: Values) -> "Need":
        """The same with more condition keys."""
        return replace(self, context={**self.context, **values})


class Account(Protocol):
    """What the emulated account knows about resources that a call names."""

    def role_arn(self, name: str) -> str:
        """ARN of a role with its path."""

    def boundary_of(self, role_name: str) -> str:
        """ARN of the permissions boundary of a role; empty where it has none."""

    def secret_arn(self, secret_id: str) -> str:
        """ARN of a secret by its name or part of its ARN; the text itself where there is no such secret."""

    def secret_key(self, secret_id: str) -> str:
        """KMS key of a secret as it was given; empty for AWS's own."""

    def parameter_key(self, name: str) -> str:
        """KMS key of a parameter; empty where it is not encrypted or its key is AWS's own."""

    def key_arn(self, key_id: str) -> str:
        """ARN of a KMS key by its id, ARN, alias or alias ARN; empty where it is AWS's own or does not exist."""

    def bucket_key(self, bucket: str) -> tuple[str, bool]:
        """Default KMS key of a bucket, empty for none, and whether the bucket has a bucket key."""

    def object_key(self, bucket: str, key: str) -> str:
        """KMS key of an S3 object; empty where it is not encrypted with one."""

    def queue_key(self, queue_name: str) -> str:
        """KMS key of a queue; empty for none."""

    def mail_identity(self, address: str) -> str:
        """The identity of SES that an address is sent from: the address, or its domain where only that is verified."""

    def topic_key(self, topic_arn: str) -> str:
        """KMS key of a topic; empty for none."""

    def copies_first_image(self, repository: str) -> bool:
        """Whether a pull from this ECR repository copies it from another registry, and creates it."""

    def task_definition(self, name: str) -> tuple[str, tuple[str, ...]]:
        """ARN of a task definition, and the ARNs of its roles."""

    def deployment_group(self, deployment_id: str) -> tuple[str, str]:
        """Application and deployment group of a CodeDeploy deployment; both empty where there is none."""


def partition(region: str) -> str:
    """The partition of a region."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def arn(call: Call, service: str, resource: str, *, region: str | None = None, account: str | None = None) -> str:
    """An ARN in the call's account and region, or in those given; a text that is an ARN stays as it is."""
    if resource.startswith("arn:"):
        return resource
    region = call.region if region is None else region
    account = call.account if account is None else account
    return f"arn:{partition(call.region)}:{service}:{region}:{account}:{resource}"


def tags_of(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The tags in a request, in any of the forms that services have."""
    result: dict[str, str] = {}
    for name, value in parameters.items():
        lower = name.lower()
        if lower == "tagspecifications" or lower == "tagspecification":
            for each in value:
                result.update(tags_of(each))
        elif lower in ("tags", "taglist", "tagset", "addtags") or (lower == "tagging" and isinstance(value, dict)):
            result.update(_pairs(value))
    return result


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("TagSet"), list):
            yield from _pairs(value["TagSet"])
        else:
            yield from ((str(key), str(each)) for key, each in value.items() if not isinstance(each, list | dict))
    elif isinstance(value, list):
        for pair in value:
            if isinstance(pair, Mapping):
                lower = {key.lower(): each for key, each in pair.items()}
                key = lower.get("key", lower.get("tagkey"))
                if key is not None:
                    yield str(key), str(lower.get("value", lower.get("tagvalue", "")) or "")


def request_tags(tags: Mapping[str, str]) -> Values:
    """Condition keys of the tags in a request; none without tags."""
    if not tags:
        return {}
    return {**{f"aws:RequestTag/{key}": value for key, value in tags.items()}, "aws:TagKeys": tuple(tags)}
