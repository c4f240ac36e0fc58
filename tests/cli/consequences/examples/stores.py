"""Buckets, repositories, keys and other things that keep data."""

from tests.cli.consequences.examples.example import LOSS, OUTAGE, change, example

LOGS = {"name": "/ecs/shop", "retention_in_days": 90}

STORES = (
    example(
        "bucket with its objects",
        "data",
        change("aws_s3_bucket.logs", "delete", {"bucket": "shop-logs", "force_destroy": True}),
        costs=LOSS,
        says="shop-logs goes with its objects",
    ),
    example("bucket that must be empty", "data", change("aws_s3_bucket.logs", "delete", {"bucket": "shop-logs"})),
    example(
        "bucket replaced",
        "data",
        change("aws_s3_bucket.logs", "replace", {"bucket": "shop-logs", "force_destroy": True}, causes=["bucket"]),
        costs=LOSS,
    ),
    example(
        "repository with its images",
        "data",
        change("aws_ecr_repository.web", "delete", {"name": "shop/web", "force_delete": True}),
        costs=LOSS,
    ),
    example("repository that must be empty", "data", change("aws_ecr_repository.web", "delete", {"name": "shop/web"})),
    example(
        "log group",
        "service",
        change("aws_cloudwatch_log_group.web", "delete", LOGS),
        costs=LOSS,
        says="--log-group-name /ecs/shop",
    ),
    example(
        "logs for a shorter time",
        "service",
        change("aws_cloudwatch_log_group.web", "update", LOGS, {"retention_in_days": 30}),
    ),
    example(
        "logs for a longer time",
        "service",
        change("aws_cloudwatch_log_group.web", "update", LOGS, {"retention_in_days": 365}),
    ),
    example(
        "key",
        "network",
        change("aws_kms_key.key_key", "delete", {"deletion_window_in_days": 7}),
        costs=LOSS,
        says="(7 days)",
    ),
    example(
        "secret that comes back",
        "data",
        change("aws_secretsmanager_secret.a", "delete", {"name": "shop/a", "recovery_window_in_days": 7}),
    ),
    example(
        "secret without a window",
        "data",
        change("aws_secretsmanager_secret.a", "delete", {"name": "shop/a", "recovery_window_in_days": 0}),
        costs=LOSS,
        says="goes at once",
    ),
    example(
        "file system",
        "data",
        change("aws_efs_file_system.files", "replace", {"id": "fs-1"}, causes=["encrypted"]),
        costs=LOSS,
        says="because encrypted cannot be changed in place",
    ),
    example("mount target", "data", change("aws_efs_mount_target.files", "replace", {}), costs=OUTAGE),
    example(
        "history of images",
        "service",
        change("aws_ssm_parameter.web_image", "delete", {"name": "/shop/web/image", "insecure_value": "web:7"}),
    ),
)
