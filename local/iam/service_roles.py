"""Roles that people give to AWS's services: whether the service may assume one, and what it may then do.

The services are emulated inside of this process, so they send no request that could be judged: what they would call is
judged here, by the same policies, and recorded like any call of a role.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.iam.account import RoleNotFoundError, trust_policy
from local.iam.authorization import first_denial
from local.iam.caller import role_session
from local.iam.calls import Call
from local.iam.denial import sentence
from local.iam.policies.document import MalformedPolicyError
from local.iam.policies.evaluation import Context, Policies, Request, evaluate
from local.iam.policies.principals import Caller
from local.iam.record import RECORD

ASSUME = "sts:AssumeRole"


@dataclass(frozen=True, kw_only=True)
class ServiceRole:
    """A role that a service acts as. Hold `MOTO_LOCK` for every call."""

    arn: str
    service: str
    """The principal, such as `codedeploy.amazonaws.com`."""
    account: str
    """What the service acts for is in this account: `aws:SourceAccount` of the trust policy."""
    region: str
    source_arn: str = ""
    """What the service acts for: `aws:SourceArn` of the trust policy. Default: the service does not say."""

    def distrust(self) -> str:
        """Why the service may not assume the role; empty where it may."""
        if self.arn.count(":") < 5 or ":role/" not in self.arn:
            return f"{self.arn} is not the ARN of a role"
        context = {"aws:SourceAccount": self.account}
        if self.source_arn:
            context["aws:SourceArn"] = self.source_arn
        owner = self.arn.split(":")[4]
        try:
            trust = trust_policy(owner, self.arn)
        except RoleNotFoundError:
            return f"there is no role {self.arn}"
        except MalformedPolicyError as error:
            return str(error)
        request = Request(
            caller=Caller(service=self.service, account=owner),
            action=ASSUME,
            resource=self.arn,
            context=Context(context),
        )
        decision = evaluate(request, Policies(resource=trust, needs_resource_policy=True))
        if decision.allowed:
            return ""
        why = decision.reason.value.format(action=ASSUME)
        return f"{self.service} is not allowed to assume {self.arn} {why}"

    def refusal(self, service: str, operation: str, parameters: Mapping[str, Any]) -> str:
        """Why the service cannot make a call with the role, in AWS's words; empty where it can.

        Args:
            service: botocore's name of the service that is called.
            operation: such as `ModifyRule`.
            parameters: of the call.
        """
        distrust = self.distrust()
        if distrust:
            return distrust
        _, partition, _, _, owner, path = self.arn.split(":", 5)
        session_arn = f"arn:{partition}:sts::{owner}:assumed-role/{path.rpartition('/')[2]}/{self._session_name}"
        session = role_session(session_arn, self.arn)
        call = Call(
            service=service,
            operation=operation,
            region=self.region,
            account=self.account,
            protocol="json",
            parameters=parameters,
        )
        try:
            denied = first_denial(call, session, "", RECORD)
        except MalformedPolicyError as error:
            return str(error)
        return "" if denied is None else sentence(session.caller, denied)

    @property
    def _session_name(self) -> str:
        return self.service.partition(".")[0]
