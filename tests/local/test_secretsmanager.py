def test_a_version_without_a_label_is_not_listed(client):
    secrets = client("secretsmanager")
    arn = secrets.create_secret(Name="rotated", SecretString="1")["ARN"]
    newer = [secrets.put_secret_value(SecretId=arn, SecretString=str(n))["VersionId"] for n in (2, 3)]
    assert secrets.describe_secret(SecretId=arn)["VersionIdsToStages"] == {
        newer[0]: ["AWSPREVIOUS"],
        newer[1]: ["AWSCURRENT"],
    }
