"""A proxy of RDS can be changed, and the data plane knows its target instance."""

import pytest

from local.dataplane.desired_state.store_reader import databases


@pytest.fixture(scope="module")
def rds(client):
    ec2, rds = client("ec2"), client("rds")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.0.{n}.0/24")["Subnet"]["SubnetId"] for n in (0, 1)]
    for name, port in (("before", 15432), ("alone", 15433)):
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            EngineVersion="16",
            DBInstanceClass="db.t4g.small",
            AllocatedStorage=20,
            MasterUsername="windlass",
            MasterUserPassword="0123456789abcdef",
            Port=port,
        )
    rds.create_db_proxy(
        DBProxyName="shares",
        EngineFamily="POSTGRESQL",
        Auth=[{"AuthScheme": "SECRETS", "SecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf"}],
        RoleArn="arn:aws:iam::123456789012:role/proxy",
        VpcSubnetIds=subnets,
        RequireTLS=True,
    )
    rds.register_db_proxy_targets(DBProxyName="shares", DBInstanceIdentifiers=["before"])
    return rds


def test_what_is_changed_stays_changed_and_the_rest_stays(rds):
    rds.modify_db_proxy(DBProxyName="shares", IdleClientTimeout=900)
    (proxy,) = rds.describe_db_proxies(DBProxyName="shares")["DBProxies"]
    assert (proxy["IdleClientTimeout"], proxy["RequireTLS"], len(proxy["Auth"])) == (900, True, 1)


def test_a_proxy_that_is_not_there_cannot_be_changed(rds):
    with pytest.raises(rds.exceptions.DBProxyNotFoundFault):
        rds.modify_db_proxy(DBProxyName="nobody", IdleClientTimeout=900)


def test_a_proxy_is_another_name_of_its_instance(rds):
    (proxy,) = rds.describe_db_proxies()["DBProxies"]
    result = {each.identifier: each for each in databases(rds)}
    assert result["before"].names[1:] == (proxy["Endpoint"],)
    assert result["before"].proxy_ports == (5432,)
    assert (len(result["alone"].names), result["alone"].proxy_ports) == (1, ())
