"""An encrypted file system with a mount target in each zone, and an access point for one directory of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.efs_access_point import (
    EfsAccessPoint,
    EfsAccessPointPosixUser,
    EfsAccessPointRootDirectory,
    EfsAccessPointRootDirectoryCreationInfo,
)
from cdktf_cdktf_provider_aws.efs_backup_policy import EfsBackupPolicy, EfsBackupPolicyBackupPolicy
from cdktf_cdktf_provider_aws.efs_file_system import EfsFileSystem
from cdktf_cdktf_provider_aws.efs_mount_target import EfsMountTarget
from constructs import Construct

NFS_PORT = 2049


@dataclass(frozen=True, kw_only=True)
class FileSystemInputs:
    """Network placement of the file system, and user and directory of its access point."""

    name: str
    """Name of the file system, shown in the console."""

    subnet_ids: Mapping[str, str]
    """A subnet for each zone, by the zone's name."""

    security_group_ids: Sequence[str]
    """Security groups of the mount targets; clients must be allowed on port 2049 (N03)."""

    directory: str = "/data"
    """Root directory of the access point; created if it does not exist."""

    user_id: int = 0
    """POSIX user id for all access through the access point. Default: 0, root, which may write."""

    group_id: int = 0
    """POSIX group id. Default: 0, which is the group of Airflow's user too."""

    kms_key_arn: str | None = None
    """KMS key that encrypts the files. Default: an AWS-owned key. A later change creates an empty one."""

    backup: bool = True
    """Daily backups by AWS Backup. Default: yes (D02)."""


@dataclass(frozen=True, kw_only=True)
class FileSystemOutputs:
    """Outputs for task volumes and roles."""

    file_system_id: str
    """Id of the file system."""

    file_system_arn: str
    """ARN of the file system, for roles."""

    access_point_id: str
    """Id of the access point."""

    access_point_arn: str
    """ARN of the access point, for the condition in roles."""


class FileSystem(Construct):
    """A file system that is encrypted, backed up, and mounted through one access point."""

    outputs: FileSystemOutputs

    def __init__(self, scope: Construct, id_: str, inputs: FileSystemInputs) -> None:
        super().__init__(scope, id_)
        if not inputs.directory.startswith("/") or len(inputs.directory) > 100:
            raise ValueError(f'directory is "{inputs.directory}"; EFS accepts an absolute path of up to 100 characters')
        system = EfsFileSystem(
            self,
            "file-system",
            encrypted=True,
            kms_key_id=inputs.kms_key_arn,
            throughput_mode="elastic",
            tags={"Name": inputs.name},
        )
        for zone, subnet_id in inputs.subnet_ids.items():
            EfsMountTarget(
                self,
                f"mount-{zone}",
                file_system_id=system.id,
                subnet_id=subnet_id,
                security_groups=list(inputs.security_group_ids),
            )
        EfsBackupPolicy(
            self,
            "backup",
            file_system_id=system.id,
            backup_policy=EfsBackupPolicyBackupPolicy(status="ENABLED" if inputs.backup else "DISABLED"),
        )
        point = EfsAccessPoint(
            self,
            "access-point",
            file_system_id=system.id,
            posix_user=EfsAccessPointPosixUser(uid=inputs.user_id, gid=inputs.group_id),
            root_directory=EfsAccessPointRootDirectory(
                path=inputs.directory,
                creation_info=EfsAccessPointRootDirectoryCreationInfo(
                    owner_uid=inputs.user_id, owner_gid=inputs.group_id, permissions="0755"
                ),
            ),
            tags={"Name": inputs.name},
        )
        self.outputs = FileSystemOutputs(
            file_system_id=system.id,
            file_system_arn=system.arn,
            access_point_id=point.id,
            access_point_arn=point.arn,
        )
