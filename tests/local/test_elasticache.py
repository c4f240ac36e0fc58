import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def cache(client):
    return client("elasticache")


def test_a_parameter_group_keeps_its_values_and_tags(cache):
    group = cache.create_cache_parameter_group(
        CacheParameterGroupName="valkey-values",
        CacheParameterGroupFamily="valkey8",
        Description="values",
        Tags=[{"Key": "Project", "Value": "windlass"}],
    )["CacheParameterGroup"]
    values = [{"ParameterName": "maxmemory-policy", "ParameterValue": "noeviction"}]
    cache.modify_cache_parameter_group(CacheParameterGroupName="valkey-values", ParameterNameValues=values)

    described = cache.describe_cache_parameter_groups(CacheParameterGroupName="valkey-values")["CacheParameterGroups"]
    parameters = cache.describe_cache_parameters(CacheParameterGroupName="valkey-values", Source="user")["Parameters"]
    assert [(each["CacheParameterGroupFamily"], each["Description"]) for each in described] == [("valkey8", "values")]
    assert [(each["ParameterName"], each["ParameterValue"], each["Source"]) for each in parameters] == [
        ("maxmemory-policy", "noeviction", "user")
    ]
    assert cache.list_tags_for_resource(ResourceName=group["ARN"])["TagList"] == [
        {"Key": "Project", "Value": "windlass"}
    ]

    cache.reset_cache_parameter_group(CacheParameterGroupName="valkey-values", ParameterNameValues=values)
    assert cache.describe_cache_parameters(CacheParameterGroupName="valkey-values")["Parameters"] == []
    cache.delete_cache_parameter_group(CacheParameterGroupName="valkey-values")
    with pytest.raises(ClientError, match="CacheParameterGroupNotFound"):
        cache.describe_cache_parameter_groups(CacheParameterGroupName="valkey-values")


def test_a_user_group_holds_the_users_it_is_given(cache):
    for name in ("anna", "bert"):
        cache.create_user(
            UserId=name, UserName=name, Engine="valkey", AccessString="on ~* +@all", Passwords=["0123456789abcdef"]
        )
    cache.create_user_group(UserGroupId="people", Engine="valkey", UserIds=["anna"])

    cache.modify_user_group(UserGroupId="people", UserIdsToAdd=["bert"], UserIdsToRemove=["anna"])

    group = cache.describe_user_groups(UserGroupId="people")["UserGroups"][0]
    assert (group["UserIds"], group["Engine"], group["Status"]) == (["bert"], "valkey", "active")
    with pytest.raises(ClientError, match="UserNotFound"):
        cache.create_user_group(UserGroupId="nobody", Engine="valkey", UserIds=["nobody"])
    cache.delete_user_group(UserGroupId="people")
    with pytest.raises(ClientError, match="UserGroupNotFound"):
        cache.describe_user_groups(UserGroupId="people")


def _members(cache):
    return cache.describe_replication_groups(ReplicationGroupId="tasks")["ReplicationGroups"][0]["MemberClusters"]


def test_a_replication_group_has_its_members_changes_and_an_end(cache, subnet_ids):
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="isolated", CacheSubnetGroupDescription="isolated", SubnetIds=subnet_ids
    )
    cache.create_user(
        UserId="owner", UserName="owner", Engine="valkey", AccessString="on ~* +@all", Passwords=["0123456789abcdef"]
    )
    cache.create_user_group(UserGroupId="owners", Engine="valkey", UserIds=["owner"])
    cache.create_replication_group(
        ReplicationGroupId="tasks",
        ReplicationGroupDescription="tasks",
        Engine="valkey",
        EngineVersion="8.0",
        CacheNodeType="cache.t4g.small",
        NumCacheClusters=3,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        TransitEncryptionEnabled=True,
        TransitEncryptionMode="required",
        AtRestEncryptionEnabled=True,
        CacheSubnetGroupName="isolated",
        UserGroupIds=["owners"],
        SnapshotRetentionLimit=7,
        SnapshotWindow="01:00-02:00",
    )

    group = cache.describe_replication_groups(ReplicationGroupId="tasks")["ReplicationGroups"][0]
    assert group["MemberClusters"] == ["tasks-001", "tasks-002", "tasks-003"]
    assert group["UserGroupIds"] == ["owners"]
    assert cache.describe_user_groups(UserGroupId="owners")["UserGroups"][0]["ReplicationGroups"] == ["tasks"]
    member = cache.describe_cache_clusters(CacheClusterId="tasks-002")["CacheClusters"][0]
    assert (member["Engine"], member["EngineVersion"], member["CacheSubnetGroupName"]) == (
        "valkey",
        "8.0.0",
        "isolated",
    )
    assert member["CacheParameterGroup"]["CacheParameterGroupName"] == "default.valkey8"
    assert (member["TransitEncryptionEnabled"], member["AtRestEncryptionEnabled"]) == (True, True)

    cache.modify_replication_group(
        ReplicationGroupId="tasks",
        SnapshotWindow="04:00-05:00",
        PreferredMaintenanceWindow="mon:05:00-mon:06:00",
        UserGroupIdsToRemove=["owners"],
        ApplyImmediately=True,
    )

    changed = cache.describe_replication_groups(ReplicationGroupId="tasks")["ReplicationGroups"][0]
    assert (changed["SnapshotWindow"], changed["UserGroupIds"]) == ("04:00-05:00", [])
    member = cache.describe_cache_clusters(CacheClusterId="tasks-001")["CacheClusters"][0]
    assert member["PreferredMaintenanceWindow"] == "mon:05:00-mon:06:00"

    cache.increase_replica_count(ReplicationGroupId="tasks", NewReplicaCount=4, ApplyImmediately=True)
    assert len(_members(cache)) == 5
    cache.decrease_replica_count(ReplicationGroupId="tasks", NewReplicaCount=1, ApplyImmediately=True)
    assert _members(cache) == ["tasks-001", "tasks-002"]

    cache.delete_replication_group(ReplicationGroupId="tasks")
    with pytest.raises(ClientError, match="ReplicationGroupNotFoundFault"):
        cache.describe_replication_groups(ReplicationGroupId="tasks")
    cache.delete_cache_subnet_group(CacheSubnetGroupName="isolated")
    with pytest.raises(ClientError, match="CacheSubnetGroupNotFoundFault"):
        cache.describe_cache_subnet_groups(CacheSubnetGroupName="isolated")


def test_addresses_are_in_the_region(cache):
    cache.create_replication_group(
        ReplicationGroupId="region",
        ReplicationGroupDescription="d",
        Engine="valkey",
        CacheNodeType="cache.t4g.micro",
        NumCacheClusters=2,
    )
    (group,) = cache.describe_replication_groups(ReplicationGroupId="region")["ReplicationGroups"]
    (nodes,) = group["NodeGroups"]
    members = [each["ReadEndpoint"] for each in nodes["NodeGroupMembers"]]
    endpoints = [nodes["PrimaryEndpoint"], nodes["ReaderEndpoint"], *members]
    assert len(endpoints) == 4
    assert all(each["Address"].endswith(".euw1.cache.amazonaws.com") for each in endpoints)
    cache.delete_replication_group(ReplicationGroupId="region")


@pytest.mark.parametrize(
    ("region", "short"),
    [("eu-west-1", "euw1"), ("us-east-1", "use1"), ("ap-southeast-2", "apse2"), ("ca-central-1", "cac1")],
)
def test_short_names_of_regions(region, short):
    from local.extensions.elasticache_common import short_region

    assert short_region(region) == short
