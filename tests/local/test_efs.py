def test_a_backup_policy_is_kept_whatever_it_says(client):
    efs = client("efs")
    system_id = efs.create_file_system(CreationToken="dags")["FileSystemId"]
    for status in ("ENABLED", "DISABLED"):
        efs.put_backup_policy(FileSystemId=system_id, BackupPolicy={"Status": status})
        assert efs.describe_backup_policy(FileSystemId=system_id)["BackupPolicy"] == {"Status": status}
