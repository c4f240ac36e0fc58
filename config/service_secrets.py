"""A secret of a web service's container: one that Windlass creates, or one that exists."""

from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler, StringConstraints, TypeAdapter, model_validator
from pydantic_core import CoreSchema

from config.base import Section
from config.pattern import Pattern

_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:stripe-AbCdEf"

ExistingSecretArn = Annotated[
    str,
    Pattern(
        r"arn:aws[a-z-]*:(secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}"
        r"|ssm:[a-z0-9-]+:\d{12}:parameter/[\w/.-]+)",
        "the whole ARN of a Secrets Manager secret, with the six characters at its end, or of an SSM parameter",
        _ARN,
    ),
]
"""The ARN as IAM compares it: without its last six characters a secret's would match nothing."""


SecretName = Annotated[
    str,
    StringConstraints(max_length=64),
    Pattern(
        r"[a-z](?:-?[a-z0-9])*",
        "lower-case letters, digits and single hyphens, starting with a letter, not ending with a hyphen",
        "stripe-api-key",
    ),
]
"""The last part of a secret's name."""


class ServiceSecret(Section):
    """Where the value of a secret comes from: either `name` or `arn`. A text in place of the table is the `arn`."""

    name: SecretName | None = None
    """Name below `<project>/<environment>/<service>/` of a secret that Windlass creates, empty. `./windlass secrets`
    fills it in, before the first apply of the service layer. Default: `arn` names one that exists."""

    arn: ExistingSecretArn | None = None
    """ARN of a secret that exists, in the environment's region. Its key goes into `kms_key_arns`, unless it is AWS's.
    Default: `name` says what Windlass creates."""

    json_key: Annotated[str, Pattern(r"[\w.-]{1,128}", "letters, digits, . - and _", "api_key")] | None = None
    """One key of a secret whose value is a JSON object. An SSM parameter has none. Default: the whole value."""

    @model_validator(mode="before")
    @classmethod
    def _of_an_arn(cls, value: Any) -> Any:
        return {"arn": value} if isinstance(value, str) else value

    @property
    def is_parameter(self) -> bool:
        """Whether it is an SSM parameter."""
        return self.arn is not None and ":ssm:" in self.arn


class _OrArn:
    """Annotation of a secret in whose place the ARN alone may stand: its JSON Schema says so."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [TypeAdapter(ExistingSecretArn).json_schema(), handler(schema)]}


SecretSource = Annotated[ServiceSecret, _OrArn()]
"""A secret as the file writes it: a table, or the ARN alone."""
