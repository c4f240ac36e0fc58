"""What AWS refuses, by protocol: each constraint that a model can state."""

from dataclasses import dataclass
from typing import Any

TRUST = '{"Version": "2012-10-17", "Statement": []}'


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A request, with the code and the words of the answer."""

    service: str
    operation: str
    parameters: dict[str, Any]
    code: str
    says: str

    def __str__(self) -> str:
        return f"{self.service} {self.says}"


WRONG = [
    # query
    Wrong(
        service="iam",
        operation="create_role",
        parameters={"RoleName": "strict"},
        code="ValidationError",
        says="Value null at 'assumeRolePolicyDocument' failed to satisfy constraint: Member must not be null",
    ),
    Wrong(
        service="elbv2",
        operation="create_load_balancer",
        parameters={"Name": "strict", "Type": "odd"},
        code="ValidationError",
        says="Value 'odd' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [application, ",
    ),
    Wrong(
        service="iam",
        operation="create_role",
        parameters={"RoleName": "r" * 65, "AssumeRolePolicyDocument": TRUST},
        code="ValidationError",
        says="at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64",
    ),
    Wrong(
        service="iam",
        operation="list_roles",
        parameters={"MaxItems": 1001},
        code="ValidationError",
        says="Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to",
    ),
    Wrong(
        service="iam",
        operation="create_role",
        parameters={"RoleName": "a b", "AssumeRolePolicyDocument": TRUST},
        code="ValidationError",
        says=r"Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression",
    ),
    Wrong(
        service="iam",
        operation="list_roles",
        parameters={"MaxItems": "many"},
        code="MalformedInput",
        says="Value 'many' at 'maxItems' failed to satisfy constraint: Member must be an integer",
    ),
    # ec2
    Wrong(
        service="ec2",
        operation="create_subnet",
        parameters={"CidrBlock": "10.0.0.0/16"},
        code="MissingParameter",
        says="The request must contain the parameter vpcId",
    ),
    Wrong(
        service="ec2",
        operation="create_vpc",
        parameters={"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "shared"},
        code="InvalidParameterValue",
        says="Value (shared) for parameter instanceTenancy is invalid. It must satisfy enum value set: [default, ",
    ),
    Wrong(
        service="ec2",
        operation="describe_vpcs",
        parameters={"MaxResults": 4},
        code="InvalidParameterValue",
        says="Value (4) for parameter maxResults is invalid. It must have value greater than or equal to 5",
    ),
    # json
    Wrong(
        service="ecs",
        operation="create_service",
        parameters={"taskDefinition": "web"},
        code="InvalidParameterException",
        says="Value null at 'serviceName' failed to satisfy constraint: Member must not be null",
    ),
    Wrong(
        service="kms",
        operation="create_key",
        parameters={"KeySpec": "ODD"},
        code="ValidationException",
        says="Value 'ODD' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [RSA_2048, ",
    ),
    Wrong(
        service="logs",
        operation="create_log_group",
        parameters={"logGroupName": "g" * 513},
        code="InvalidParameterException",
        says="at 'logGroupName' failed to satisfy constraint: Member must have length less than or equal to 512",
    ),
    Wrong(
        service="logs",
        operation="create_log_group",
        parameters={"logGroupName": "a b"},
        code="InvalidParameterException",
        says="Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression",
    ),
    Wrong(
        service="secretsmanager",
        operation="list_secrets",
        parameters={"MaxResults": 101},
        code="InvalidParameterException",
        says="Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to",
    ),
    Wrong(
        service="ecs",
        operation="create_service",
        parameters={"serviceName": "web", "desiredCount": {"is": 1}},
        code="SerializationException",
        says="at 'desiredCount' failed to satisfy constraint: Member must be an integer",
    ),
    # rest-json
    Wrong(
        service="efs",
        operation="create_mount_target",
        parameters={"FileSystemId": "fs-0123456789abcdef0"},
        code="ValidationException",
        says="Value null at 'subnetId' failed to satisfy constraint: Member must not be null",
    ),
    Wrong(
        service="efs",
        operation="create_file_system",
        parameters={"CreationToken": "strict", "PerformanceMode": "odd"},
        code="ValidationException",
        says="Value 'odd' at 'performanceMode' failed to satisfy constraint: Member must satisfy enum value set",
    ),
    Wrong(
        service="efs",
        operation="create_file_system",
        parameters={"CreationToken": "t" * 65},
        code="ValidationException",
        says="at 'creationToken' failed to satisfy constraint: Member must have length less than or equal to 64",
    ),
    Wrong(
        service="lambda",
        operation="list_functions",
        parameters={"MaxItems": 0},
        code="ValidationException",
        says="Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ),
    Wrong(
        service="efs",
        operation="describe_file_systems",
        parameters={"FileSystemId": "odd"},
        code="ValidationException",
        says="Value 'odd' at 'fileSystemId' failed to satisfy constraint: Member must satisfy regular expression",
    ),
    # rest-xml
    Wrong(
        service="route53",
        operation="create_hosted_zone",
        parameters={"Name": "strict.example"},
        code="InvalidInput",
        says="Value null at 'callerReference' failed to satisfy constraint: Member must not be null",
    ),
    Wrong(
        service="route53",
        operation="create_hosted_zone",
        parameters={"Name": "strict.example", "CallerReference": "r" * 129},
        code="InvalidInput",
        says="at 'callerReference' failed to satisfy constraint: Member must have length less than or equal to 128",
    ),
    Wrong(
        service="route53",
        operation="get_hosted_zone",
        parameters={"Id": "Z" * 33},
        code="InvalidInput",
        says="at 'id' failed to satisfy constraint: Member must have length less than or equal to 32",
    ),
    Wrong(
        service="s3",
        operation="put_bucket_versioning",
        parameters={"Bucket": "strict", "VersioningConfiguration": {"Status": "Maybe"}},
        code="MalformedXML",
        says="Value 'Maybe' at 'versioningConfiguration.status' failed to satisfy constraint: Member must satisfy enum",
    ),
    Wrong(
        service="s3",
        operation="put_object",
        parameters={"Bucket": "strict", "Key": "key", "Body": b"", "ACL": "odd"},
        code="InvalidArgument",
        says="Value 'odd' at 'aCL' failed to satisfy constraint: Member must satisfy enum value set",
    ),
]
