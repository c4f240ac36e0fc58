"""What the environments with every option name and do not create, made in the account of an embedded AWS."""

import json
from collections.abc import Callable, Iterator
from typing import Any

Client = Callable[..., Any]


def prerequisites_in(client: Client) -> Iterator[tuple[str, str]]:
    """Create everything; yields what an environment file says, and what it is called in this account."""
    yield from _secrets(client("secretsmanager"))
    yield from _network(client("ec2"))
    yield from _file_system(client("efs"))
    _snapshot(client("rds"))
    _identities(client("iam"))
    key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    yield key, client("kms").create_key(Description="Of another team")["KeyMetadata"]["Arn"]
    certificate = client("acm").request_certificate(DomainName="*.staging.example.com", ValidationMethod="DNS")
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
    yield arn, certificate["CertificateArn"]
    acl = client("wafv2").create_web_acl(
        Name="team",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "team"},
    )
    arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/team/01234567-89ab-cdef-0123-456789abcdef"
    yield arn, acl["Summary"]["ARN"]


def zone(client: Client, name: str) -> str:
    """A hosted zone that an environment uses and does not create."""
    created = client("route53").create_hosted_zone(Name=name, CallerReference=name)
    return str(created["HostedZone"]["Id"]).rpartition("/")[2]


def _secrets(manager: Any) -> Iterator[tuple[str, str]]:
    names = (
        "ecr-pullthroughcache/docker-hub",
        "shop/prod/airflow/fernet-keys",
        "git",
        "airflow-oidc",
        "warehouse",
    )
    for name in names:
        created = manager.create_secret(Name=name, SecretString="of another team")
        yield f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}-AbCdEf", created["ARN"]


def _network(ec2: Any) -> Iterator[tuple[str, str]]:
    vpc = ec2.create_vpc(CidrBlock="10.43.0.0/16")["Vpc"]["VpcId"]
    for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
        ec2.modify_vpc_attribute(VpcId=vpc, **{attribute: {"Value": True}})
    yield "vpc-0123456789abcdef0", vpc
    for number, zone_letter in enumerate("ab"):
        for tier in range(3):
            subnet = ec2.create_subnet(
                VpcId=vpc, AvailabilityZone=f"eu-west-1{zone_letter}", CidrBlock=f"10.43.{number * 3 + tier}.0/24"
            )
            yield f"subnet-0{zone_letter}123456789abcde{tier}", subnet["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="of-another-team", Description="Another system", VpcId=vpc)
    yield "sg-0123456789abcdef0", group["GroupId"]


def _file_system(efs: Any) -> Iterator[tuple[str, str]]:
    file_system = efs.create_file_system(CreationToken="dags")["FileSystemId"]
    access_point = efs.create_access_point(ClientToken="dags", FileSystemId=file_system)["AccessPointId"]
    yield "fs-0123456789abcdef0", file_system
    yield "fsap-0123456789abcdef0", access_point


def _snapshot(rds: Any) -> None:
    rds.create_db_instance(
        DBInstanceIdentifier="before",
        Engine="postgres",
        EngineVersion="16",
        DBInstanceClass="db.m7g.large",
        DBName="app",
        AllocatedStorage=20,
        MasterUsername="app",
        MasterUserPassword="0123456789abcdef",
        StorageEncrypted=True,
    )
    rds.create_db_snapshot(DBInstanceIdentifier="before", DBSnapshotIdentifier="before-the-move")


def _identities(iam: Any) -> None:
    """They have the names of the files, since IAM chooses no part of an ARN."""
    tasks = _trusted("sts:AssumeRole", {"Service": "ecs-tasks.amazonaws.com"})
    for name in ("workflow-task", "workflow-execution", "airflow-worker", "airflow-execution"):
        iam.create_role(Path="/team/", RoleName=name, AssumeRolePolicyDocument=tasks)
    iam.create_role(
        RoleName="team", AssumeRolePolicyDocument=_trusted("sts:AssumeRole", {"AWS": "arn:aws:iam::123456789012:root"})
    )
    iam.create_user(UserName="on-call")
    iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"]
    )
    statement = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}
    iam.create_policy(PolicyName="platform-apply", PolicyDocument=_policy(statement))


def _trusted(action: str, principal: dict[str, str]) -> str:
    return _policy({"Effect": "Allow", "Action": action, "Principal": principal})


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
