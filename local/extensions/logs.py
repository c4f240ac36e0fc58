"""CloudWatch Logs: the key of a log group must let the service use it, and can be changed.

Symptoms: a log group gets a key whose policy does not allow CloudWatch Logs, where AWS refuses it; `kms_key_id` of a
log group cannot be changed, as moto has neither AssociateKmsKey nor DisassociateKmsKey.
Source: "Encrypt log data in CloudWatch Logs using AWS Key Management Service" in the CloudWatch Logs User Guide.
"""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse
from moto.utilities.utils import get_partition

from local.extensions.patching import add_method, wrap_method
from local.iam.service_principals import service_may

ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey")


@wrap_method(LogsResponse, "create_log_group")
def create_log_group(original: Any, response: Any) -> str:
    """CreateLogGroup."""
    key = response._get_param("kmsKeyId")
    if key:
        _require_key(response, response._get_param("logGroupName"), key)
    return str(original(response))


@add_method(LogsResponse)
def associate_kms_key(response: Any) -> str:
    """AssociateKmsKey with a log group."""
    group, key = _group(response), response._get_param("kmsKeyId")
    _require_key(response, group.name, key)
    group.kms_key_id = key
    return ""


@add_method(LogsResponse)
def disassociate_kms_key(response: Any) -> str:
    """DisassociateKmsKey from a log group."""
    _group(response).kms_key_id = None
    return ""


def _group(response: Any) -> Any:
    identifier = response._get_param("resourceIdentifier") or ""
    name = response._get_param("logGroupName") or identifier.partition(":log-group:")[2].removesuffix(":*")
    group = response.logs_backend.groups.get(name)
    if group is None:
        raise ResourceNotFoundException()
    return group


def _require_key(response: Any, name: str, key: str) -> None:
    account, region = response.current_account, response.region
    arn = f"arn:{get_partition(region)}:logs:{region}:{account}:log-group:{name}"
    context = {"kms:EncryptionContext:aws:logs:arn": arn}
    principal = f"logs.{region}.amazonaws.com"
    if not all(
        service_may(principal, action, key, account=account, region=region, context=context) for action in ACTIONS
    ):
        raise JsonRESTError(
            "AccessDeniedException",
            f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'",
        )
