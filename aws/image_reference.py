"""References of container images (E05): one grammar for the environment file, the modules, SSM and deployments.

The grammar is Docker's (`distribution/reference`), with two differences: the registry is required, so that a reference
means the same everywhere, and so is either a tag or a digest, but not both.
"""

import re
from dataclasses import dataclass
from typing import Self

from aws.account import Account

MOVING_TAGS = frozenset({"edge", "latest", "main", "master", "nightly", "stable"})
"""Tags that are routinely moved to newer images: tomorrow the same tag may name a different one."""

MAX_CHARACTERS = 512
"""The longest reference that is accepted."""

_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
# As Docker does: a first part without a dot or a port is the start of a Docker Hub repository, but for `localhost`.
_REGISTRY = rf"(?:{_LABEL}(?:\.{_LABEL})+(?::[0-9]+)?|{_LABEL}:[0-9]+|localhost)"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = "sha256:[0-9a-f]{64}"

IMAGE_PATTERN = f"{_REGISTRY}(?:/{_COMPONENT})+(?::{_TAG}|@{_DIGEST})"
"""The grammar as a regular expression, for the whole text. The length is not in it."""

_REFERENCE = re.compile(
    f"(?P<registry>{_REGISTRY})/(?P<repository>{_COMPONENT}(?:/{_COMPONENT})*)"
    f"(?::(?P<tag>{_TAG})|@(?P<digest>{_DIGEST}))"
)
_ECR_HOST = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")

ALLOWED = 'a complete reference with registry, repository and tag or digest, such as "public.ecr.aws/team/web:1.4.2"'
"""What a reference has to be, for error messages."""


@dataclass(frozen=True, kw_only=True)
class ImageReference:
    """A complete reference: it says which registry, which repository, and which image in it."""

    registry: str
    """Host name of the registry, with its port if it has one, such as `public.ecr.aws` or `localhost:5000`."""

    repository: str
    """Repository in the registry, such as `team/web`."""

    tag: str | None = None
    """Tag, such as `1.4.2`. None where the digest names the image."""

    digest: str | None = None
    """Digest, `sha256:` and 64 hexadecimal digits. None where the tag names the image."""

    def __post_init__(self) -> None:
        """Refuse parts that are not a complete reference."""
        if (self.tag is None) == (self.digest is None) or not self.is_complete(str(self)):
            raise ValueError(f'"{self}" is not {ALLOWED}')

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a reference.

        Raises:
            ValueError: a part is missing or has other characters, or the text is too long.
        """
        match = _REFERENCE.fullmatch(text)
        if match is None or len(text) > MAX_CHARACTERS:
            raise ValueError(f'"{text}" is not {ALLOWED}')
        return cls(**match.groupdict())

    @staticmethod
    def is_complete(text: str) -> bool:
        """Return whether a text is a complete reference."""
        return len(text) <= MAX_CHARACTERS and _REFERENCE.fullmatch(text) is not None

    @staticmethod
    def ssm_pattern() -> str:
        """Return the grammar as the `AllowedPattern` of an SSM parameter, so that no other text can be written."""
        return f"^(?=.{{1,{MAX_CHARACTERS}}}$){IMAGE_PATTERN}$"

    @property
    def is_moving(self) -> bool:
        """Whether the tag is one of `MOVING_TAGS`."""
        return self.tag in MOVING_TAGS

    @property
    def ecr_account(self) -> Account | None:
        """Account and region of the image, where the registry is ECR's private one. None for other registries."""
        match = _ECR_HOST.fullmatch(self.registry)
        return None if match is None else Account.in_region(match["region"], match["account"])

    @property
    def repository_arn(self) -> str | None:
        """ARN of the repository in ECR. None for other registries."""
        account = self.ecr_account
        return None if account is None else account.arn("ecr", f"repository/{self.repository}")

    def __str__(self) -> str:
        """Return the reference as text."""
        return f"{self.registry}/{self.repository}" + (f":{self.tag}" if self.digest is None else f"@{self.digest}")
