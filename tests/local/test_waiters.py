"""What clients wait for comes: botocore's waiters end, after a creation and after a deletion.

The AWS CLI, boto3 and the AWS provider wait for the same states and errors. A state that never comes, or an error with
another name, lets them ask until their time is over.
"""

from collections.abc import Callable
from typing import Any

import pytest

from local import interruptions
from tests.local.paged_operations import ASSUMED

ELB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
ID, UUID = "0123456789abcdef0", "00000000-0000-0000-0000-000000000000"
SUBNETS, NO_PARAMETERS = "CacheSubnetGroup", "CacheParameterGroupNotFound"
GATEWAY, RULE = "InvalidInternetGateway", "InvalidSecurityGroupRule"
AT_ONCE = {"Delay": 0, "MaxAttempts": 4}
Client = Callable[[str], Any]


def wait(api: Any, name: str, **arguments: Any) -> None:
    """Wait as the CLI does, for four answers."""
    api.get_waiter(name).wait(**arguments, WaiterConfig=AT_ONCE)


def test_rds(client: Client, subnet_ids: list[str]) -> None:
    rds = client("rds")
    rds.create_db_subnet_group(DBSubnetGroupName="waits", DBSubnetGroupDescription="d", SubnetIds=subnet_ids)
    rds.create_db_instance(
        DBInstanceIdentifier="waits",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="admin1",
        MasterUserPassword="not-a-secret",
        DBSubnetGroupName="waits",
    )
    wait(rds, "db_instance_available", DBInstanceIdentifier="waits")
    rds.create_db_snapshot(DBInstanceIdentifier="waits", DBSnapshotIdentifier="waits-1")
    wait(rds, "db_snapshot_available", DBSnapshotIdentifier="waits-1")
    rds.modify_db_instance(DBInstanceIdentifier="waits", AllocatedStorage=30, ApplyImmediately=True)
    wait(rds, "db_instance_available", DBInstanceIdentifier="waits")
    rds.delete_db_instance(DBInstanceIdentifier="waits", SkipFinalSnapshot=True)
    wait(rds, "db_instance_deleted", DBInstanceIdentifier="waits")
    rds.delete_db_snapshot(DBSnapshotIdentifier="waits-1")
    wait(rds, "db_snapshot_deleted", DBSnapshotIdentifier="waits-1")


def test_elasticache(client: Client) -> None:
    cache = client("elasticache")
    cache.create_replication_group(
        ReplicationGroupId="waits", ReplicationGroupDescription="d", Engine="valkey", CacheNodeType="cache.t4g.micro"
    )
    wait(cache, "replication_group_available", ReplicationGroupId="waits")
    (group,) = cache.describe_replication_groups(ReplicationGroupId="waits")["ReplicationGroups"]
    for member in group["MemberClusters"]:
        wait(cache, "cache_cluster_available", CacheClusterId=member)
    cache.delete_replication_group(ReplicationGroupId="waits")
    wait(cache, "replication_group_deleted", ReplicationGroupId="waits")
    for member in group["MemberClusters"]:
        wait(cache, "cache_cluster_deleted", CacheClusterId=member)


def test_elbv2(client: Client, subnet_ids: list[str]) -> None:
    elb = client("elbv2")
    (balancer,) = elb.create_load_balancer(Name="waits", Subnets=subnet_ids)["LoadBalancers"]
    arns = {"LoadBalancerArns": [balancer["LoadBalancerArn"]]}
    wait(elb, "load_balancer_exists", **arns)
    wait(elb, "load_balancer_available", **arns)
    elb.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
    wait(elb, "load_balancers_deleted", **arns)


def test_ecs(client: Client) -> None:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="waits")
    container = {"name": "web", "image": "web", "memory": 128}
    ecs.register_task_definition(family="waits", containerDefinitions=[container])
    ecs.create_service(cluster="waits", serviceName="waits", taskDefinition="waits", desiredCount=2)
    wait(ecs, "services_stable", cluster="waits", services=["waits"])
    ecs.update_service(cluster="waits", service="waits", desiredCount=1, forceNewDeployment=True)
    wait(ecs, "services_stable", cluster="waits", services=["waits"])
    ecs.delete_service(cluster="waits", service="waits", force=True)
    wait(ecs, "services_inactive", cluster="waits", services=["waits"])


def test_ec2(client: Client, subnet_ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    ec2 = client("ec2")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    monkeypatch.setattr(interruptions, "NAT_PENDING_SECONDS", 0.0)
    gateway = ec2.create_nat_gateway(SubnetId=subnet_ids[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    wait(ec2, "nat_gateway_available", NatGatewayIds=[gateway])
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    wait(ec2, "nat_gateway_deleted", NatGatewayIds=[gateway])
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    wait(ec2, "vpc_available", VpcIds=[vpc])
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.1.0/24")["Subnet"]["SubnetId"]
    wait(ec2, "subnet_available", SubnetIds=[subnet])
    group = ec2.create_security_group(GroupName="waits", Description="d", VpcId=vpc)["GroupId"]
    wait(ec2, "security_group_exists", GroupIds=[group])


def test_s3_and_dynamodb(client: Client) -> None:
    s3, dynamodb = client("s3"), client("dynamodb")
    s3.create_bucket(Bucket="waits", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    wait(s3, "bucket_exists", Bucket="waits")
    s3.put_object(Bucket="waits", Key="a", Body=b"1")
    wait(s3, "object_exists", Bucket="waits", Key="a")
    s3.delete_object(Bucket="waits", Key="a")
    wait(s3, "object_not_exists", Bucket="waits", Key="a")
    s3.delete_bucket(Bucket="waits")
    wait(s3, "bucket_not_exists", Bucket="waits")
    dynamodb.create_table(
        TableName="waits",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    wait(dynamodb, "table_exists", TableName="waits")
    dynamodb.delete_table(TableName="waits")
    wait(dynamodb, "table_not_exists", TableName="waits")


def test_route53_and_iam(client: Client) -> None:
    route53, iam = client("route53"), client("iam")
    created = route53.create_hosted_zone(Name="waits.example.", CallerReference="waits")
    wait(route53, "resource_record_sets_changed", Id=created["ChangeInfo"]["Id"])
    deleted = route53.delete_hosted_zone(Id=created["HostedZone"]["Id"])
    wait(route53, "resource_record_sets_changed", Id=deleted["ChangeInfo"]["Id"])
    iam.create_role(RoleName="waits", AssumeRolePolicyDocument=ASSUMED)
    wait(iam, "role_exists", RoleName="waits")
    document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
    policy = iam.create_policy(PolicyName="waits", PolicyDocument=document)
    wait(iam, "policy_exists", PolicyArn=policy["Policy"]["Arn"])


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "code"),
    [
        ("rds", "describe_db_instances", {"DBInstanceIdentifier": "gone"}, "DBInstanceNotFound"),
        ("rds", "describe_db_subnet_groups", {"DBSubnetGroupName": "gone"}, "DBSubnetGroupNotFoundFault"),
        ("rds", "describe_db_parameter_groups", {"DBParameterGroupName": "gone"}, "DBParameterGroupNotFound"),
        ("rds", "describe_db_snapshots", {"DBSnapshotIdentifier": "gone"}, "DBSnapshotNotFound"),
        ("rds", "describe_db_proxies", {"DBProxyName": "gone"}, "DBProxyNotFoundFault"),
        ("elasticache", "describe_replication_groups", {"ReplicationGroupId": "gone"}, "ReplicationGroupNotFoundFault"),
        ("elasticache", "describe_cache_clusters", {"CacheClusterId": "gone"}, "CacheClusterNotFound"),
        ("elasticache", "describe_cache_subnet_groups", {"CacheSubnetGroupName": "gone"}, f"{SUBNETS}NotFoundFault"),
        ("elasticache", "describe_cache_parameter_groups", {"CacheParameterGroupName": "gone"}, NO_PARAMETERS),
        ("elasticache", "describe_users", {"UserId": "gone"}, "UserNotFound"),
        ("elasticache", "describe_user_groups", {"UserGroupId": "gone"}, "UserGroupNotFound"),
        ("elbv2", "describe_load_balancers", {"Names": ["gone"]}, "LoadBalancerNotFound"),
        ("elbv2", "describe_target_groups", {"Names": ["gone"]}, "TargetGroupNotFound"),
        ("efs", "describe_file_systems", {"FileSystemId": f"fs-{ID}"}, "FileSystemNotFound"),
        ("efs", "describe_mount_targets", {"MountTargetId": f"fsmt-{ID}"}, "MountTargetNotFound"),
        ("efs", "describe_access_points", {"AccessPointId": f"fsap-{ID}"}, "AccessPointNotFound"),
        ("secretsmanager", "describe_secret", {"SecretId": "gone"}, "ResourceNotFoundException"),
        ("ssm", "get_parameter", {"Name": "/gone"}, "ParameterNotFound"),
        ("kms", "describe_key", {"KeyId": "alias/gone"}, "NotFoundException"),
        ("iam", "get_role", {"RoleName": "gone"}, "NoSuchEntity"),
        ("route53", "get_hosted_zone", {"Id": "Z0123456789"}, "NoSuchHostedZone"),
        ("ec2", "describe_vpcs", {"VpcIds": [f"vpc-{ID}"]}, "InvalidVpcID.NotFound"),
        ("ec2", "describe_subnets", {"SubnetIds": [f"subnet-{ID}"]}, "InvalidSubnetID.NotFound"),
        ("ec2", "describe_nat_gateways", {"NatGatewayIds": [f"nat-{ID}"]}, "NatGatewayNotFound"),
        ("ec2", "describe_security_groups", {"GroupIds": [f"sg-{ID}"]}, "InvalidGroup.NotFound"),
        ("ec2", "describe_vpc_endpoints", {"VpcEndpointIds": [f"vpce-{ID}"]}, "InvalidVpcEndpointId.NotFound"),
        ("ec2", "describe_route_tables", {"RouteTableIds": [f"rtb-{ID}"]}, "InvalidRouteTableID.NotFound"),
        ("ec2", "describe_internet_gateways", {"InternetGatewayIds": [f"igw-{ID}"]}, f"{GATEWAY}ID.NotFound"),
        ("ec2", "describe_addresses", {"AllocationIds": [f"eipalloc-{ID}"]}, "InvalidAllocationID.NotFound"),
        ("ec2", "describe_network_acls", {"NetworkAclIds": [f"acl-{ID}"]}, "InvalidNetworkAclID.NotFound"),
        ("ec2", "describe_security_group_rules", {"SecurityGroupRuleIds": [f"sgr-{ID}"]}, f"{RULE}Id.NotFound"),
        ("elbv2", "describe_listeners", {"ListenerArns": [f"{ELB}:listener/app/gone/1/2"]}, "ListenerNotFound"),
        ("elbv2", "describe_rules", {"RuleArns": [f"{ELB}:listener-rule/app/gone/1/2/3"]}, "RuleNotFound"),
        ("iam", "get_policy", {"PolicyArn": "arn:aws:iam::123456789012:policy/gone"}, "NoSuchEntity"),
        ("wafv2", "get_web_acl", {"Name": "gone", "Scope": "REGIONAL", "Id": UUID}, "WAFNonexistentItemException"),
        ("backup", "describe_backup_vault", {"BackupVaultName": "gone"}, "ResourceNotFoundException"),
        ("sqs", "get_queue_url", {"QueueName": "gone"}, "AWS.SimpleQueueService.NonExistentQueue"),
        ("lambda", "get_function", {"FunctionName": "gone"}, "ResourceNotFoundException"),
        ("ec2", "describe_flow_logs", {"FlowLogIds": [f"fl-{ID}"]}, ""),
        ("ecr", "describe_repositories", {"repositoryNames": ["gone"]}, "RepositoryNotFoundException"),
        ("cloudformation", "describe_stacks", {"StackName": "gone"}, "ValidationError"),
        ("dynamodb", "describe_table", {"TableName": "gone"}, "ResourceNotFoundException"),
        ("s3", "get_bucket_policy", {"Bucket": "gone"}, "NoSuchBucket"),
        ("servicediscovery", "get_namespace", {"Id": "ns-gone"}, "NamespaceNotFound"),
        ("scheduler", "get_schedule", {"Name": "gone"}, "ResourceNotFoundException"),
        ("events", "describe_rule", {"Name": "gone"}, "ResourceNotFoundException"),
        ("sns", "get_topic_attributes", {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:gone"}, "NotFound"),
        ("codedeploy", "get_application", {"applicationName": "gone"}, "ApplicationDoesNotExistException"),
        ("acm", "describe_certificate", {
            "CertificateArn": f"arn:aws:acm:eu-west-1:123456789012:certificate/{UUID}"
        }, "ResourceNotFoundException"),
    ],
)  # fmt: skip
def test_what_is_gone_has_the_error_that_the_provider_takes_for_it(
    client: Client, service: str, operation: str, arguments: dict[str, Any], code: str
) -> None:
    api = client(service)
    try:
        answer = getattr(api, operation)(**arguments)
    except api.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == code
    else:
        assert code == ""
        assert not any(answer[key] for key in answer if key != "ResponseMetadata")
