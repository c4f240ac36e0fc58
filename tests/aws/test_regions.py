"""Names of regions and zones, and the partitions that they are in."""

import boto3
import pytest

from aws.regions import KNOWN_REGIONS, dns_suffix, is_region, is_zone, partition_of, region_of_zone, similar_region

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")


@pytest.mark.parametrize("partition", PARTITIONS)
def test_every_region_that_the_sdk_knows_has_an_accepted_name_and_the_right_partition(partition: str) -> None:
    regions = boto3.Session().get_available_regions("ecs", partition_name=partition)
    assert regions
    for region in regions:
        assert is_region(region), region
        assert partition_of(region) == partition


def test_every_known_region_has_an_accepted_name() -> None:
    assert [region for region in KNOWN_REGIONS if not is_region(region)] == []


@pytest.mark.parametrize("name", ["eu-wset-1", "eu-west", "eu-west-0", "eu-west-1a", "xx-west-1", "EU-WEST-1", ""])
def test_what_does_not_follow_the_scheme_is_no_region(name: str) -> None:
    assert not is_region(name)


@pytest.mark.parametrize(
    ("mistyped", "meant"), [("eu-wset-1", "eu-west-1"), ("us-eats-2", "us-east-2"), ("moon", None)]
)
def test_a_mistyped_region_gets_a_suggestion(mistyped: str, meant: str | None) -> None:
    assert similar_region(mistyped) == meant


def test_a_zone_is_a_region_and_a_letter() -> None:
    assert is_zone("ap-southeast-2c")
    assert region_of_zone("us-gov-east-1b") == "us-gov-east-1"
    for name in ("eu-west-1", "eu-wset-1a", "eu-west-1ab", "us-west-2-lax-1a"):
        assert not is_zone(name)
    with pytest.raises(ValueError, match='zone is "eu-west-1"; an availability zone such as "eu-west-1a" is expected'):
        region_of_zone("eu-west-1")


def test_only_chinas_endpoints_have_a_domain_of_their_own() -> None:
    assert [dns_suffix(each) for each in PARTITIONS] == ["amazonaws.com", "amazonaws.com.cn", "amazonaws.com"]
