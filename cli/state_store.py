"""What AWS itself says about the state bucket and the lock table, before Terraform can be asked."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cli.errors import CommandError


class StateStore(Protocol):
    """The bucket and the table that bootstrap makes."""

    def bucket_exists(self) -> bool:
        """Whether the bucket is there and ours."""

    def table_exists(self) -> bool:
        """Whether the lock table is there."""

    def alias_exists(self, name: str) -> bool:
        """Whether an alias of a KMS key is there."""

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

    def bucket_exists(self) -> bool:
        """Whether the bucket is there; raises CommandError where another account owns the name."""
        from botocore.exceptions import ClientError

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
        """Whether the lock table is there; False where the environment names none."""
        if self.table is None:
            return False
        client = self._client("dynamodb")
        try:
            client.describe_table(TableName=self.table)
        except client.exceptions.ResourceNotFoundException:
            return False
        return True

    def alias_exists(self, name: str) -> bool:
        """Whether an alias of a KMS key is there."""
        pages = self._client("kms").get_paginator("list_aliases").paginate()
        return any(alias["AliasName"] == name for page in pages for alias in page["Aliases"])

    def state(self) -> dict[str, Any]:
        """The bootstrap's own state in the bucket; empty where there is none."""
        return self._read(self.key)

    def other_states(self) -> dict[str, int]:
        """Key → number of resources of every other state in the bucket that still has some."""
        from cli.stack import count_resources

        found: dict[str, int] = {}
        for page in self._client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            for item in page.get("Contents", []):
                key = item["Key"]
                if key != self.key and key.endswith(".tfstate"):
                    count = count_resources(self._read(key))
                    if count:
                        found[key] = count
        return found

    def _read(self, key: str) -> dict[str, Any]:
        client = self._client("s3")
        try:
            return dict(json.loads(client.get_object(Bucket=self.bucket, Key=key)["Body"].read()))
        except (client.exceptions.NoSuchKey, client.exceptions.NoSuchBucket):
            return {}

    def _client(self, service: str) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.session.Session(botocore_session=self._session()).client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint_url,
            config=Config(s3={"addressing_style": "path" if self.endpoint_url else "auto"}),
        )

    def _session(self) -> Any:
        from botocore.session import Session

        if not self.variables:
            return Session()
        # The profile and files of the person at the keyboard have no say on the embedded AWS.
        nothing, empty = (None, None, None, None), (None, None, os.devnull, None)
        session = Session(session_vars={"profile": nothing, "config_file": empty, "credentials_file": empty})
        session.set_credentials(self.variables["AWS_ACCESS_KEY_ID"], self.variables["AWS_SECRET_ACCESS_KEY"])
        return session
