"""All services together."""

from collections.abc import Callable, Iterator, Mapping

from local.iam.calls import Call
from local.iam.needs.deployments import needs_of_codedeploy
from local.iam.needs.dynamodb import needs_of_dynamodb
from local.iam.needs.ec2 import needs_of_ec2
from local.iam.needs.ecs import needs_of_ecs
from local.iam.needs.identities import EVERYBODY, needs_of_iam, needs_of_sts
from local.iam.needs.keys import needs_of_encryption, needs_of_kms
from local.iam.needs.logs import needs_of_logs
from local.iam.needs.mails_and_events import needs_of_events, needs_of_ses
from local.iam.needs.messages import needs_of_sns, needs_of_sqs
from local.iam.needs.need import Account, Need
from local.iam.needs.passed_roles import needs_of_passed_roles
from local.iam.needs.registry import needs_of_ecr
from local.iam.needs.rules import Rules, needs_by_rules
from local.iam.needs.s3 import needs_of_s3
from local.iam.needs.secrets import needs_of_secretsmanager, needs_of_ssm
from local.iam.needs.tables import TABLES

OWN: Mapping[str, Callable[[Call, Account], Iterator[Need]]] = {
    "codedeploy": needs_of_codedeploy,
    "dynamodb": lambda call, _account: needs_of_dynamodb(call),
    "ec2": lambda call, _account: needs_of_ec2(call),
    "ecr": needs_of_ecr,
    "ecs": needs_of_ecs,
    "events": lambda call, _account: needs_of_events(call),
    "iam": needs_of_iam,
    "kms": needs_of_kms,
    "logs": lambda call, _account: needs_of_logs(call),
    "s3": needs_of_s3,
    "ses": needs_of_ses,
    "sesv2": needs_of_ses,
    "secretsmanager": needs_of_secretsmanager,
    "sns": needs_of_sns,
    "sqs": needs_of_sqs,
    "ssm": needs_of_ssm,
    "sts": lambda call, _account: needs_of_sts(call),
}
"""Services with rules of their own."""
PREFIXES: Mapping[str, str] = {"elb": "elasticloadbalancing", "s3control": "s3", "stepfunctions": "states"}
"""Prefix of the actions of a service without a table, where it is not the service's name."""


def needs_of(call: Call, account: Account) -> list[Need]:
    """Everything that AWS asks IAM before it answers a call, in that order; all of it must be allowed.

    Args:
        call: the call.
        account: what it names is looked up there.
    """
    own = OWN.get(call.service)
    needs = list(own(call, account) if own is not None else needs_by_rules(_table(call), call))
    if not needs and call.operation not in EVERYBODY:
        # It names nothing that it acts on. AWS refuses such a call too, but only from a caller that may make it.
        needs = [Need(action=f"{PREFIXES.get(call.service, call.service)}:{call.operation}")]
    return [*needs, *needs_of_passed_roles(call), *needs_of_encryption(call, account)]


def _table(call: Call) -> Rules:
    """The table of a service; of any other one, the resource is the first ARN of its own that a call names."""
    if call.service in TABLES:
        return TABLES[call.service]
    prefix = PREFIXES.get(call.service, call.service)
    names = (
        name
        for name, value in call.parameters.items()
        if isinstance(value, str) and value.startswith("arn:") and value.split(":")[2] == prefix
    )
    return Rules(prefix=prefix, members=dict.fromkeys(names, "{}"))
