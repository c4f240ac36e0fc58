"""KMS on its own, and as S3, Secrets Manager and SSM use it for their caller."""

import json
from typing import Any

import pytest

from tests.local.iam.cases.case import allow, policy
from tests.local.iam.roles import ACCOUNT, REGION, Client, Roles, missing, new, refused


@pytest.fixture
def key(client: Client) -> str:
    arn: str = client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def through(service: str) -> dict[str, Any]:
    return {"StringEquals": {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}}


def test_an_encrypted_bucket_needs_its_key(client: Client, role: Roles, bucket: str, key: str) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}
    client("s3").put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=rules)
    objects = allow(["s3:GetObject", "s3:PutObject"])
    s3 = role(objects)("s3")
    assert missing(lambda: s3.put_object(Bucket=bucket, Key="b", Body=b"b")) == f"kms:GenerateDataKey {key}"
    assert s3.get_object(Bucket=bucket, Key="logs/a.txt")["ContentLength"] == 1  # written before
    allowed = role(objects, allow(["kms:GenerateDataKey", "kms:Decrypt"], key, through("s3")))("s3")
    allowed.put_object(Bucket=bucket, Key="b", Body=b"b")
    assert allowed.get_object(Bucket=bucket, Key="b")["ContentLength"] == 1
    assert missing(lambda: s3.get_object(Bucket=bucket, Key="b")) == f"kms:Decrypt {key}"
    assert s3.head_object(Bucket=bucket, Key="b")["ContentLength"] == 1
    of_bucket = {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}"}}
    role(objects, allow("kms:Decrypt", key, of_bucket))("s3").get_object(Bucket=bucket, Key="b")


def test_a_secret_needs_its_key(client: Client, role: Roles, key: str) -> None:
    name = new("secret")
    arn = client("secretsmanager").create_secret(Name=name, SecretString="s", KmsKeyId=key)["ARN"]
    reading = allow("secretsmanager:GetSecretValue", arn)
    error = refused(lambda: role(reading)("secretsmanager").get_secret_value(SecretId=name))
    assert (error["Code"], error["Message"]) == ("AccessDeniedException", "Access to KMS is not allowed")
    of = role(reading, allow("kms:Decrypt", key, through("secretsmanager")))
    assert of("secretsmanager").get_secret_value(SecretId=name)["SecretString"] == "s"
    assert of("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "s"
    other = role(reading, allow("kms:Decrypt", key, through("ssm")))("secretsmanager")
    assert refused(lambda: other.get_secret_value(SecretId=name))["Message"] == "Access to KMS is not allowed"


def test_a_secret_of_another_name_is_denied(client: Client, role: Roles) -> None:
    names = [new("app/a"), new("app/b")]
    arns = [client("secretsmanager").create_secret(Name=name, SecretString="s")["ARN"] for name in names]
    secrets = role(allow("secretsmanager:GetSecretValue", arns[0]))("secretsmanager")
    secrets.get_secret_value(SecretId=names[0])
    assert missing(lambda: secrets.get_secret_value(SecretId=names[1])) == f"secretsmanager:GetSecretValue {arns[1]}"
    secrets = role(
        allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{names[0]}-??????")
    )
    secrets("secretsmanager").get_secret_value(SecretId=names[0])


def test_a_parameter_needs_its_key(client: Client, role: Roles, key: str) -> None:
    name = f"/{new('app')}/password"
    client("ssm").put_parameter(Name=name, Value="v", Type="SecureString", KeyId=key)
    reading = allow(["ssm:GetParameter", "ssm:GetParameters"], f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}")
    ssm = role(reading)("ssm")
    assert ssm.get_parameter(Name=name)["Parameter"]["Name"] == name
    assert missing(lambda: ssm.get_parameter(Name=name, WithDecryption=True)) == f"kms:Decrypt {key}"
    decrypting = allow("kms:Decrypt", key, through("ssm"))
    assert role(reading, decrypting)("ssm").get_parameters(Names=[name], WithDecryption=True)["Parameters"]
    parameter = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/other"
    assert missing(lambda: ssm.get_parameters(Names=[name, "/other"])) == f"ssm:GetParameters {parameter}"


def test_a_key_of_aws_needs_no_permission(client: Client, role: Roles) -> None:
    name = f"/{new('app')}/password"
    client("ssm").put_parameter(Name=name, Value="v", Type="SecureString")
    ssm = role(allow("ssm:GetParameter"))("ssm")
    assert ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "v"


def test_the_policy_of_a_key_must_allow(client: Client, role: Roles) -> None:
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    of_account = allow("kms:*", Principal=root)
    only_admin = allow("kms:*", condition={"StringEquals": {"aws:PrincipalType": "User"}}, Principal=root)
    keys = [
        client("kms").create_key(Policy=json.dumps(policy(each)))["KeyMetadata"]["Arn"]
        for each in (of_account, only_admin)
    ]
    kms = role(allow("kms:Encrypt"))("kms")
    kms.encrypt(KeyId=keys[0], Plaintext=b"p")
    message = refused(lambda: kms.encrypt(KeyId=keys[1], Plaintext=b"p"))["Message"]
    assert message.endswith("because no resource-based policy allows the kms:Encrypt action")


def test_a_ciphertext_names_its_key_and_a_context_can_be_asked_for(client: Client, role: Roles, key: str) -> None:
    kms = client("kms")
    context = {"app": "web"}
    blob = kms.encrypt(KeyId=key, Plaintext=b"p", EncryptionContext=context)["CiphertextBlob"]
    decrypting = allow("kms:Decrypt", key, {"StringEquals": {"kms:EncryptionContext:app": "web"}})
    of = role(decrypting)("kms")
    assert of.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"p"
    other = kms.encrypt(KeyId=key, Plaintext=b"p")["CiphertextBlob"]
    assert missing(lambda: of.decrypt(CiphertextBlob=other)) == f"kms:Decrypt {key}"


def test_an_alias_names_its_key(client: Client, role: Roles, key: str) -> None:
    alias = f"alias/{new('app')}"
    client("kms").create_alias(AliasName=alias, TargetKeyId=key)
    describing = allow("kms:DescribeKey", key, {"StringEquals": {"kms:RequestAlias": alias}})
    kms = role(describing)("kms")
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"] == key
    assert missing(lambda: kms.describe_key(KeyId=key)) == f"kms:DescribeKey {key}"
    by_alias = allow("kms:DescribeKey", "*", {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}})
    assert role(by_alias)("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key
