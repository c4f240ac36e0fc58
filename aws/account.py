"""An AWS account in one region, and the ARNs of what is in it."""

from dataclasses import dataclass

from aws.regions import dns_suffix, partition_of


@dataclass(frozen=True, kw_only=True)
class Account:
    """An AWS account as seen from one region.

    The values may be Terraform expressions: nothing here evaluates them.
    """

    partition: str = "aws"
    """`aws`, `aws-cn` or `aws-us-gov`. Default: `aws`, the partition of all regions but China's and GovCloud's."""

    region: str
    """Region, such as `eu-west-1`."""

    id: str
    """The account's twelve digits."""

    @classmethod
    def in_region(cls, region: str, id_: str) -> "Account":
        """Return the account in a region, whose name says which partition it is in."""
        return cls(partition=partition_of(region), region=region, id=id_)

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of this account and region.

        Args:
            service: the service's namespace, such as `logs` or `elasticfilesystem`.
            resource: the rest of the ARN, such as `log-group:/ecs/web`.
        """
        return f"arn:{self.partition}:{service}:{self.region}:{self.id}:{resource}"

    def iam_arn(self, resource: str) -> str:
        """Return the ARN of an IAM resource of this account, such as `role/deploy`: IAM has no regions."""
        return f"arn:{self.partition}:iam::{self.id}:{resource}"

    @property
    def root_arn(self) -> str:
        """The account as a principal: everyone whom its IAM policies allow."""
        return self.iam_arn("root")

    def managed_policy_arn(self, name: str) -> str:
        """Return the ARN of an AWS managed policy; the name includes its path, as in `job-function/Billing`."""
        return f"arn:{self.partition}:iam::aws:policy/{name}"

    def aws_arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of AWS's own in this region, such as `parameter/aws/service/…` of SSM."""
        return f"arn:{self.partition}:{service}:{self.region}::{resource}"

    def partition_arn(self, service: str, resource: str) -> str:
        """Return the ARN of what is unique in its partition, so that its ARN has neither region nor account."""
        return f"arn:{self.partition}:{service}:::{resource}"

    def bucket_arn(self, name: str) -> str:
        """Return the ARN of an S3 bucket, or of objects in it: `logs` or `logs/*`."""
        return self.partition_arn("s3", name)

    def endpoint(self, service: str) -> str:
        """Return the host name of a service's endpoint in this region, such as `ssm.eu-west-1.amazonaws.com`."""
        return f"{service}.{self.region}.{dns_suffix(self.partition)}"

    @property
    def ecr_host(self) -> str:
        """Host name of the account's private image registry in this region."""
        return f"{self.id}.dkr.{self.endpoint('ecr')}"
