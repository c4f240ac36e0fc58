from collections.abc import Callable
from typing import Any

import pytest

from tests.local.iam.roles import REGION, Client, Roles, new


@pytest.fixture(scope="package")
def role(endpoint_url: str, client: Callable[[str], Any]) -> Roles:
    """Makes a role with these statements, and gives its clients."""
    return Roles(endpoint_url, client)


@pytest.fixture
def bucket(client: Client) -> str:
    """A bucket with one object, `logs/a.txt`."""
    name = new("bucket")
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    client("s3").put_object(Bucket=name, Key="logs/a.txt", Body=b"a")
    return name
