"""Private S3 buckets."""

from modules.storage.bucket import AccessLogs, Bucket, BucketInputs, BucketOutputs, Lifecycle
from modules.storage.policy import LoadBalancerLogs, ServerAccessLogs

__all__ = [
    "AccessLogs",
    "Bucket",
    "BucketInputs",
    "BucketOutputs",
    "Lifecycle",
    "LoadBalancerLogs",
    "ServerAccessLogs",
]
