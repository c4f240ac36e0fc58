"""CloudFormation's dynamic references to Secrets Manager: `{{resolve:secretsmanager:…}}`."""

import json
import re
from typing import Any

from moto.cloudformation.exceptions import ValidationError

REFERENCE = re.compile(
    r"\{\{resolve:secretsmanager:"
    r"(?P<secret_id>arn:[^:}]*:secretsmanager:[^:}]*:[^:}]*:secret:[^:}]+|[^:}]+)"
    r"(?::SecretString(?::(?P<json_key>[^:}]*)(?::(?P<stage>[^:}]*)(?::(?P<version>[^:}]*))?)?)?)?"
    r"\}\}"
)


def resolve(text: str, secrets: Any) -> str:
    """Replace every reference in a text with the value of its secret.

    Args:
        text: A property of a template, such as `{{resolve:secretsmanager:ARN:SecretString:password::}}`.
        secrets: moto's Secrets Manager backend of the account and region.

    Raises:
        ValidationError: The secret, version or JSON key does not exist; the message is like CloudFormation's.
    """
    return REFERENCE.sub(lambda reference: _value(reference, secrets), text)


def _value(reference: re.Match[str], secrets: Any) -> str:
    secret_id, json_key = reference["secret_id"], reference["json_key"]
    try:
        secret = secrets.get_secret_value(secret_id, reference["version"] or "", reference["stage"] or "")
        secret_string = str(secret["SecretString"])
        return str(json.loads(secret_string)[json_key]) if json_key else secret_string
    except Exception as error:
        raise ValidationError(
            message=f"Could not resolve the dynamic reference to secret {secret_id}: {type(error).__name__}"
        ) from error
