"""What keeps something: buckets, image repositories, logs, keys, secrets, file systems, parameters."""

from cli.running.consequences.change import Change
from cli.running.consequences.consequence import Kind
from cli.running.consequences.row import Row, gone, having, lacking, number


def _days(change: Change) -> int:
    return int(number(change.before.get("recovery_window_in_days")))


ROWS = (
    Row(
        type="aws_s3_bucket",
        when=having(gone, "force_destroy"),
        kind=Kind.DATA_LOSS,
        # Without `force_destroy` S3 deletes only empty buckets: cli/obstacles.py asks it.
        says=lambda change: f"the bucket {change.before.get('bucket')} goes with its objects and all their versions",
        instead="copy them to another bucket first",
    ),
    Row(
        type="aws_s3_bucket",
        when=lacking(gone, "force_destroy"),
        kind=Kind.NOTE,
        says=lambda change: f"the bucket {change.before.get('bucket')} goes; S3 refuses while it holds objects",
    ),
    Row(
        type="aws_ecr_repository",
        when=having(gone, "force_delete"),
        kind=Kind.DATA_LOSS,
        says=lambda change: f"the repository {change.before.get('name')} goes with its images",
        instead="copy the images that are still wanted to another repository first",
    ),
    Row(
        type="aws_ecr_repository",
        when=lacking(gone, "force_delete"),
        kind=Kind.NOTE,
        says=lambda change: f"the repository {change.before.get('name')} goes; ECR refuses while it has images",
    ),
    Row(
        type="aws_cloudwatch_log_group",
        when=lacking(gone, "skip_destroy"),
        kind=Kind.DATA_LOSS,
        # Amazon CloudWatch Logs API Reference, "DeleteLogGroup": permanently deletes all archived log events.
        says=lambda change: f"the log group {change.before.get('name')} goes with its logs",
        instead=lambda change: (
            "keep the logs first: aws logs create-export-task --destination BUCKET --from 0 --to NOW --log-group-name "
            f"{change.before.get('name')}"
        ),
    ),
    Row(
        type="aws_cloudwatch_log_group",
        when=lambda change: (
            change.alters("retention_in_days")
            and 0
            < number(change.after["retention_in_days"])
            < (number(change.before.get("retention_in_days")) or float("inf"))
        ),
        kind=Kind.NOTE,
        says=lambda change: f"logs older than {change.after['retention_in_days']} days are deleted within 72 hours",
    ),
    Row(
        type="aws_kms_key",
        when=gone,
        kind=Kind.DATA_LOSS,
        # AWS KMS Developer Guide, "Deleting AWS KMS keys": a key pending deletion cannot be used.
        says=lambda change: (
            "the key is no longer usable from then on: what it has encrypted (snapshots, logs, secrets, images) cannot "
            f"be read, and for good once its waiting period ends ({change.before.get('deletion_window_in_days') or 30} "
            "days)"
        ),
        instead="keep it as long as anything that it has encrypted",
    ),
    Row(
        type="aws_secretsmanager_secret",
        when=lambda change: gone(change) and _days(change) > 0,
        kind=Kind.NOTE,
        # AWS Secrets Manager User Guide, "Delete an AWS Secrets Manager secret".
        says=lambda change: (
            f"the secret {change.before.get('name')} goes in {_days(change)} days; until then it keeps its name, and "
            f"aws secretsmanager restore-secret --secret-id {change.before.get('name')} brings it back"
        ),
    ),
    Row(
        type="aws_secretsmanager_secret",
        when=lambda change: gone(change) and _days(change) == 0,
        kind=Kind.DATA_LOSS,
        says=lambda change: f"the secret {change.before.get('name')} goes at once, without a recovery window",
        instead="write its value down in another secret first",
    ),
    Row(
        type="aws_efs_file_system",
        when=gone,
        kind=Kind.DATA_LOSS,
        says=lambda change: f"the file system {change.before.get('id')} goes with its files{change.because()}",
        instead="copy the files first, or keep the former value",
    ),
    Row(
        type="aws_efs_mount_target",
        when=gone,
        kind=Kind.OUTAGE,
        # Amazon EFS User Guide, "Managing mount targets": deleting one forcibly breaks mounts through it.
        says="tasks of its zone that have mounted the file system hang until they are replaced",
        instead="move the tasks to the other zones first",
    ),
    Row(
        type="aws_ssm_parameter",
        when=lambda change: gone(change) and str(change.before.get("name")).endswith("/image"),
        kind=Kind.NOTE,
        says=lambda change: (
            f"the parameter {change.before.get('name')} goes with its history of deployments; the image in it is "
            f"{change.before.get('insecure_value') or change.before.get('value')}"
        ),
    ),
    Row(
        type="aws_dynamodb_table",
        when=gone,
        kind=Kind.NOTE,
        says="the table of locks goes: nobody else may be applying",
    ),
)
