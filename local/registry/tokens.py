"""Passwords for the registry, as ECR's GetAuthorizationToken gives them: for 12 hours, in one account and region.

A token carries what it is good for and a signature, so nothing has to be stored. The key is made with the process:
after a restart clients get a new token, as they do when one expires.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass

USER = "AWS"
LIFETIME_SECONDS = 12 * 60 * 60
_KEY = secrets.token_bytes(32)


class BadTokenError(ValueError):
    """A password that this registry did not give."""


class ExpiredTokenError(ValueError):
    """A password whose time is over."""


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a token is good for."""

    account: str
    region: str
    expires_at: int
    """Seconds since 1970."""
    access_key: str = ""
    """Of the role's session that got it, whose permissions count. Default: none, the account's root."""


def issue(claims: Claims) -> str:
    """The password that goes with the user `AWS`."""
    payload = base64.urlsafe_b64encode(json.dumps(asdict(claims)).encode()).decode()
    return f"{payload}.{_signature(payload)}"


def read(authorization: str, now: float) -> Claims:
    """What the value of an `Authorization` header allows.

    Args:
        authorization: such as `Basic QVdTOi…`.
        now: seconds since 1970.

    Raises:
        BadTokenError: there is none, or it is not one of this registry's.
        ExpiredTokenError: it was valid once.
    """
    scheme, _, encoded = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise BadTokenError from error
    payload, _, signature = password.partition(".")
    if scheme.lower() != "basic" or user != USER or not hmac.compare_digest(signature, _signature(payload)):
        raise BadTokenError
    claims = Claims(**json.loads(base64.urlsafe_b64decode(payload)))
    if claims.expires_at <= now:
        raise ExpiredTokenError
    return claims


def _signature(payload: str) -> str:
    return hmac.new(_KEY, payload.encode(), hashlib.sha256).hexdigest()
