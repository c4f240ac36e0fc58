"""State in an S3 bucket, locked by a DynamoDB table, by a file next to the state, or by both (S01)."""

from dataclasses import dataclass
from typing import Any

from cdktf import S3Backend, TerraformStack

from backend.state import StateBackend

_ENDPOINTS = ("dynamodb", "iam", "s3", "sts")


@dataclass(frozen=True, kw_only=True)
class S3(StateBackend):
    """State in S3. Credentials come from the AWS SDK's default chain, never from here."""

    bucket: str
    """The bucket that bootstrap created."""

    region: str
    """Region of bucket and table."""

    kms_key_id: str | None = None
    """KMS key that encrypts the state: an ARN, an id or `alias/…`. Default: S3's own key (AES256).

    Without it Terraform requests AES256 explicitly, even if the bucket's default is a KMS key.
    """

    dynamodb_table: str | None = None
    """DynamoDB table with the key `LockID`. Default: none."""

    use_lockfile: bool = False
    """Lock by `<key>.tflock` in the bucket. Default: off."""

    endpoint_url: str | None = None
    """URL of an embedded AWS. Default: none, the real AWS."""

    def __post_init__(self) -> None:
        """Reject a state without a lock."""
        if self.dynamodb_table is None and not self.use_lockfile:
            raise ValueError("dynamodb_table is None and use_lockfile is False; S01: something must lock the state")

    def configure(self, stack: TerraformStack, layer: str) -> None:
        """Keep the state of `stack` in the bucket."""
        S3Backend(stack, bucket=self.bucket, key=self.key(layer))
        locks: dict[str, Any] = {"encrypt": True}
        if self.kms_key_id is not None:
            locks["kms_key_id"] = self.kms_key_id
        if self.dynamodb_table is not None:
            locks["dynamodb_table"] = self.dynamodb_table
        if self.use_lockfile:
            locks["use_lockfile"] = True
        # As an override, because cdktf 0.21 does not support `use_lockfile`.
        stack.add_override("terraform.backend.s3", {**self._settings(layer), **locks})

    def data_source(self, layer: str) -> dict[str, Any]:
        """Read without a lock, and without naming the key: S3 decrypts for callers that may use it."""
        return {"backend": "s3", "config": self._settings(layer)}

    def _settings(self, layer: str) -> dict[str, Any]:
        settings: dict[str, Any] = {"bucket": self.bucket, "key": self.key(layer), "region": self.region}
        if self.endpoint_url is not None:
            settings |= {
                "endpoints": dict.fromkeys(_ENDPOINTS, self.endpoint_url),
                # Not secrets: the embedded AWS accepts any credentials, and its documentation uses these.
                "access_key": "testing",
                "secret_key": "testing",
                "use_path_style": True,
                "skip_credentials_validation": True,
                "skip_metadata_api_check": True,
                "skip_region_validation": True,
                "skip_requesting_account_id": True,
                "skip_s3_checksum": True,
            }
        return settings
