"""A proxy of RDS can be changed, and the data plane knows its target instance."""

import pytest

from local.dataplane.desired_state.store_reader import databases
from tests.support.service_roles import make_service_role

READ = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}


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
    secret = client("secretsmanager").create_secret(Name="login", SecretString="{}")["ARN"]
    rds.create_db_proxy(
        DBProxyName="shares",
        EngineFamily="POSTGRESQL",
        Auth=[{"AuthScheme": "SECRETS", "SecretArn": secret}],
        RoleArn=make_service_role(client("iam"), "proxy", "rds", READ),
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


def test_a_proxy_that_may_not_read_its_logins_serves_nobody_until_it_may(client, rds):
    client("iam").delete_role_policy(RoleName="proxy", PolicyName="own")
    (target,) = rds.describe_db_proxy_targets(DBProxyName="shares")["Targets"]
    assert (target["TargetHealth"]["State"], target["TargetHealth"]["Reason"]) == ("UNAVAILABLE", "AUTH_FAILURE")
    assert "secretsmanager:GetSecretValue" in target["TargetHealth"]["Description"]
    result = {each.identifier: each for each in databases(rds)}
    assert (len(result["before"].names), result["before"].proxy_ports) == (1, ())
    make_service_role(client("iam"), "proxy", "rds", READ)
    assert len({each.identifier: each for each in databases(rds)}["before"].names) == 2


def test_a_proxy_with_a_role_that_does_not_trust_rds_serves_nobody(client, rds):
    rds.modify_db_proxy(DBProxyName="shares", RoleArn=make_service_role(client("iam"), "tasks", "ecs-tasks", READ))
    (target,) = rds.describe_db_proxy_targets(DBProxyName="shares")["Targets"]
    assert target["TargetHealth"]["Reason"] == "AUTH_FAILURE"
    assert "rds.amazonaws.com is not allowed to assume" in target["TargetHealth"]["Description"]
