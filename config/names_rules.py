"""Rules on names built from project and environment."""

from collections.abc import Iterator

from aws.quotas import BUCKET_NAME_CHARACTERS
from config.aws import Aws
from config.errors import Problem
from config.rule import problem


def names_fit_into_what_aws_allows(project: str, name: str, aws: Aws) -> Iterator[Problem]:
    """AWS reserves some names and limits their length."""
    if project == "internal":
        message = 'makes the load balancer\'s name start with "internal-", which AWS reserves; allowed: another word'
        yield problem("project", project, message)
    bucket = f"{project}-{name}-{aws.account_id}-{aws.region}-access-logs"
    if len(bucket) > BUCKET_NAME_CHARACTERS:
        message = f'makes the bucket name "{bucket}" of {len(bucket)} characters; allowed: {BUCKET_NAME_CHARACTERS}'
        yield problem("project", project, message)


RULES = (names_fit_into_what_aws_allows,)
