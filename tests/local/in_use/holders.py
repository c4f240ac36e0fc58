"""What holds network interfaces: how each is made in a network, and how it goes."""

from collections.abc import Callable
from typing import Any

from tests.local.in_use.conftest import Network
from tests.support.service_roles import make_service_role

Client = Callable[[str], Any]
Undo = Callable[[], Any]
READ = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}


def load_balancer(client: Client, network: Network) -> Undo:
    """An internal load balancer."""
    elbv2 = client("elbv2")
    arn = elbv2.create_load_balancer(
        Name="holds", Subnets=network.subnet_ids, SecurityGroups=[network.group_id], Scheme="internal"
    )["LoadBalancers"][0]["LoadBalancerArn"]
    return lambda: elbv2.delete_load_balancer(LoadBalancerArn=arn)


def endpoint(_client: Client, network: Network) -> Undo:
    """An interface endpoint."""
    name = network.ec2.create_vpc_endpoint(
        VpcId=network.vpc_id,
        ServiceName="com.amazonaws.eu-west-1.logs",
        VpcEndpointType="Interface",
        SubnetIds=network.subnet_ids,
        SecurityGroupIds=[network.group_id],
    )["VpcEndpoint"]["VpcEndpointId"]
    return lambda: network.ec2.delete_vpc_endpoints(VpcEndpointIds=[name])


def mount_targets(client: Client, network: Network) -> Undo:
    """Mount targets of a file system."""
    efs = client("efs")
    file_system = efs.create_file_system(CreationToken=network.vpc_id)["FileSystemId"]
    targets = [
        efs.create_mount_target(FileSystemId=file_system, SubnetId=subnet, SecurityGroups=[network.group_id])[
            "MountTargetId"
        ]
        for subnet in network.subnet_ids
    ]
    return lambda: [efs.delete_mount_target(MountTargetId=each) for each in targets]


def database(client: Client, network: Network) -> Undo:
    """A DB instance with a standby."""
    rds = client("rds")
    rds.create_db_subnet_group(
        DBSubnetGroupName="holds", DBSubnetGroupDescription="holds", SubnetIds=network.subnet_ids
    )
    rds.create_db_instance(
        DBInstanceIdentifier="holds",
        Engine="postgres",
        DBInstanceClass="db.t4g.small",
        AllocatedStorage=20,
        MasterUsername="windlass",
        MasterUserPassword="0123456789abcdef",
        DBSubnetGroupName="holds",
        VpcSecurityGroupIds=[network.group_id],
        MultiAZ=True,
    )

    def undo() -> None:
        rds.delete_db_instance(DBInstanceIdentifier="holds", SkipFinalSnapshot=True)
        rds.delete_db_subnet_group(DBSubnetGroupName="holds")

    return undo


def proxy(client: Client, network: Network) -> Undo:
    """An RDS Proxy."""
    rds, secrets = client("rds"), client("secretsmanager")
    arn = secrets.create_secret(Name="holds", SecretString="{}")["ARN"]
    rds.create_db_proxy(
        DBProxyName="holds",
        EngineFamily="POSTGRESQL",
        Auth=[{"AuthScheme": "SECRETS", "SecretArn": arn}],
        RoleArn=make_service_role(client("iam"), "holds", "rds", READ),
        VpcSubnetIds=network.subnet_ids,
        VpcSecurityGroupIds=[network.group_id],
    )

    def undo() -> None:
        rds.delete_db_proxy(DBProxyName="holds")
        secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)

    return undo


def cache(client: Client, network: Network) -> Undo:
    """A replication group."""
    elasticache = client("elasticache")
    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName="holds", CacheSubnetGroupDescription="holds", SubnetIds=network.subnet_ids
    )
    elasticache.create_replication_group(
        ReplicationGroupId="holds",
        ReplicationGroupDescription="holds",
        Engine="valkey",
        NumCacheClusters=2,
        CacheNodeType="cache.t4g.small",
        CacheSubnetGroupName="holds",
        SecurityGroupIds=[network.group_id],
    )

    def undo() -> None:
        elasticache.delete_replication_group(ReplicationGroupId="holds")
        elasticache.delete_cache_subnet_group(CacheSubnetGroupName="holds")

    return undo


def service(client: Client, network: Network) -> Undo:
    """A service of ECS that wants a task."""
    ecs = client("ecs")
    make_service(ecs, network)
    return lambda: ecs.delete_service(cluster="holds", service="web", force=True)


def make_service(ecs: Any, network: Network, **settings: Any) -> None:
    """A service `web` in a cluster `holds`."""
    ecs.create_cluster(clusterName="holds")
    ecs.register_task_definition(
        family="holds",
        networkMode="awsvpc",
        containerDefinitions=[{"name": "web", "image": "web:1", "memory": 512}],
    )
    ecs.create_service(
        cluster="holds",
        serviceName="web",
        taskDefinition="holds",
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=network_of(network),
        **settings,
    )


def network_of(network: Network) -> dict[str, Any]:
    """`networkConfiguration` of ECS."""
    return {"awsvpcConfiguration": {"subnets": network.subnet_ids, "securityGroups": [network.group_id]}}
