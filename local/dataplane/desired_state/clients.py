"""boto3 clients of the embedded AWS, all with the same time limits, and none with what is configured for a person."""

from typing import Any

import boto3
from botocore.config import Config

from local.embedded import environment_variables

CONFIG = Config(connect_timeout=5, read_timeout=15, retries={"max_attempts": 1}, proxies={})
"""It is on this machine: nothing is tried again, and no proxy is asked."""


def root_session(endpoint_url: str, region: str) -> boto3.Session:
    """A session as the account's root.

    Its credentials are given, so that boto3 never searches for those of the person at the keyboard.

    Args:
        endpoint_url: of the embedded AWS.
        region: of its clients.
    """
    variables = environment_variables(endpoint_url, region)
    return boto3.Session(
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        region_name=region,
    )


def client_of(session: boto3.Session, service: str, endpoint_url: str) -> Any:
    """A client of a session."""
    return session.client(service, endpoint_url=endpoint_url, config=CONFIG)
