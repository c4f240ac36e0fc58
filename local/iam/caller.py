"""Who calls: the session of a role that a request's key belongs to."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.iam.calls import Signature
from local.iam.policies.principals import Caller

TEMPORARY_KEY = "ASIA"
"""Begins the ids of the temporary keys that STS gives out."""


class InvalidCredentialsError(Exception):
    """Nobody has these temporary credentials."""


class ExpiredCredentialsError(Exception):
    """They were valid once."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session of a role."""

    caller: Caller
    role_name: str
    user_id: str
    """`ROLE_ID:SESSION`, as in `aws:userid`."""
    tags: dict[str, str] = field(default_factory=dict)
    """Of the role."""


def session_of(signature: Signature) -> Session | None:
    """The role's session that signed; `None` for anybody else, who is the root of the account.

    Raises:
        InvalidCredentialsError: the key is temporary, and STS did not give it out, or gave another token with it.
        ExpiredCredentialsError: it did, and they are no longer valid.
    """
    if not signature.access_key.startswith(TEMPORARY_KEY):
        return None
    assumed = _assumed_role(signature.access_key)
    if assumed is None or assumed.session_token != signature.token:
        raise InvalidCredentialsError
    return _session(assumed, signature.region)


def session_of_key(access_key: str, region: str) -> Session:
    """The role's session that a temporary key belongs to, for what was given to it without its token.

    Raises:
        InvalidCredentialsError: nobody has the key.
        ExpiredCredentialsError: somebody had it.
    """
    assumed = _assumed_role(access_key)
    if assumed is None:
        raise InvalidCredentialsError
    return _session(assumed, region)


def _session(assumed: Any, region: str) -> Session:
    from local.iam.account import EmulatedAccount, RoleNotFoundError, role_of

    if assumed.expiration.replace(tzinfo=UTC) < datetime.now(UTC):
        raise ExpiredCredentialsError
    account = assumed.role_arn.split(":")[4]
    try:
        role = role_of(account, assumed.role_arn)
    except RoleNotFoundError as error:
        # As on AWS, credentials of a role that was deleted are those of no one.
        raise InvalidCredentialsError from error
    return Session(
        caller=Caller(arn=assumed.arn, role_arn=assumed.role_arn, account=account),
        role_name=str(role.name),
        user_id=f"{role.id}:{assumed.session_name}",
        tags=EmulatedAccount(account, region).tags(assumed.role_arn),
    )


def _assumed_role(access_key: str) -> Any:
    from moto.sts.models import sts_backends

    for account in list(sts_backends.values()):
        for backend in list(account.values()):
            assumed = backend.get_assumed_role_from_access_key(access_key)
            if assumed is not None:
                return assumed
    return None
