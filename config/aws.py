"""Where in AWS an environment lives, and where its Terraform state does."""

from typing import Annotated

from pydantic import AfterValidator

from aws.account import Account
from aws.regions import REGION_PATTERN, is_region, similar_region
from config.base import Section, _matching


_ALLOWED = 'the name of a region, such as "eu-west-1"'


def _suggest_region(name: str) -> str:
    if not is_region(name) and (similar := similar_region(name)) is not None:
        raise ValueError(f'{_ALLOWED}; did you mean "{similar}"?')
    return name


Region = Annotated[
    str,
    AfterValidator(_suggest_region),
    _matching(REGION_PATTERN, _ALLOWED),
]
"""A region by name. Only the form is checked: AWS adds regions, and an environment file is checked without AWS."""


class Aws(Section):
    """The account and region that everything of this environment is made in."""

    region: Region
    """Region, such as `eu-west-1`."""

    account_id: Annotated[str, _matching(r"\d{12}", 'twelve digits in quotes, such as "123456789012"')]
    """The account; Terraform refuses to touch any other."""

    endpoint_url: (
        Annotated[
            str,
            _matching(
                r"http://(127\.0\.0\.1|localhost):\d{2,5}",
                "an address on loopback with a port, such as http://127.0.0.1:5999",
            ),
        ]
        | None
    ) = None
    """Address of an embedded AWS on loopback. Default: none, the real AWS."""

    @property
    def account(self) -> Account:
        """The account in the region, for the ARNs of what is in it."""
        return Account.in_region(self.region, self.account_id)

    @property
    def partition(self) -> str:
        """`aws`, or `aws-cn` and `aws-us-gov` for the regions that are in those."""
        return self.account.partition
