"""Commands of the runbooks that several tests run, and a program `aws` that runs those of the AWS CLI."""

from pathlib import Path

from tests.docs.runbooks import ROOT

REPLACE = "./windlass apply ENV --layer LAYER -- -replace=aws_db_instance.database_instance"
CHECK = "./windlass check ENV"
BOOTSTRAP = "./windlass bootstrap ENV"
DESTROY = "./windlass destroy ENV"
DB_CHECK = "./windlass airflow ENV db check"
ROTATE_FERNET_KEY = "./windlass airflow ENV rotate-fernet-key"
UNPROTECT = "aws rds modify-db-instance --db-instance-identifier DATABASE --no-deletion-protection --apply-immediately"
TAKE_SNAPSHOT = "aws rds create-db-snapshot --db-instance-identifier DATABASE --db-snapshot-identifier SNAPSHOT"
WAIT_FOR_SNAPSHOT = "aws rds wait db-snapshot-available --db-snapshot-identifier SNAPSHOT"
BACKUPS = (
    "aws rds describe-db-instance-automated-backups --db-instance-identifier DATABASE --query "
    '"DBInstanceAutomatedBackups[].[Status,DBInstanceAutomatedBackupsArn,RestoreWindow.LatestTime]" --output text'
)
BACKUPS_IN_REGION = (
    "aws rds describe-db-instance-automated-backups --region REGION --query "
    '"DBInstanceAutomatedBackups[].[DBInstanceIdentifier,Status,DBInstanceAutomatedBackupsArn]" --output text'
)
FERNET_KEYS = "aws secretsmanager describe-secret --region REGION --secret-id SECRET"
SHIM = '#!/bin/sh\nPYTHONPATH="{root}" exec "{root}/.venv/bin/python" -m tests.docs.aws_cli "$@"\n'


def aws_in(folder: Path) -> Path:
    """A folder for PATH with a program `aws`."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "aws"
    program.write_text(SHIM.format(root=ROOT))
    program.chmod(0o755)
    return folder
