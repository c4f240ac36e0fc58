"""A KMS key that log groups may use, as the module makes it."""

import json
from typing import Any


def make_key(kms: Any, *, account: str, region: str) -> str:
    """The ARN of a key that leaves it to the account's policies, and that CloudWatch Logs may use.

    Args:
        kms: client of KMS.
        account: its id.
        region: of the key.
    """
    log_groups = f"arn:aws:logs:{region}:{account}:log-group:*"
    principals: list[tuple[dict[str, str], str | list[str], dict[str, Any]]] = [
        ({"AWS": f"arn:aws:iam::{account}:root"}, "kms:*", {}),
        (
            {"Service": f"logs.{region}.amazonaws.com"},
            ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        ),
    ]
    statements = [
        {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*", "Condition": condition}
        for principal, actions, condition in principals
    ]
    document = {"Version": "2012-10-17", "Statement": statements}
    return str(kms.create_key(Policy=json.dumps(document))["KeyMetadata"]["Arn"])
