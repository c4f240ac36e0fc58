"""What Elastic Load Balancing accepts as a name."""

import re

from aws.quotas import LOAD_BALANCER_NAME_CHARACTERS

_NAME = re.compile(r"(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")


def check_name(field: str, name: str, *, most: int = LOAD_BALANCER_NAME_CHARACTERS) -> None:
    """Refuse a name that Elastic Load Balancing would refuse. Terraform expressions pass unchecked.

    Args:
        field: the input that holds the name, for the message.
        name: the name.
        most: characters allowed; fewer than AWS's limit where something is added to the name.

    Raises:
        ValueError: the name is too long, has other characters, or starts with `internal-`.
    """
    if "${" in name:
        return
    if len(name) > most or not _NAME.fullmatch(name):
        raise ValueError(
            f'{field} is "{name}"; allowed are 1 to {most} letters, digits and hyphens, no hyphen at either end, '
            'not starting with "internal-"'
        )
