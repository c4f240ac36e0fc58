"""Reads states, their bucket and the lock table from AWS, without Terraform."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import ClientError

from cli.aws import boto_session
from cli.errors import CommandError

NO_BUCKET = "The state bucket does not exist yet: ./windlass bootstrap ENV creates it (so does make local)."


class StateStore(Protocol):
    """The bucket and the table that bootstrap creates."""

    def bucket_exists(self) -> bool:
        """Whether the bucket exists and belongs to the account."""

    def table_exists(self) -> bool:
        """Whether the lock table exists."""

    def alias_exists(self, name: str) -> bool:
        """Whether an alias of a KMS key exists."""

    def state(self) -> dict[str, Any]:
        """The bootstrap's own state in the bucket; empty where there is none."""

    def other_states(self) -> dict[str, int]:
        """Key → number of resources of every other state in the bucket that still has some."""


@dataclass(frozen=True, kw_only=True)
class S3StateStore:
    """The state store as an S3 backend's settings describe it."""

    bucket: str
    key: str
    region: str
    table: str | None
    account_id: str
    endpoint_url: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    """The embedded AWS's keys; the user's own AWS settings where empty."""
    _clients: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def bucket_exists(self) -> bool:
        """Whether the bucket exists; raises CommandError where another account owns the name."""
        try:
            self._client("s3").head_bucket(Bucket=self.bucket, ExpectedBucketOwner=self.account_id)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if status == 404:
                return False
            if status == 403:
                raise CommandError(
                    f"The state bucket {self.bucket} exists but account {self.account_id} may not use it: another "
                    "account owns the name, or these credentials lack s3:ListBucket. Bucket names are unique in the "
                    "world; choose another in [state] bucket, or use credentials that may."
                ) from error
            raise CommandError(f"S3 does not say whether the bucket {self.bucket} exists: {error}") from error
        return True

    def table_exists(self) -> bool:
        """Whether the lock table exists; False where the environment names none."""
        if self.table is None:
            return False
        client = self._client("dynamodb")
        try:
            client.describe_table(TableName=self.table)
        except client.exceptions.ResourceNotFoundException:
            return False
        return True

    def alias_exists(self, name: str) -> bool:
        """Whether an alias of a KMS key exists."""
        pages = self._client("kms").get_paginator("list_aliases").paginate()
        return any(alias["AliasName"] == name for page in pages for alias in page["Aliases"])

    def state(self) -> dict[str, Any]:
        """The bootstrap's own state in the bucket; empty where there is none."""
        return self.read(self.key)

    def other_states(self) -> dict[str, int]:
        """Key → number of resources of every other state in the bucket that still has some."""
        counts: dict[str, int] = {}
        for page in self._client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            for item in page.get("Contents", []):
                key = item["Key"]
                if key != self.key and key.endswith(".tfstate"):
                    count = count_resources(self.read(key))
                    if count:
                        counts[key] = count
        return counts

    def read(self, key: str) -> dict[str, Any]:
        """The state under a key; empty where there is none. Raises CommandError where the bucket does not exist."""
        try:
            text = self._client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code == "NoSuchKey":
                return {}
            if code == "NoSuchBucket":
                raise CommandError(f"There is no bucket {self.bucket}, so no state {key}.\n{NO_BUCKET}") from error
            raise
        return dict(json.loads(text))

    def _client(self, service: str) -> Any:
        # It takes 0.14 s, which `./windlass plan --help` need not pay for.
        from botocore.config import Config

        if service not in self._clients:
            config = Config(
                s3={"addressing_style": "path" if self.endpoint_url else "auto"},
                # Requests to loopback never go through a proxy.
                **({"proxies": {}} if self.endpoint_url else {}),
            )
            self._clients[service] = boto_session(self.region, self.variables).client(
                service, endpoint_url=self.endpoint_url, config=config
            )
        return self._clients[service]


def count_resources(state: dict[str, Any]) -> int:
    """How many managed resource instances a state holds."""
    resources = [one for one in state.get("resources", []) if one.get("mode") == "managed"]
    return sum(len(one.get("instances", [])) for one in resources)


def managed_resources(state: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """Attributes of the resources of a type in a state; data sources are none."""
    return [
        instance.get("attributes", {})
        for resource in state.get("resources", [])
        if resource.get("mode") == "managed" and resource.get("type") == kind
        for instance in resource.get("instances", [])
    ]
