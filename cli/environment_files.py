"""Environment files of services in S3: whether they are there, closed to the public, and set free variables."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from config.services_rules import SET_BY_WINDLASS
from release.aws import Aws, error_code

if TYPE_CHECKING:
    from config import Environment
    from config.services import WebService

_DENIED = ("AccessDenied", "403")
_MISSING = ("NoSuchBucket", "NoSuchKey", "404")


def to_do(environment: "Environment", aws: Aws) -> Iterator[str]:
    """What a person has to do about each file before tasks can start, in a line.

    What these credentials may not see is left to ECS.
    """
    from botocore.exceptions import ClientError

    for service, settings in environment.services.items():
        for file in settings.environment_files:
            try:
                yield from (f"the environment file {file} of {service} {what}" for what in _faults(aws, settings, file))
            except ClientError as error:
                if error_code(error) in _MISSING:
                    yield (
                        f"the environment file {file} of {service} does not exist: aws s3 cp FILE s3://{file}, "
                        "or correct the file"
                    )
                elif error_code(error) not in _DENIED:
                    raise


def names_in(text: str) -> list[str]:
    """The variables of a file; their values are left where they are."""
    lines = (line for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return [line.partition("=")[0] for line in lines]


def _faults(aws: Aws, settings: "WebService", file: str) -> Iterator[str]:
    bucket, _, key = file.partition("/")
    s3: Any = aws.client("s3")
    names = names_in(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode(errors="replace"))
    if not _is_closed(s3, bucket):
        yield f"is in a bucket that is not closed to the public: aws s3api put-public-access-block --bucket {bucket} …"
    for name in names:
        if name in SET_BY_WINDLASS:
            yield f"sets {name}, which Windlass sets: take it out"
        elif name in settings.environment or name in settings.secrets:
            yield f"sets {name}, which the service's own settings or secrets set: take it out of one of them"


def _is_closed(s3: Any, bucket: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        blocks: Mapping[str, bool] = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    except ClientError as error:
        if error_code(error) == "NoSuchPublicAccessBlockConfiguration":
            return False
        if error_code(error) in _DENIED:
            return True
        raise
    return all(blocks.values())
