"""ECR repositories for the images of an environment."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from constructs import Construct

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository and its lifecycle rules."""

    name: str
    """Full name in ECR, such as `acme-prod/web`: 2 to 256 lower-case letters, digits, `/ - _ .` (ECR's limit)."""

    immutable_tags: bool = True
    """Tags cannot be moved. True by default: a tag is a git commit (P02), and rollbacks rely on it."""

    expire_untagged_after_days: int | None = None
    """Days, 1 or more, after which an untagged image is deleted. Default: 7 with immutable tags. With tags that move,
    365: an image that lost its tag may still run, and ECS starts further tasks of a deployment by its digest."""

    @property
    def untagged_days(self) -> int:
        """Days after which an untagged image is deleted."""
        return self.expire_untagged_after_days or (7 if self.immutable_tags else 365)

    def __post_init__(self) -> None:
        """Refuse numbers that ECR would refuse."""
        days = self.expire_untagged_after_days
        if days is not None and days < 1:
            raise ValueError(f"expire_untagged_after_days of repository {self.name!r} is {days}: 1 or more is allowed")


@dataclass(frozen=True, kw_only=True)
class RepositoriesInputs:
    """Repositories of an environment, and their common settings."""

    repositories: Mapping[str, Repository]
    """Repositories by a short key (`web`), which is the key of the outputs and part of the Terraform address."""

    kms_key_arn: str | None = None
    """Key that encrypts the images. None by default: AES-256. A later change creates empty repositories."""

    force_delete: bool = False
    """Delete repositories that still contain images. False by default; for short-lived environments (S05)."""


@dataclass(frozen=True, kw_only=True)
class RepositoriesOutputs:
    """URLs for pushing and pulling, and ARNs for roles."""

    repository_urls: Mapping[str, str]
    """URL of each repository without a tag, by its key: `<account>.dkr.ecr.<region>.amazonaws.com/acme-prod/web`."""

    repository_arns: Mapping[str, str]
    """ARN of each repository, by its key."""


class Repositories(Construct):
    """ECR repositories that scan on push, have immutable tags and delete images without a tag.

    An image with a tag stays: ECR does not know which images run, and by count or age it would delete one that a
    service, or a rollback, starts again.

    Raises:
        ValueError: a key cannot be part of a Terraform address, or two repositories have the same name.
    """

    outputs: RepositoriesOutputs

    def __init__(self, scope: Construct, id_: str, inputs: RepositoriesInputs) -> None:
        super().__init__(scope, id_)
        _check(inputs.repositories)
        created = {key: _create(self, key, repository, inputs) for key, repository in inputs.repositories.items()}
        self.outputs = RepositoriesOutputs(
            repository_urls={key: repository.repository_url for key, repository in created.items()},
            repository_arns={key: repository.arn for key, repository in created.items()},
        )


def _check(repositories: Mapping[str, Repository]) -> None:
    names: dict[str, str] = {}
    for key, repository in repositories.items():
        if not KEY.fullmatch(key):
            raise ValueError(f"key of a repository is {key!r}: lower-case letters, digits, single hyphens are allowed")
        if repository.name in names:
            raise ValueError(f"repositories {names[repository.name]!r} and {key!r} are both named {repository.name!r}")
        names[repository.name] = key


def _create(scope: Construct, key: str, repository: Repository, inputs: RepositoriesInputs) -> EcrRepository:
    ecr_repository = EcrRepository(
        scope,
        key,
        name=repository.name,
        image_tag_mutability="IMMUTABLE" if repository.immutable_tags else "MUTABLE",
        image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
        encryption_configuration=[_encryption(inputs.kms_key_arn)],
        force_delete=inputs.force_delete,
        tags={"Name": repository.name},
    )
    EcrLifecyclePolicy(scope, f"{key}-lifecycle", repository=ecr_repository.name, policy=_lifecycle(repository))
    return ecr_repository


def _encryption(kms_key_arn: str | None) -> EcrRepositoryEncryptionConfiguration:
    if kms_key_arn is None:
        return EcrRepositoryEncryptionConfiguration(encryption_type="AES256")
    return EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=kms_key_arn)


def _lifecycle(repository: Repository) -> str:
    rule = {
        "rulePriority": 1,
        "description": f"Untagged images go after {repository.untagged_days} days",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": repository.untagged_days,
        },
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]}, sort_keys=True)
