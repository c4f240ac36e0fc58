"""CloudFormation: `AWS::ElastiCache::User`, with a password that comes from Secrets Manager.

Symptom: `aws_cloudformation_stack` holding an ElastiCache user fails on moto, which has no such resource type and
resolves no dynamic references. The stack is how a cache password stays out of the Terraform state (D03): the
provider's ElastiCache resources have no write-only password, and CloudFormation resolves the reference on the
server.
"""

import re
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel
from moto.elasticache.models import elasticache_backends
from moto.secretsmanager.models import secretsmanager_backends

from local.extensions import cloudformation_failures, cloudformation_rules, extend
from local.extensions.dynamic_references import resolve

extend("elasticache")

__all__ = ["ElastiCacheUser", "cloudformation_failures", "cloudformation_rules"]

REPLACING_PROPERTIES = ("UserId", "UserName")


class ElastiCacheUser(CloudFormationModel):  # type: ignore[misc]
    """One user in a stack. It refers to the user in the ElastiCache backend, which has the resolved passwords."""

    def __init__(self, user: Any, properties: dict[str, Any]) -> None:
        self.user = user
        self.properties = properties

    @property
    def physical_resource_id(self) -> str:
        """The value of `Ref`."""
        return str(self.user.id)

    @staticmethod
    def cloudformation_name_type() -> str:
        """Empty: the id is a required property, so no name is generated."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """The type in a template."""
        return "AWS::ElastiCache::User"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Whether `Fn::GetAtt` supports the attribute."""
        return attr in ("Arn", "Status")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """The value of `Fn::GetAtt`."""
        return str({"Arn": self.user.arn, "Status": self.user.status}[attribute_name])

    @classmethod
    def create_from_cloudformation_json(
        cls, _resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **_kwargs: Any
    ) -> "ElastiCacheUser":
        """Create the user with its references resolved."""
        properties = cloudformation_json["Properties"]
        passwords = _passwords(properties, account_id, region_name)
        user = elasticache_backends[account_id][region_name].create_user(
            user_id=properties["UserId"],
            user_name=properties["UserName"],
            engine=properties["Engine"].lower(),
            passwords=passwords,
            access_string=properties.get("AccessString", "off -@all"),
            no_password_required=_no_password(properties),
            authentication_type=_authentication_type(properties),
            tags=properties.get("Tags"),
        )
        return cls(user, properties)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "ElastiCacheUser",
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> "ElastiCacheUser":
        """Update the user in place, or replace it where CloudFormation does."""
        properties = cloudformation_json["Properties"]
        before = original_resource.properties
        if any(properties.get(name) != before.get(name) for name in REPLACING_PROPERTIES):
            replacement = cls.create_from_cloudformation_json(
                new_resource_name, cloudformation_json, account_id, region_name
            )
            original_resource.delete(account_id, region_name)
            return replacement
        user = original_resource.user
        user.engine = properties["Engine"].lower()
        user.access_string = properties.get("AccessString", user.access_string)
        user.passwords = _passwords(properties, account_id, region_name)
        user.no_password_required = _no_password(properties)
        user.authentication_type = _authentication_type(properties)
        return cls(user, properties)

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the user immediately."""
        elasticache_backends[account_id][region_name].users.pop(self.user.id, None)


def _passwords(properties: dict[str, Any], account_id: str, region_name: str) -> list[str]:
    unresolved = properties.get("AuthenticationMode", {}).get("Passwords") or properties.get("Passwords") or []
    secrets = secretsmanager_backends[account_id][region_name]
    passwords = [resolve(password, secrets) for password in unresolved]
    if any(not re.fullmatch(r"[^\s,\"/@]{16,128}", password) for password in passwords):
        raise ValidationError(message='Passwords length must be between 16-128 characters, without blanks , " / or @')
    return passwords


def _no_password(properties: dict[str, Any]) -> bool:
    return _authentication_type(properties) == "no-password-required"


def _authentication_type(properties: dict[str, Any]) -> str:
    if properties.get("NoPasswordRequired"):
        return "no-password-required"
    return str(properties.get("AuthenticationMode", {}).get("Type", "password"))
