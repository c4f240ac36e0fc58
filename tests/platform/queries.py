"""Reads outputs, secrets and Terraform states of the platform under test."""

import json
from typing import Any

import boto3

from tests.support.platform import Platform


def client(platform: Platform, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=platform.endpoint_url,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


def outputs(platform: Platform, layer: str) -> dict[str, Any]:
    shown = platform.windlass("output", "local", "--layer", layer, "--json")
    assert shown.returncode == 0, shown.stderr
    by_layer = json.loads(shown.stdout)
    return dict(by_layer.get(layer, by_layer))


def secret_values(platform: Platform) -> dict[str, str]:
    manager = client(platform, "secretsmanager")
    names = [
        secret["Name"] for page in manager.get_paginator("list_secrets").paginate() for secret in page["SecretList"]
    ]
    return {name: manager.get_secret_value(SecretId=name)["SecretString"] for name in names}


def states(platform: Platform) -> dict[str, str]:
    """Every version of every Terraform state in the bucket, by `key@version`."""
    s3 = client(platform, "s3")
    bucket = "windlass-state-123456789012-eu-west-1"
    versions = [
        v for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket) for v in page.get("Versions", [])
    ]
    return {
        f"{version['Key']}@{version['VersionId']}": s3.get_object(
            Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"]
        )["Body"]
        .read()
        .decode()
        for version in versions
    }
