"""Judges calls, and records the decisions: those that arrive as requests, and those that a service makes for a role."""

from collections.abc import Mapping
from typing import Any

from local.iam.caller import ExpiredCredentialsError, InvalidCredentialsError, Session, session_of
from local.iam.calls import Call, Signature
from local.iam.denial import sentence
from local.iam.judge import Judgement, judge
from local.iam.record import CallRecord


def first_denial(call: Call, session: Session, address: str, record: CallRecord) -> Judgement | None:
    """The first thing that a call needs and may not do; `None` where it is allowed. Hold `MOTO_LOCK`.

    Raises:
        MalformedPolicyError: a policy that applies is not a policy.
    """
    operation = f"{call.service}:{call.operation}"
    for judgement in judge(call, session, address):
        record.add(session.role_name, operation, judgement)
        if not judgement.decision.allowed:
            print(f"IAM denied {operation}: {sentence(session.caller, judgement)}", flush=True)
            return judgement
    return None


def refusal_of_action(wanted: Mapping[str, Any], record: CallRecord) -> str:
    """Why a role may not do what a service is to do for it; empty where it may. Hold `MOTO_LOCK`.

    Args:
        wanted: `service`, `operation`, `region` and `parameters` of the call that would do it, `access_key` and `token`
            of the role's session.
        record: gets the decision.

    Raises:
        KeyError: something is missing.
        MalformedPolicyError: a policy that applies is not a policy.
    """
    signature = Signature(
        access_key=str(wanted["access_key"]),
        region=str(wanted["region"]),
        service=str(wanted["service"]),
        token=str(wanted["token"]),
    )
    try:
        session = session_of(signature)
    except (InvalidCredentialsError, ExpiredCredentialsError):
        session = None
    if session is None:
        return "The security token included in the request is invalid."
    call = Call(
        service=signature.service,
        operation=str(wanted["operation"]),
        region=signature.region,
        account=session.caller.account,
        protocol="json",
        parameters=dict(wanted["parameters"]),
    )
    denied = first_denial(call, session, "", record)
    return "" if denied is None else sentence(session.caller, denied)
