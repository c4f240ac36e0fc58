"""Bucket policies: TLS only, and delivery for the services that write logs."""

import json
from dataclasses import dataclass
from typing import Any

from aws.account import Account


@dataclass(frozen=True, kw_only=True)
class LoadBalancerLogs:
    """Access logs of this account's application load balancers may be delivered into the bucket."""

    prefix: str = ""
    """The load balancer's `access_logs.prefix`, without `/` at either end. Empty by default: no prefix."""

    def __post_init__(self) -> None:
        """Refuse a prefix that Elastic Load Balancing would refuse."""
        if self.prefix != self.prefix.strip("/") or "AWSLogs" in self.prefix:
            raise ValueError(f"prefix is {self.prefix!r}: no / at either end and no AWSLogs in it are allowed")


@dataclass(frozen=True, kw_only=True)
class ServerAccessLogs:
    """Access logs of this account's other buckets may be delivered into the bucket."""

    prefix: str = ""
    """Prefix of the keys, usually ending in `/`. Empty by default: anywhere in the bucket."""


Delivery = LoadBalancerLogs | ServerAccessLogs
"""A service that may write into the bucket."""


def bucket_policy(bucket_arn: str, account: Account, accepts: tuple[Delivery, ...]) -> str:
    """Return the policy: TLS only, and a statement for each delivery."""
    statements: list[dict[str, Any]] = [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "s3:*",
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    statements += [_allow(number, delivery, bucket_arn, account) for number, delivery in enumerate(accepts, start=1)]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)


def _allow(number: int, delivery: Delivery, bucket_arn: str, account: Account) -> dict[str, Any]:
    match delivery:
        case LoadBalancerLogs(prefix=prefix):
            folder = f"{prefix}/AWSLogs" if prefix else "AWSLogs"
            return {
                "Sid": f"LoadBalancerLogs{number}",
                "Effect": "Allow",
                "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                "Action": "s3:PutObject",
                # The account is in the path, and a condition on a key that Elastic Load Balancing does not send
                # (aws/source_conditions.py) would refuse its test file and so the load balancer.
                "Resource": f"{bucket_arn}/{folder}/{account.id}/*",
            }
        case ServerAccessLogs(prefix=prefix):
            return {
                "Sid": f"ServerAccessLogs{number}",
                "Effect": "Allow",
                "Principal": {"Service": "logging.s3.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"{bucket_arn}/{prefix}*",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account.id},
                    "ArnLike": {"aws:SourceArn": account.bucket_arn("*")},
                },
            }
