"""Whether an image can be deployed: its reference is complete, ECR has it where ECR should; and asking for it."""

import re

from botocore.exceptions import ClientError

from release.aws import Aws, error_code
from release.context import AnyContext
from release.errors import BadRequestError, RefusedError
from release.parameter import Parameter, won

_REFERENCE = re.compile(
    r"(?P<registry>[a-z0-9.-]+(:\d+)?)(?P<repository>(/[a-z0-9]+([._-]+[a-z0-9]+)*)+)"
    r"(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})|@(?P<digest>sha256:[0-9a-f]{64}))"
)
_ECR = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")
_LONGEST = 512


def check_reference(image: str, *, allow_latest: bool) -> None:
    """Refuse a reference that does not say exactly which image is meant (E05).

    Raises:
        BadRequestError: it has no registry, repository, or tag or digest, or it is `latest` where that is not allowed.
    """
    found = _REFERENCE.fullmatch(image)
    # As Docker does: a first part without a dot or a port is no registry but the start of a Docker Hub repository.
    if found is None or len(image) > _LONGEST or not set(".:") & set(found["registry"]):
        raise BadRequestError(
            f"The image is {image!r}; give registry, repository, and tag or digest, such as "
            '"public.ecr.aws/team/web:1.4.2".'
        )
    if found["tag"] == "latest" and not allow_latest:
        raise BadRequestError(
            f"The image is {image!r}; latest means another image tomorrow, and nothing to roll back to. "
            "Name a version, or a digest."
        )


def check_exists(aws: Aws, image: str) -> None:
    """Refuse an image that ECR does not have; images of other registries are taken on trust.

    Raises:
        RefusedError: the repository or the image is not there.
    """
    found = _REFERENCE.fullmatch(image)
    registry = _ECR.fullmatch(found["registry"]) if found else None
    if found is None or registry is None:
        return
    client = aws.client("ecr")
    if registry["region"] != client.meta.region_name:
        # Another region's registry is another endpoint, which these credentials may not even reach.
        return
    repository = found["repository"].lstrip("/")
    wanted = {"imageDigest": found["digest"]} if found["digest"] else {"imageTag": found["tag"]}
    try:
        client.describe_images(registryId=registry["account"], repositoryName=repository, imageIds=[wanted])
    except ClientError as error:
        if error_code(error) == "RepositoryNotFoundException":
            raise RefusedError(f"ECR has no repository {repository} in account {registry['account']}.") from error
        if error_code(error) == "ImageNotFoundException":
            (name,) = wanted.values()
            raise RefusedError(f"ECR has no image {name} in {repository}: push it first, or check the name.") from error
        raise


def write_image(context: AnyContext, parameter: Parameter, image: str, *, whose: str, why: str) -> None:
    """Make an image the wanted one; does nothing where it is already.

    Raises:
        LostError: somebody else wrote at the same moment, and was first.
    """
    log, author = parameter.read(), context.author
    if log.agrees and log.latest.value == image:
        return
    base = log.effective
    parameter.write(image, base=base, action="deploy", author=author, why=why)
    won(parameter.agree(author), author, base, f"The image of {whose}")
    context.reporter.say(f"{whose}: {image}")
