"""An account with resources of every service that the shipped environments use, and a view of it."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.config import Config

from local.registry.blobs import EMPTY

REGION = "eu-west-1"
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'
TRUST = POLICY.replace('"Resource": "*"', '"Principal": {"Service": "ecs-tasks.amazonaws.com"}').replace(
    "s3:GetObject", "sts:AssumeRole"
)
MANAGED = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
MANIFEST = f"""
{{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": {{"digest": "{EMPTY}"}},
"layers": []}}
"""
TIMES_OF_THE_CALL = ("LatestRestorableTime", "SizeInBytes")
"""Contain when they were asked for."""

Client = Callable[[str], Any]


def clients(endpoint_url: str) -> Client:
    """boto3 clients of an embedded AWS."""
    session = boto3.session.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    config = Config(retries={"max_attempts": 1}, proxies={})
    return lambda service: session.client(service, endpoint_url=endpoint_url, config=config)


def fill(client: Client) -> None:
    """Create the resources."""
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    client("kms").create_alias(AliasName="alias/state", TargetKeyId=key)
    client("ssm").put_parameter(
        Name="/web/live", Value="blue", Type="String", Tags=[{"Key": "service", "Value": "web"}]
    )
    client("ssm").put_parameter(Name="/web/live", Value="green", Type="String", Overwrite=True)
    client("secretsmanager").create_secret(Name="password", SecretString="s3cret", KmsKeyId=key)
    _objects(client("s3"))
    _identity(client("iam"))
    network = _network(client("ec2"))
    group = _balancer(client("elbv2"), network)
    _containers(client, group, network)
    _stores(client, network)
    zone = client("route53").create_hosted_zone(Name="example.org", CallerReference="1")["HostedZone"]["Id"]
    record = {"Name": "app.example.org", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "127.0.0.1"}]}
    changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    client("acm").request_certificate(DomainName="app.example.org", ValidationMethod="DNS")
    client("logs").create_log_group(logGroupName="/ecs/web")
    client("cloudwatch").put_metric_alarm(
        AlarmName="errors",
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=1,
        Metrics=[{"Id": "m", "Expression": "1 + 1"}],
    )
    client("sns").create_topic(Name="alarms")
    client("sqs").create_queue(QueueName="dead-letters")
    client("events").put_rule(Name="stopped", EventPattern='{"source": ["aws.ecs"]}')
    client("servicediscovery").create_http_namespace(Name="platform")
    client("efs").create_file_system(CreationToken="dags")
    client("codedeploy").create_application(applicationName="web", computePlatform="ECS")
    client("dynamodb").create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client("dynamodb").put_item(TableName="locks", Item={"LockID": {"S": "a-md5"}, "Digest": {"S": "0"}})


def view(client: Client) -> dict[str, Any]:
    """What AWS answers about the account; equal for two accounts only if they are the same."""
    return dict(_answers(client))


def _objects(s3: Any) -> None:
    s3.create_bucket(Bucket="states", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="states", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"one", b"two", b"", b"x" * 600_000):
        s3.put_object(Bucket="states", Key="a+b/state", Body=body, Metadata={"n": str(len(body))})
    s3.put_object(Bucket="states", Key="deleted", Body=b"gone")
    s3.delete_object(Bucket="states", Key="deleted")


def _identity(iam: Any) -> None:
    iam.create_role(RoleName="task", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="task", PolicyArn=MANAGED)
    own = iam.create_policy(PolicyName="own", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="task", PolicyArn=own)
    iam.put_role_policy(RoleName="task", PolicyName="inline", PolicyDocument=POLICY)


def _network(ec2: Any) -> dict[str, Any]:
    vpc = ec2.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.3.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3", VpcEndpointType="Gateway")
    return {"vpc": vpc, "subnets": subnets, "group": group}


def _balancer(elbv2: Any, network: dict[str, Any]) -> str:
    balancer = elbv2.create_load_balancer(Name="web", Subnets=network["subnets"])["LoadBalancers"][0]
    group: str = elbv2.create_target_group(
        Name="blue", Protocol="HTTP", Port=8000, VpcId=network["vpc"], TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    action = {"Type": "forward", "TargetGroupArn": group}
    listener = elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[action]
    )["Listeners"][0]["ListenerArn"]
    condition = {"Field": "host-header", "Values": ["app.example.org"]}
    elbv2.create_rule(ListenerArn=listener, Conditions=[condition], Priority=5, Actions=[action])
    return group


def _containers(client: Client, group: str, network: dict[str, Any]) -> None:
    client("ecr").create_repository(repositoryName="web")
    client("ecr").put_image(repositoryName="web", imageTag="1.0", imageManifest=MANIFEST)
    ecs = client("ecs")
    ecs.create_cluster(clusterName="main")
    container = {"name": "web", "image": "web:1.0", "portMappings": [{"containerPort": 8000}]}
    ecs.register_task_definition(
        family="web", networkMode="awsvpc", containerDefinitions=[container], cpu="256", memory="512"
    )
    subnets = {"subnets": network["subnets"], "securityGroups": [network["group"]]}
    ecs.create_service(
        cluster="main",
        serviceName="blue",
        taskDefinition="web",
        desiredCount=2,
        loadBalancers=[{"targetGroupArn": group, "containerName": "web", "containerPort": 8000}],
        networkConfiguration={"awsvpcConfiguration": subnets},
    )
    client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId="service/main/blue",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=4,
    )


def _stores(client: Client, network: dict[str, Any]) -> None:
    rds, elasticache = client("rds"), client("elasticache")
    rds.create_db_subnet_group(DBSubnetGroupName="data", DBSubnetGroupDescription="data", SubnetIds=network["subnets"])
    rds.create_db_instance(
        DBInstanceIdentifier="main",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        MasterUsername="windlass",
        MasterUserPassword="s3cret-s3cret",
        AllocatedStorage=20,
        DBSubnetGroupName="data",
    )
    elasticache.create_replication_group(
        ReplicationGroupId="broker",
        ReplicationGroupDescription="broker",
        Engine="valkey",
        CacheNodeType="cache.t4g.micro",
    )


def _answers(client: Client) -> Iterator[tuple[str, Any]]:
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("kms", "list_aliases", {}),
        ("ssm", "get_parameter_history", {"Name": "/web/live"}),
        ("ssm", "list_tags_for_resource", {"ResourceType": "Parameter", "ResourceId": "/web/live"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "password"}),
        ("s3", "list_object_versions", {"Bucket": "states"}),
        ("iam", "get_role", {"RoleName": "task"}),
        ("iam", "list_attached_role_policies", {"RoleName": "task"}),
        ("iam", "get_policy", {"PolicyArn": MANAGED}),
        ("iam", "get_policy_version", {"PolicyArn": MANAGED, "VersionId": "v1"}),
        ("ec2", "describe_vpcs", {}),
        ("ec2", "describe_subnets", {}),
        ("ec2", "describe_security_group_rules", {}),
        ("ec2", "describe_vpc_endpoints", {}),
        ("ec2", "describe_internet_gateways", {}),
        ("elbv2", "describe_load_balancers", {}),
        ("elbv2", "describe_target_groups", {}),
        ("ecr", "describe_images", {"repositoryName": "web"}),
        ("ecs", "describe_services", {"cluster": "main", "services": ["blue"]}),
        ("ecs", "describe_task_definition", {"taskDefinition": "web"}),
        ("application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "ecs"}),
        ("rds", "describe_db_instances", {}),
        ("elasticache", "describe_replication_groups", {}),
        ("route53", "list_hosted_zones", {}),
        ("acm", "list_certificates", {}),
        ("logs", "describe_log_groups", {}),
        ("cloudwatch", "describe_alarms", {}),
        ("sns", "list_topics", {}),
        ("sqs", "list_queues", {}),
        ("events", "list_rules", {}),
        ("servicediscovery", "list_namespaces", {}),
        ("efs", "describe_file_systems", {}),
        ("codedeploy", "get_application", {"applicationName": "web"}),
        ("dynamodb", "scan", {"TableName": "locks"}),
    ]
    for service, call, arguments in calls:
        answer = getattr(client(service), call)(**arguments)
        answer.pop("ResponseMetadata")
        for resource in (*answer.get("DBInstances", []), *answer.get("FileSystems", [])):
            for name in TIMES_OF_THE_CALL:
                resource.pop(name, None)
        yield f"{service}.{call}", answer
    elbv2, s3 = client("elbv2"), client("s3")
    balancer = elbv2.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    for listener in elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"]:
        yield f"rules of {listener['Port']}", elbv2.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    for version in s3.list_object_versions(Bucket="states")["Versions"]:
        read = s3.get_object(Bucket="states", Key=version["Key"], VersionId=version["VersionId"])
        yield f"{version['Key']} {version['VersionId']}", (read["Body"].read(), read["Metadata"], read["ETag"])
    zone = client("route53").list_hosted_zones()["HostedZones"][0]["Id"]
    yield "records", client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
