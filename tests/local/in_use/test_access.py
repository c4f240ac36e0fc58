"""Policies, roles, keys and secrets."""

import json

import pytest

from tests.local.in_use.refusals import refused

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs.amazonaws.com"}},
    }
)
ATTACHED = "Cannot delete a policy attached to entities."


@pytest.fixture
def policy(client):
    iam = client("iam")
    arn = iam.create_policy(PolicyName="attached", PolicyDocument=ALLOW)["Policy"]["Arn"]
    yield arn
    iam.delete_policy(PolicyArn=arn)


def test_a_role_and_a_policy_stay_while_one_is_attached_to_the_other(client, policy):
    iam = client("iam")
    iam.create_role(RoleName="holds-policies", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="holds-policies", PolicyArn=policy)
    with refused("DeleteConflict", ATTACHED):
        iam.delete_policy(PolicyArn=policy)
    with refused("DeleteConflict", "Cannot delete entity, must detach all policies first."):
        iam.delete_role(RoleName="holds-policies")
    iam.detach_role_policy(RoleName="holds-policies", PolicyArn=policy)
    iam.put_role_policy(RoleName="holds-policies", PolicyName="own", PolicyDocument=ALLOW)
    with refused("DeleteConflict", "Cannot delete entity, must delete policies first."):
        iam.delete_role(RoleName="holds-policies")
    iam.delete_role_policy(RoleName="holds-policies", PolicyName="own")
    iam.create_instance_profile(InstanceProfileName="holds")
    iam.add_role_to_instance_profile(InstanceProfileName="holds", RoleName="holds-policies")
    with refused("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first."):
        iam.delete_role(RoleName="holds-policies")
    iam.remove_role_from_instance_profile(InstanceProfileName="holds", RoleName="holds-policies")
    iam.delete_instance_profile(InstanceProfileName="holds")
    iam.delete_role(RoleName="holds-policies")


def test_a_policy_stays_while_it_is_a_boundary_or_has_versions(client, policy):
    iam = client("iam")
    iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=policy)
    with refused("DeleteConflict", ATTACHED):
        iam.delete_policy(PolicyArn=policy)
    iam.delete_role(RoleName="bounded")
    version = iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW)["PolicyVersion"]["VersionId"]
    words = (
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        "The default version is deleted with the policy."
    )
    with refused("DeleteConflict", words):
        iam.delete_policy(PolicyArn=policy)
    assert iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"] == "v1"
    iam.delete_policy_version(PolicyArn=policy, VersionId=version)


def test_a_key_whose_deletion_is_pending_does_nothing_until_that_is_cancelled(client):
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]
    name, arn = key["KeyId"], key["Arn"]
    kms.create_alias(AliasName="alias/goes", TargetKeyId=name)
    encrypted = kms.encrypt(KeyId=name, Plaintext=b"1")["CiphertextBlob"]
    calls = {
        "encrypt": lambda: kms.encrypt(KeyId="alias/goes", Plaintext=b"1"),
        "decrypt": lambda: kms.decrypt(CiphertextBlob=encrypted),
        "data key": lambda: kms.generate_data_key(KeyId=arn, KeySpec="AES_256"),
        "grant": lambda: kms.create_grant(
            KeyId=name, GranteePrincipal="arn:aws:iam::123456789012:root", Operations=["Decrypt"]
        ),
        "again": lambda: kms.schedule_key_deletion(KeyId=name, PendingWindowInDays=7),
        "enable": lambda: kms.enable_key(KeyId=name),
        "alias": lambda: kms.create_alias(AliasName="alias/comes", TargetKeyId=name),
    }
    kms.schedule_key_deletion(KeyId=name, PendingWindowInDays=7)
    for call in calls.values():
        with refused("KMSInvalidStateException", f"{arn} is pending deletion."):
            call()
    assert kms.describe_key(KeyId=name)["KeyMetadata"]["KeyState"] == "PendingDeletion"

    kms.cancel_key_deletion(KeyId=name)
    for each in ("encrypt", "decrypt", "data key"):
        with refused("DisabledException", f"{arn} is disabled."):
            calls[each]()
    kms.enable_key(KeyId=name)
    assert kms.decrypt(CiphertextBlob=encrypted)["Plaintext"] == b"1"


def test_a_deleted_secret_keeps_its_name_in_its_recovery_window(client):
    secrets = client("secretsmanager")
    arn = secrets.create_secret(Name="in-use/login", SecretString="1")["ARN"]
    secrets.delete_secret(SecretId=arn, RecoveryWindowInDays=7)
    words = "You can't create this secret because a secret with this name is already scheduled for deletion."
    with refused("InvalidRequestException", words):
        secrets.create_secret(Name="in-use/login", SecretString="2")
    words = "You can't perform this operation on the secret because it was marked for deletion."
    with refused("InvalidRequestException", words):
        secrets.get_secret_value(SecretId=arn)
    secrets.restore_secret(SecretId=arn)
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == "1"
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    secrets.create_secret(Name="in-use/login", SecretString="2")
    secrets.delete_secret(SecretId="in-use/login", ForceDeleteWithoutRecovery=True)
