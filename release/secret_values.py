"""Secrets that people fill in: whether they have a value, and setting one.

No value is read from AWS. One that is set passes through this process alone: it is in no argument, file, log or
traceback.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from release.aws import Aws, error_code
from release.errors import FailedError, RefusedError

State = Literal["set", "empty", "missing", "deleted", "unknown"]
"""`deleted`: it is, at the end of its recovery window. `unknown`: these credentials may not see it."""

MAX_BYTES = 65536
"""Secrets Manager's limit of a value."""
_DENIED = ("AccessDenied", "AccessDeniedException")
_SSM_PARAMETER = ":parameter/"


class SecretValue:
    """A value that is never shown.

    Args:
        text: the value.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The value."""
        return self._text

    def __repr__(self) -> str:
        return "SecretValue(…)"


@dataclass(frozen=True, kw_only=True)
class PersonsSecret:
    """A secret whose value a person has to set."""

    key: str
    """Its name on the command line, such as `git-dags`."""
    secret_id: str
    """Name or ARN in AWS."""
    purpose: str
    """What the value is."""
    kind: Literal["text", "token", "ssh-key"] = "text"
    is_own: bool = False
    """Whether the data layer creates it."""

    @property
    def is_parameter(self) -> bool:
        """Whether it is an SSM parameter."""
        return _SSM_PARAMETER in self.secret_id


def secret_state(aws: Aws, secret: PersonsSecret) -> State:
    """Return whether a secret has a value, without reading it."""
    from botocore.exceptions import ClientError

    try:
        if secret.is_parameter:
            name = "/" + secret.secret_id.partition(_SSM_PARAMETER)[2]
            filters = [{"Key": "Name", "Option": "Equals", "Values": [name, name[1:]]}]
            listed = aws.client("ssm").describe_parameters(ParameterFilters=filters)["Parameters"]
            return "set" if listed else "missing"
        described = aws.client("secretsmanager").describe_secret(SecretId=secret.secret_id)
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return "missing"
        if error_code(error) in _DENIED:
            return "unknown"
        raise
    if described.get("DeletedDate"):
        return "deleted"
    stages = described.get("VersionIdsToStages") or {}
    return "set" if any("AWSCURRENT" in names for names in stages.values()) else "empty"


def put_value(aws: Aws, secret: PersonsSecret, value: SecretValue) -> None:
    """Give a secret a new value.

    Raises:
        RefusedError: it does not exist, or these credentials may not.
        FailedError: AWS refused it, or cannot be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    client = aws.client("secretsmanager")
    problem = code = ""
    with _silent_logs():
        try:
            client.put_secret_value(SecretId=secret.secret_id, SecretString=value.reveal())
        except ClientError as error:
            code = error_code(error)
            problem = f"AWS refused the value of {secret.key} ({code})."
        except BotoCoreError as error:
            problem = f"The value of {secret.key} was not set: AWS cannot be reached ({type(error).__name__})."
    # Here, so that no exception of botocore's is its context: AWS's own words may repeat the value, and its frames do.
    if code in _DENIED:
        raise RefusedError(f"These credentials may not set {secret.secret_id} (secretsmanager:PutSecretValue).")
    if code == "ResourceNotFoundException":
        raise RefusedError(f"There is no secret {secret.secret_id}.")
    if problem:
        raise FailedError(problem)


@contextmanager
def _silent_logs() -> Iterator[None]:
    """No log of any library: at its finest level botocore writes whole requests."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
