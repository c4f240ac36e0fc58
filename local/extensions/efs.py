"""EFS: the backup policy of a file system can be changed.

Symptom: `aws_efs_backup_policy` gets a 500, since moto has no PutBackupPolicy.
"""

import json
from typing import Any

from moto.efs.models import EFSBackend
from moto.efs.responses import EFSResponse

from local.extensions.patching import add_method, wrap_method


@add_method(EFSResponse)
def put_backup_policy(response: Any) -> tuple[str, dict[str, str]]:
    """PutBackupPolicy."""
    system_id = response._get_param("FileSystemId")
    policy = {"Status": response._get_param("BackupPolicy")["Status"]}
    # Raises moto's error if the file system does not exist.
    response.efs_backend.describe_file_systems(file_system_id=system_id)
    response.efs_backend.file_systems_by_id[system_id].chosen_backup_policy = policy
    return json.dumps({"BackupPolicy": policy}), {"Content-Type": "application/json"}


@wrap_method(EFSBackend, "describe_backup_policy")
def describe_backup_policy(original: Any, backend: Any, file_system_id: str) -> dict[str, str]:
    """DescribeBackupPolicy."""
    system = backend.file_systems_by_id.get(file_system_id)
    policy: dict[str, str] = getattr(system, "chosen_backup_policy", None) or original(backend, file_system_id)
    return policy
