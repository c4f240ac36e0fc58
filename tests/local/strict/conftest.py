"""Clients that send what AWS would refuse, and what the server said about it."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local.conftest import REGION


@pytest.fixture(scope="package")
def unchecked(endpoint_url: str) -> Callable[[str], Any]:
    """Clients that check nothing themselves, and that try three times where that may help."""
    session = boto3.session.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    config = Config(
        parameter_validation=False,
        retries={"total_max_attempts": 3, "mode": "standard"},
        proxies={},
        s3={"addressing_style": "path"},
    )
    return lambda service: session.client(service, endpoint_url=endpoint_url, config=config)


@pytest.fixture(scope="package")
def refused(unchecked: Callable[[str], Any]) -> Callable[..., dict[str, Any]]:
    """Calls an operation, which must fail; returns code, message, status and retries."""

    def call(service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        with pytest.raises(ClientError) as caught:
            getattr(unchecked(service), operation)(**parameters)
        answer = caught.value.response
        sent = answer["ResponseMetadata"]
        return {
            "code": answer["Error"]["Code"],
            "message": answer["Error"].get("Message", ""),
            "status": sent["HTTPStatusCode"],
            "retries": sent["RetryAttempts"],
        }

    return call
