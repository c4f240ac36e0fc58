"""The user of a cache, created so that its password stays out of Terraform's state."""

import json
import re

from cdktf_cdktf_provider_aws.cloudformation_stack import CloudformationStack
from cdktf_cdktf_provider_aws.elasticache_user_group import ElasticacheUserGroup
from constructs import Construct

from modules.elasticache.settings import Authentication


class ValkeyUser(Construct):
    """A Valkey user in a group of its own; the password goes from Secrets Manager to ElastiCache directly.

    The provider has no write-only argument for it, so CloudFormation creates the user: it resolves a reference to the
    secret, and Terraform sees only the reference (D03; decision 0004).
    """

    user_group_id: str
    """Id of the user group, for a replication group's `user_group_ids`."""

    def __init__(self, scope: Construct, id_: str, cache_name: str, authentication: Authentication) -> None:
        super().__init__(scope, id_)
        # A user name cannot change in place. The id contains it, so that a new name creates a new user.
        user_id = f"{cache_name}-{authentication.username}".lower()
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,59}", user_id):
            raise ValueError(f"the cache's user id would be {user_id!r}; it may have letters, digits and hyphens")
        stack = CloudformationStack(
            self,
            "stack",
            name=f"{cache_name}-user",
            template_body=json.dumps(_template(user_id, authentication), sort_keys=True),
            iam_role_arn=authentication.cloudformation_role_arn,
        )
        # Redis OSS requires a user named `default` in a group; Valkey does not.
        self.user_group_id = ElasticacheUserGroup(
            self,
            "group",
            engine="valkey",
            user_group_id=f"{cache_name}-users",
            # The id, not the stack's output: an output is unknown in every plan that rotates the password.
            user_ids=[user_id],
            depends_on=[stack],
        ).user_group_id


def _template(user_id: str, authentication: Authentication) -> dict[str, object]:
    passwords = [_reference(authentication.password_secret_arn)]
    if authentication.accept_previous_password:
        passwords.append(_reference(authentication.password_secret_arn, "AWSPREVIOUS"))
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"User {user_id}, with a password that only Secrets Manager and ElastiCache hold",
        "Resources": {
            "User": {
                "Type": "AWS::ElastiCache::User",
                "Properties": {
                    "AccessString": authentication.access_string,
                    "AuthenticationMode": {"Type": "password", "Passwords": passwords},
                    "Engine": "valkey",
                    # CloudFormation compares templates, not secrets: this number makes a rotation a change. A version
                    # id in the reference would too, but block every update once that version is deleted.
                    "Tags": [{"Key": "PasswordVersion", "Value": str(authentication.password_version)}],
                    "UserId": user_id,
                    "UserName": authentication.username,
                },
            }
        },
    }


def _reference(secret_arn: str, stage: str = "") -> str:
    return f"{{{{resolve:secretsmanager:{secret_arn}:SecretString::{stage}:}}}}"
