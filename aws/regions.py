"""Regions, availability zones and partitions, as far as their names say.

AWS adds regions every year, so names are checked against AWS's naming scheme and not against a list: a mistyped region
is refused, and a new one works at once. Sources: "Regions, Availability Zones, and Local Zones" in the EC2 User Guide,
"Amazon Resource Names" in the AWS General Reference.
"""

import difflib
import re
from collections.abc import Mapping

_AREA = "af|ap|ca|cn|eu|il|me|mx|sa|us-gov|us"
_DIRECTION = "central|(?:north|south)(?:east|west)?|east|west"

REGION_PATTERN = rf"(?:{_AREA})-(?:{_DIRECTION})-[1-9]"
"""The name of a region: an area, a direction, a number. Isolated partitions and the European Sovereign Cloud, whose
regions are named otherwise, are not supported."""

ZONE_PATTERN = rf"{REGION_PATTERN}[a-z]"
"""The name of an availability zone: its region and a letter. Local Zones and Wavelength Zones have other names; they
have neither Multi-AZ databases nor NAT gateways."""

KNOWN_REGIONS = (
    *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"),
    *("ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5"),
    *("ap-southeast-7", "ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-1", "eu-central-2"),
    *("eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1"),
    *("me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1"),
    *("us-gov-west-1", "us-west-1", "us-west-2"),
)
"""Regions that existed when this was written; only for suggestions."""

_PARTITION_BY_PREFIX: Mapping[str, str] = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
_DNS_SUFFIX_BY_PARTITION: Mapping[str, str] = {"aws-cn": "amazonaws.com.cn"}


def is_region(name: str) -> bool:
    """Return whether a name follows AWS's scheme for regions, such as `eu-west-1`."""
    return re.fullmatch(REGION_PATTERN, name) is not None


def is_zone(name: str) -> bool:
    """Return whether a name follows AWS's scheme for availability zones, such as `eu-west-1a`."""
    return re.fullmatch(ZONE_PATTERN, name) is not None


def similar_region(name: str) -> str | None:
    """Return the known region whose name is closest to a mistyped one. None where none is close."""
    return next(iter(difflib.get_close_matches(name, KNOWN_REGIONS, n=1, cutoff=0.75)), None)


def region_of_zone(zone: str) -> str:
    """Return the region of an availability zone: `eu-west-1` for `eu-west-1a`.

    Raises:
        ValueError: the name is not that of a zone.
    """
    if not is_zone(zone):
        raise ValueError(f'zone is "{zone}"; an availability zone such as "eu-west-1a" is expected')
    return zone[:-1]


def partition_of(region: str) -> str:
    """Return the partition of a region: `aws`, or `aws-cn` and `aws-us-gov` for China's and GovCloud's regions."""
    matches = (partition for prefix, partition in _PARTITION_BY_PREFIX.items() if region.startswith(prefix))
    return next(matches, "aws")


def dns_suffix(partition: str) -> str:
    """Return the domain that the endpoints of a partition's services end in: `amazonaws.com`."""
    return _DNS_SUFFIX_BY_PARTITION.get(partition, "amazonaws.com")
