"""AssumeRoleWithWebIdentity: the caller has no credentials yet, only a token, and the trust policy decides.

moto gives a session to any caller. Here the claims of the token count, as on AWS. The token's signature does not: the
issuer, such as GitHub, is not part of the emulation.
"""

import base64
import json
from typing import Any
from urllib.parse import parse_qs

from local.iam.denial import Refusal
from local.iam.policies.evaluation import Context, Policies, Request, evaluate
from local.iam.policies.principals import Caller

ACTION = "AssumeRoleWithWebIdentity"
STS = "sts"


def refusal_of_web_identity(body: bytes) -> Refusal | None:
    """Why STS gives no session; `None` where it does, or where the request asks for something else. Hold `MOTO_LOCK`.

    Args:
        body: of an unsigned request.

    Raises:
        MalformedPolicyError: the trust policy is not a policy.
    """
    from local.iam.account import RoleNotFoundError, trust_policy
    from local.iam.account.backends import backend

    parameters = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    if parameters.get("Action") != ACTION:
        return None
    role_arn, claims = parameters.get("RoleArn", ""), claims_of(parameters.get("WebIdentityToken", ""))
    denied = Refusal(code="AccessDenied", message=f"Not authorized to perform sts:{ACTION}")
    if role_arn.count(":") < 5:
        return denied
    if claims is None:
        message = "The web identity token that was passed could not be validated"
        return Refusal(code="InvalidIdentityToken", message=message, status="400 Bad Request")
    partition, account = role_arn.split(":")[1], role_arn.split(":")[4]
    issuer = str(claims["iss"]).removeprefix("https://")
    provider = f"arn:{partition}:iam::{account}:oidc-provider/{issuer}"
    iam = backend("iam", account, "us-east-1")
    if iam is None or provider not in iam.open_id_providers:
        message = f"No OpenIDConnect provider found in your account for https://{issuer}"
        return Refusal(code="InvalidIdentityToken", message=message, status="400 Bad Request")
    try:
        trust = trust_policy(account, role_arn)
    except RoleNotFoundError:
        return denied
    request = Request(
        caller=Caller(provider=provider, account=account),
        action=f"sts:{ACTION}",
        resource=role_arn,
        context=Context({f"{issuer}:{name}": _values(value) for name, value in claims.items()}),
    )
    decision = evaluate(request, Policies(resource=trust, needs_resource_policy=True))
    return None if decision.allowed else denied


def claims_of(token: str) -> dict[str, Any] | None:
    """The claims of a JSON web token with an issuer; `None` where it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) and isinstance(claims.get("iss"), str) else None


def _values(value: Any) -> str | tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else str(value)
