"""Judges a call: everything that it needs, against all policies that apply."""

from dataclasses import dataclass
from datetime import UTC, datetime

from local.iam.account import EmulatedAccount, policies_of_role
from local.iam.caller import Session
from local.iam.calls import Call
from local.iam.needs import Need, needs_of
from local.iam.policies.evaluation import Context, Decision, Policies, Request, evaluate

OF_TRUST_POLICIES = ("sts:AssumeRole", "sts:TagSession")
"""Actions for which the policy of the role counts."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One need of a call, and the decision about it."""

    need: Need
    decision: Decision


def judge(call: Call, session: Session, address: str) -> list[Judgement]:
    """Decide about everything that a call needs, up to the first thing that is denied. Hold `MOTO_LOCK`.

    Args:
        call: the request.
        session: of the caller.
        address: from where.

    Raises:
        MalformedPolicyError: a policy that applies is not a policy.
    """
    account = EmulatedAccount(call.account, call.region)
    identity, boundary = policies_of_role(session.caller.account, session.caller.role_arn)
    judged: list[Judgement] = []
    for need in needs_of(call, account):
        if need.action in OF_TRUST_POLICIES:
            resource_policy, must_allow = account.trust_policy(need.resource), True
        else:
            resource_policy, must_allow = account.resource_policy(need.resource)
        request = Request(
            caller=session.caller,
            action=need.action,
            resource=need.resource,
            resource_account=_account_of(need.resource),
            context=_context(call, session, need, account, address),
        )
        policies = Policies(
            identity=identity, boundary=boundary, resource=resource_policy, needs_resource_policy=must_allow
        )
        judged.append(Judgement(need=need, decision=evaluate(request, policies)))
        if not judged[-1].decision.allowed:
            break
    return judged


def _account_of(arn: str) -> str:
    """The account in an ARN; empty for those that have none, and for policies that AWS manages."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 and parts[4].isdigit() else ""


def _context(call: Call, session: Session, need: Need, account: EmulatedAccount, address: str) -> Context:
    """The condition keys of every request, and those of this one."""
    now = datetime.now(UTC)
    prefix = need.action.partition(":")[0]
    values: dict[str, str | tuple[str, ...]] = {
        "aws:CurrentTime": now.isoformat(timespec="seconds"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:PrincipalAccount": session.caller.account,
        "aws:PrincipalArn": session.caller.role_arn,
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": "AssumedRole",
        "aws:RequestedRegion": call.region,
        "aws:ResourceAccount": _account_of(need.resource) or call.account,
        # Loopback counts as TLS, although it is plain HTTP.
        "aws:SecureTransport": "true",
        "s3:TlsVersion": "1.3",
        "aws:ViaAWSService": "true" if need.through else "false",
        "aws:userid": session.user_id,
        **{f"aws:PrincipalTag/{key}": value for key, value in session.tags.items()},
        **need.context,
    }
    if need.through:
        values["aws:CalledVia"] = (f"{need.through}.amazonaws.com",)
    else:
        values["aws:SourceIp"] = address

    def find(key: str) -> tuple[str, ...] | None:
        """Tags of the resource, and aliases of a key: looked up only where a policy asks."""
        for start in ("aws:resourcetag/", f"{prefix}:resourcetag/"):
            if key.startswith(start):
                tags = {name.lower(): value for name, value in account.tags(need.resource).items()}
                value = tags.get(key.removeprefix(start))
                return None if value is None else (value,)
        if key == "kms:resourcealiases":
            return account.key_aliases(need.resource) or None
        return None

    return Context(values, find)
