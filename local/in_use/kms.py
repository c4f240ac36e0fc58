"""KMS: a key that is disabled, or whose deletion is pending, does nothing any more."""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from local.extensions.patching import wrap_method
from local.in_use.accounts import backend
from local.in_use.refusing import before

USES = (
    "create_grant",
    "encrypt",
    "generate_data_key",
    "generate_data_key_without_plaintext",
    "generate_mac",
    "re_encrypt",
    "sign",
    "verify",
    "verify_mac",
)
"""What neither a disabled key nor one that goes can do. Decrypt finds its key in what it decrypts."""
CHANGES = (
    "create_alias",
    "disable_key",
    "disable_key_rotation",
    "enable_key",
    "enable_key_rotation",
    "schedule_key_deletion",
    "tag_resource",
    "untag_resource",
    "update_alias",
    "update_key_description",
)
"""What cannot be done to a key that goes."""
PENDING, DISABLED = "PendingDeletion", "Disabled"


def _guard(operation: str, *, is_use: bool) -> None:
    @before(KmsResponse, operation)
    def key_is_there(response: Any) -> None:
        named = response._get_param("KeyId") or response._get_param("TargetKeyId")
        named = named or response._get_param("DestinationKeyId")
        kms = response.kms_backend
        key = kms.keys.get(kms.any_id_to_key_id(named)) if named else None
        if key is not None:
            _refuse(key, is_use=is_use)


for _operation in USES:
    _guard(_operation, is_use=True)
for _operation in CHANGES:
    _guard(_operation, is_use=False)


@wrap_method(KmsBackend, "decrypt")
def decrypt_with_a_key_that_is_there(original: Any, kms: Any, *args: Any, **kwargs: Any) -> Any:
    """Decrypt."""
    plaintext, arn = original(kms, *args, **kwargs)
    _refuse(kms.keys[arn.rpartition("/")[2]], is_use=True)
    return plaintext, arn


def _refuse(key: Any, *, is_use: bool) -> None:
    if key.key_state == PENDING:
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if is_use and key.key_state == DISABLED:
        raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")


def is_usable(account_id: str, region: str, key: str | None) -> bool:
    """Whether a key of a request can be used; a key of AWS, and one of another account, can."""
    kms = backend("kms", account_id, region)
    if not key or kms is None:
        return True
    known = kms.keys.get(kms.any_id_to_key_id(key))
    return known is None or known.key_state not in (PENDING, DISABLED)
