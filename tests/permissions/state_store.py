"""The bucket, the key and the lock table of the state, as bootstrap makes them; with boto3, in a moment."""

from collections.abc import Callable
from typing import Any

from tests.permissions.pipeline import REGION

BUCKET, TABLE = "windlass-state-123456789012-eu-west-1", "windlass-state-locks"


def make_state_store(client: Callable[[str], Any]) -> None:
    """Make them in an embedded AWS.

    Args:
        client: of an AWS service, with the root's key.
    """
    key = client("kms").create_key(Description="Terraform state")["KeyMetadata"]["Arn"]
    client("kms").create_alias(AliasName=f"alias/{BUCKET}", TargetKeyId=key)
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=BUCKET,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )
    client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
