"""Groups and users of ElastiCache."""

import pytest

from tests.local.in_use import holders
from tests.local.in_use.refusals import refused

pytestmark = pytest.mark.slow


@pytest.fixture
def cache(client):
    return client("elasticache")


def test_a_subnet_group_and_its_subnets_stay_while_a_cache_is_in_them(client, cache, network):
    undo = holders.cache(client, network)
    with refused("CacheSubnetGroupInUse", "Cache subnet group holds is currently in use by a cache cluster."):
        cache.delete_cache_subnet_group(CacheSubnetGroupName="holds")
    kept, left_out = network.subnet_ids
    with refused("SubnetInUse", f"The following subnets are in use: {left_out}"):
        cache.modify_cache_subnet_group(CacheSubnetGroupName="holds", SubnetIds=[kept])
    (group,) = cache.describe_cache_subnet_groups(CacheSubnetGroupName="holds")["CacheSubnetGroups"]
    assert len(group["Subnets"]) == 2
    undo()


def test_a_subnet_group_gets_another_subnet_and_keeps_its_description(cache, network):
    one, both = network.subnet_ids[:1], network.subnet_ids
    cache.create_cache_subnet_group(CacheSubnetGroupName="grows", CacheSubnetGroupDescription="grows", SubnetIds=one)
    changed = cache.modify_cache_subnet_group(CacheSubnetGroupName="grows", SubnetIds=both)["CacheSubnetGroup"]
    assert cache.describe_cache_subnet_groups(CacheSubnetGroupName="grows")["CacheSubnetGroups"] == [changed]
    assert ([each["SubnetIdentifier"] for each in changed["Subnets"]], changed["CacheSubnetGroupDescription"]) == (
        both,
        "grows",
    )
    cache.delete_cache_subnet_group(CacheSubnetGroupName="grows")


def test_a_parameter_group_and_a_user_group_stay_while_a_cache_has_them(cache):
    cache.create_cache_parameter_group(
        CacheParameterGroupName="used", CacheParameterGroupFamily="valkey8", Description="used"
    )
    cache.create_user_group(UserGroupId="used", Engine="valkey")
    cache.create_replication_group(
        ReplicationGroupId="uses",
        ReplicationGroupDescription="uses",
        Engine="valkey",
        CacheNodeType="cache.t4g.small",
        CacheParameterGroupName="used",
        UserGroupIds=["used"],
    )
    words = "One or more cache clusters are still members of this parameter group used, so the group cannot be deleted."
    with refused("InvalidCacheParameterGroupState", words):
        cache.delete_cache_parameter_group(CacheParameterGroupName="used")
    words = "User group used is associated with a replication group and cannot be deleted."
    with refused("InvalidUserGroupState", words):
        cache.delete_user_group(UserGroupId="used")
    assert cache.describe_user_groups(UserGroupId="used")["UserGroups"][0]["ReplicationGroups"] == ["uses"]
    cache.delete_replication_group(ReplicationGroupId="uses")
    cache.delete_cache_parameter_group(CacheParameterGroupName="used")
    cache.delete_user_group(UserGroupId="used")


def test_a_user_leaves_its_groups_but_a_default_user_stays(cache):
    for user_id, name in (("first-default", "default"), ("app", "app")):
        cache.create_user(
            UserId=user_id, UserName=name, Engine="valkey", AccessString="off -@all", NoPasswordRequired=True
        )
    cache.create_user_group(UserGroupId="both", Engine="valkey", UserIds=["first-default", "app"])
    words = "User first-default is associated to user group as the default user and cannot be deleted."
    with refused("DefaultUserAssociatedToUserGroup", words):
        cache.delete_user(UserId="first-default")
    cache.delete_user(UserId="app")
    assert cache.describe_user_groups(UserGroupId="both")["UserGroups"][0]["UserIds"] == ["first-default"]
    cache.delete_user_group(UserGroupId="both")
    cache.delete_user(UserId="first-default")
