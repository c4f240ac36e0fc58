"""Operations whose answers come in pages, as far as Terraform and our commands call them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

NUMBER = 5
PAGE_SIZE = 2
ASSUMED = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}]}'
)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An operation that lists."""

    service: str
    operation: str
    make: Callable[[Any, str], Any]
    """Makes one item of a name."""
    names: str
    """Where the names are in an answer."""
    arguments: dict[str, Any] = field(default_factory=dict)
    prepare: Callable[[Any], Any] = lambda _client: None
    """Makes what the items are in. May return the arguments."""
    page_size: int = PAGE_SIZE
    number: int = NUMBER


def _target(client: Any, name: str) -> None:
    client.register_scalable_target(
        ServiceNamespace="dynamodb",
        ResourceId=f"table/{name}",
        ScalableDimension="dynamodb:table:ReadCapacityUnits",
        MinCapacity=1,
        MaxCapacity=2,
        RoleARN="arn:aws:iam::123456789012:role/scaling",
    )


def _zone(client: Any) -> dict[str, str]:
    return {
        "HostedZoneId": client.create_hosted_zone(Name="pages.example.", CallerReference="pages")["HostedZone"]["Id"]
    }


def _record(client: Any, name: str) -> None:
    (zone,) = client.list_hosted_zones_by_name(DNSName="pages.example.", MaxItems="1")["HostedZones"]
    record = {"Name": f"{name}.pages.example.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    client.change_resource_record_sets(HostedZoneId=zone["Id"], ChangeBatch=changes)


def _cluster(client: Any) -> None:
    client.create_cluster(clusterName="pages")
    client.register_task_definition(family="one", **_container("one"))


def _group(client: Any) -> None:
    client.create_log_group(logGroupName="streams")


def _versions(client: Any) -> None:
    client.create_bucket(Bucket="pages", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_bucket_versioning(Bucket="pages", VersioningConfiguration={"Status": "Enabled"})


def _put(client: Any, name: str) -> None:
    client.put_object(Bucket="pages", Key=f"run_id={name}+00:00", Body=b"")


def _container(name: str) -> dict[str, Any]:
    return {"containerDefinitions": [{"name": name, "image": name, "memory": 128}]}


OPERATIONS = (
    Listed(
        service="s3",
        operation="list_objects_v2",
        prepare=_versions,
        make=_put,
        arguments={"Bucket": "pages"},
        names="Contents[].Key",
    ),
    Listed(
        service="s3",
        operation="list_object_versions",
        make=_put,
        arguments={"Bucket": "pages"},
        names="Versions[].VersionId",
    ),
    Listed(
        service="application-autoscaling",
        operation="describe_scalable_targets",
        make=_target,
        arguments={"ServiceNamespace": "dynamodb"},
        names="ScalableTargets[].ResourceId",
    ),
    Listed(
        service="ssm",
        operation="get_parameters_by_path",
        make=lambda client, name: client.put_parameter(Name=f"/pages/{name}", Value="1", Type="String"),
        arguments={"Path": "/pages"},
        names="Parameters[].Name",
    ),
    Listed(
        service="ssm",
        operation="describe_parameters",
        make=lambda _client, _name: None,
        arguments={"ParameterFilters": [{"Key": "Path", "Values": ["/pages"]}]},
        names="Parameters[].Name",
    ),
    Listed(
        service="ssm",
        operation="get_parameter_history",
        make=lambda client, name: client.put_parameter(Name="/history", Value=name, Type="String", Overwrite=True),
        arguments={"Name": "/history"},
        names="Parameters[].Value",
    ),
    Listed(
        service="secretsmanager",
        operation="list_secrets",
        make=lambda client, name: client.create_secret(Name=f"pages/{name}", SecretString="1"),
        arguments={"Filters": [{"Key": "name", "Values": ["pages/"]}]},
        names="SecretList[].Name",
    ),
    Listed(
        service="logs",
        operation="describe_log_groups",
        make=lambda client, name: client.create_log_group(logGroupName=f"/pages/{name}"),
        arguments={"logGroupNamePrefix": "/pages/"},
        names="logGroups[].logGroupName",
    ),
    Listed(
        service="logs",
        operation="describe_log_streams",
        prepare=_group,
        make=lambda client, name: client.create_log_stream(logGroupName="streams", logStreamName=name),
        arguments={"logGroupName": "streams"},
        names="logStreams[].logStreamName",
    ),
    Listed(
        service="ecs",
        operation="list_task_definitions",
        make=lambda client, name: client.register_task_definition(family="pages", **_container(name)),
        arguments={"familyPrefix": "pages"},
        names="taskDefinitionArns[]",
    ),
    Listed(
        service="ecs",
        operation="list_services",
        prepare=_cluster,
        make=lambda client, name: client.create_service(
            cluster="pages", serviceName=name, taskDefinition="one", desiredCount=0
        ),
        arguments={"cluster": "pages"},
        names="serviceArns[]",
    ),
    Listed(
        service="elbv2",
        operation="describe_target_groups",
        make=lambda client, name: client.create_target_group(Name=f"pages-{name}", TargetType="lambda"),
        names="TargetGroups[?starts_with(TargetGroupName, 'pages-')].TargetGroupName",
    ),
    Listed(
        service="route53",
        operation="list_resource_record_sets",
        prepare=_zone,
        make=_record,
        names="ResourceRecordSets[?Type=='A'].Name",
    ),
    Listed(
        service="iam",
        operation="list_roles",
        make=lambda client, name: client.create_role(
            RoleName=f"pages-{name}", Path="/pages/", AssumeRolePolicyDocument=ASSUMED
        ),
        arguments={"PathPrefix": "/pages/"},
        names="Roles[].RoleName",
    ),
    Listed(
        service="ecr",
        operation="describe_repositories",
        make=lambda client, name: client.create_repository(repositoryName=f"pages/{name}"),
        names="repositories[?starts_with(repositoryName, 'pages/')].repositoryName",
    ),
    Listed(
        service="cloudwatch",
        operation="describe_alarms",
        make=lambda client, name: client.put_metric_alarm(
            AlarmName=f"pages-{name}",
            MetricName="m",
            Namespace="n",
            Statistic="Sum",
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Period=60,
            Threshold=1,
        ),
        arguments={"AlarmNamePrefix": "pages-"},
        names="MetricAlarms[].AlarmName",
    ),
    Listed(
        service="dynamodb",
        operation="list_tables",
        make=lambda client, name: client.create_table(
            TableName=f"pages-{name}",
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        ),
        names="TableNames[?starts_with(@, 'pages-')]",
    ),
    Listed(
        service="kms",
        operation="list_aliases",
        make=lambda client, name: client.create_alias(
            AliasName=f"alias/pages-{name}", TargetKeyId=client.create_key()["KeyMetadata"]["KeyId"]
        ),
        names="Aliases[?starts_with(AliasName, 'alias/pages-')].AliasName",
    ),
    Listed(
        service="efs",
        operation="describe_file_systems",
        make=lambda client, name: client.create_file_system(CreationToken=f"pages-{name}"),
        names="FileSystems[?starts_with(CreationToken, 'pages-')].CreationToken",
    ),
    Listed(
        service="acm",
        operation="list_certificates",
        make=lambda client, name: client.request_certificate(DomainName=f"{name}.pages.example"),
        names="CertificateSummaryList[?ends_with(DomainName, '.pages.example')].DomainName",
    ),
    Listed(
        service="rds",
        operation="describe_db_parameter_groups",
        make=lambda client, name: client.create_db_parameter_group(
            DBParameterGroupName=f"pages-{name}", DBParameterGroupFamily="postgres17", Description="d"
        ),
        names="DBParameterGroups[?starts_with(DBParameterGroupName, 'pages-')].DBParameterGroupName",
        page_size=20,
        number=25,
    ),
)
