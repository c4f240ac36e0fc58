"""The base of every section of an environment file, and the small types that several sections share."""

import ipaddress
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema

from aws.quotas import HOST_NAME_CHARACTERS
from aws.regions import ZONE_PATTERN
from config.docstrings import field_docstrings
from config.pattern import Pattern

LOG_RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""What CloudWatch Logs accepts as `retentionInDays`."""


class InvalidFieldError(AttributeError):
    """A rule read a field of a partial model whose value is missing or invalid (see `config.partial`)."""


class Section(BaseModel):
    """A table of an environment file: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe each key by the docstring of its field."""
        described = handler(schema)
        properties = handler.resolve_ref_schema(described).get("properties", {})
        for name, text in field_docstrings(cls).items():
            if name in properties:
                properties[name].setdefault("description", text)
        return described

    if not TYPE_CHECKING:  # as in pydantic: a type checker that saw it would accept any attribute

        def __getattr__(self, name: str) -> Any:
            """Called where an attribute is absent: a field of a partial model, or else a bug."""
            if name in type(self).model_fields:
                raise InvalidFieldError(f"{type(self).__name__}.{name} is missing or invalid")
            return super().__getattr__(name)


_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"


def _cidr(value: str) -> str:
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        why = f" ({error})" if len(value) <= len("255.255.255.255/255.255.255.255") else ""
        raise ValueError(f'an IPv4 block such as "10.20.0.0/16"{why}') from error
    return str(network)


def _log_retention(value: int) -> int:
    if value not in LOG_RETENTION_DAYS:
        raise ValueError(f"one of the days that CloudWatch Logs keeps: {', '.join(map(str, LOG_RETENTION_DAYS))}")
    return value


Cidr = Annotated[
    str,
    AfterValidator(_cidr),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^{_OCTET}(?:\.{_OCTET}){{3}}/(?:[12]?\d|3[0-2])$",
            "$comment": "an IPv4 range in CIDR notation, with no bits set after the prefix",
            "examples": ["10.20.0.0/16"],
        }
    ),
]
"""An IPv4 CIDR block with no host bits set."""

LogRetentionDays = Annotated[
    int, AfterValidator(_log_retention), WithJsonSchema({"type": "integer", "enum": list(LOG_RETENTION_DAYS)})
]
"""Days that a log group keeps its events; one of `LOG_RETENTION_DAYS`."""

Word = Annotated[
    str,
    Pattern(
        r"[a-z](?:-?[a-z0-9])*",
        "lower-case letters, digits and single hyphens, starting with a letter, not ending with a hyphen",
        "web",
    ),
]
"""A name that ends up in the names of AWS resources."""

ShortWord = Annotated[Word, StringConstraints(max_length=16)]
"""A `Word` of at most 16 characters, so that names built from several of them stay within AWS's limits."""

ZoneName = Annotated[
    str,
    Pattern(ZONE_PATTERN, 'the name of an availability zone, such as "eu-west-1a"', "eu-west-1a"),
]
"""An availability zone by name; synth never queries AWS for zones (N01)."""

_LABELS = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"

HostName = Annotated[
    str,
    StringConstraints(max_length=HOST_NAME_CHARACTERS),
    Pattern(
        rf"(?:\*\.)?{_LABELS}",
        'a DNS name in lower case such as "app.example.com", without a trailing dot',
        "app.example.com",
    ),
]
"""A fully qualified DNS name without trailing dot, as a listener rule takes it; a wildcard only as the first label."""

ZoneDomain = Annotated[
    str,
    StringConstraints(max_length=HOST_NAME_CHARACTERS),
    Pattern(_LABELS, 'a DNS name in lower case such as "example.com", without a trailing dot', "example.com"),
]
"""The name of a hosted zone. Host names are this name or longer, so it is no longer than they may be."""

EmailAddress = Annotated[
    str,
    Pattern(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", "an e-mail address", "oncall@example.com"
    ),
]
"""An e-mail address, as browsers accept it in forms."""

CertificateArn = Annotated[
    str,
    Pattern(
        r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+",
        'the ARN of an ACM certificate, such as "arn:aws:acm:eu-west-1:123456789012:certificate/…"',
        "arn:aws:acm:eu-west-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
    ),
]
"""An existing certificate in ACM (E11)."""

KmsKeyArn = Annotated[
    str,
    Pattern(
        r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[a-z0-9-]{1,64}",
        "the ARN of a KMS key, not of an alias",
        "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
]
"""A customer-managed KMS key of somebody else."""

DailyWindow = Annotated[
    str,
    Pattern(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", 'a window in UTC such as "03:00-04:00"', "03:00-04:00"),
]
"""A daily window in UTC, `hh:mm-hh:mm`."""

WeeklyWindow = Annotated[
    str,
    Pattern(
        r"(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d",
        'a weekly window in UTC such as "sun:04:30-sun:05:30"',
        "sun:04:30-sun:05:30",
    ),
]
"""A weekly window in UTC, `ddd:hh:mm-ddd:hh:mm`."""

Version = Annotated[int, Field(ge=1, le=1_000_000)]
"""A number that is increased to rotate a secret."""

Percent = Annotated[int, Field(ge=0, le=100)]

Kind = Literal["development", "staging", "production"]
