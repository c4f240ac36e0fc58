"""A file system is encrypted, backed up, reached in every zone, and entered through one access point."""

import dataclasses

import pytest

from modules.efs import FileSystem, FileSystemInputs
from tests.support.stack import Synthesised, module_stack, synthesised

INPUTS = FileSystemInputs(
    name="acme-prod-dags",
    subnet_ids={"eu-west-1a": "subnet-1", "eu-west-1b": "subnet-2"},
    security_group_ids=["sg-1"],
    directory="/dags",
)


def synth(inputs: FileSystemInputs = INPUTS) -> Synthesised:
    with module_stack() as stack:
        FileSystem(stack, "dags", inputs)
        return synthesised(stack)


def test_files_are_encrypted_and_backed_up() -> None:
    assert synth().only("aws_efs_file_system")["encrypted"] is True
    assert synth().only("aws_efs_backup_policy")["backup_policy"] == {"status": "ENABLED"}
    without = synth(dataclasses.replace(INPUTS, backup=False))
    assert without.only("aws_efs_backup_policy")["backup_policy"] == {"status": "DISABLED"}


def test_each_zone_has_a_mount_target_and_a_new_one_moves_none() -> None:
    more = dataclasses.replace(INPUTS, subnet_ids={"eu-west-1c": "subnet-3", **INPUTS.subnet_ids})
    before, after = synth().resources("aws_efs_mount_target"), synth(more).resources("aws_efs_mount_target")
    assert {body["subnet_id"] for body in before.values()} == {"subnet-1", "subnet-2"}
    assert before.items() <= after.items()


def test_the_access_point_fixes_directory_and_user() -> None:
    body = synth().only("aws_efs_access_point")
    assert body["posix_user"] == {"gid": 0, "uid": 0}
    assert body["root_directory"]["path"] == "/dags"
    assert body["root_directory"]["creation_info"] == {"owner_gid": 0, "owner_uid": 0, "permissions": "0755"}


def test_a_directory_that_efs_would_refuse_is_refused() -> None:
    with pytest.raises(ValueError, match='directory is "dags"'):
        synth(dataclasses.replace(INPUTS, directory="dags"))
