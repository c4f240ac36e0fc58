"""The `[aws]` section: account and region."""

from typing import Annotated

from aws import regions
from aws.account import Account
from config.base import Section
from config.pattern import PORT, Pattern

Region = Annotated[
    str,
    Pattern(regions.REGION_PATTERN, 'the name of a region, such as "eu-west-1"', "eu-west-1", regions.similar_region),
]


class Aws(Section):
    """The AWS account and region of the environment."""

    region: Region
    """Region of all resources."""

    account_id: Annotated[str, Pattern(r"\d{12}", 'twelve digits in quotes, such as "123456789012"', "123456789012")]
    """Id of the AWS account. Terraform refuses to run with credentials of any other account."""

    endpoint_url: (
        Annotated[
            str,
            Pattern(
                rf"http://(127\.0\.0\.1|localhost):{PORT}",
                "an address on loopback with a port from 1 to 65535, such as http://127.0.0.1:5999",
                "http://127.0.0.1:5999",
            ),
        ]
        | None
    ) = None
    """Address of an emulated AWS on this machine. Leave it out for AWS. Default: AWS."""

    @property
    def account(self) -> Account:
        """The account in the region, for the ARNs of what is in it."""
        return Account.in_region(self.region, self.account_id)
