"""Credentials of a role for an AWS service, as ECS gets them for a task: only if the role trusts the service."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.iam.account import role_of
from local.iam.service_roles import ServiceRole

DURATION_SECONDS = 6 * 3600
"""As long as those of an ECS task."""


class UntrustedError(Exception):
    """The role does not let the service assume it; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Temporary credentials, with the names that the container credentials endpoint gives them."""

    AccessKeyId: str
    SecretAccessKey: str
    Token: str
    Expiration: str
    """Such as `2026-01-02T03:04:05Z`."""
    RoleArn: str


def assume_for_service(*, role_arn: str, service: str, source_arn: str, session_name: str) -> Credentials:
    """Let an AWS service assume a role. Hold `MOTO_LOCK`.

    Args:
        role_arn: the role.
        service: its principal, such as `ecs-tasks.amazonaws.com`.
        source_arn: what the service acts for, such as the cluster's ARN: `aws:SourceArn` of the trust policy.
        session_name: ends the ARN of the session.

    Raises:
        UntrustedError: there is no such role, or it does not trust the service.
    """
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    partition, account = role_arn.split(":")[1], role_arn.split(":")[4]
    region, source_account = source_arn.split(":")[3], source_arn.split(":")[4]
    distrust = ServiceRole(
        arn=role_arn, service=service, account=source_account, region=region, source_arn=source_arn
    ).distrust()
    if distrust:
        raise UntrustedError(distrust)
    role = role_of(account, role_arn)
    backend: Any = sts_backends[account][partition]
    _forget_expired(backend, iam_backends[account][partition])
    assumed = backend.assume_role(
        region_name=region,
        role_session_name=session_name,
        role_arn=str(role.arn),
        policy=None,
        duration=DURATION_SECONDS,
        external_id=None,
    )
    return Credentials(
        AccessKeyId=assumed.access_key_id,
        SecretAccessKey=assumed.secret_access_key,
        Token=assumed.session_token,
        Expiration=assumed.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        RoleArn=role_arn,
    )


def _forget_expired(sts: Any, iam: Any) -> None:
    """Tasks come and go for weeks, and moto keeps every session and its key."""
    now = datetime.now(UTC)
    expired = {each.access_key_id for each in sts.assumed_roles if each.expiration.replace(tzinfo=UTC) <= now}
    sts.assumed_roles = [each for each in sts.assumed_roles if each.access_key_id not in expired]
    iam.access_keys = {key: each for key, each in iam.access_keys.items() if each.access_key_id not in expired}
