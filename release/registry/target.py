"""The repositories of an environment in ECR, and of other registries, with what opens each of them."""

from aws.account import Account
from aws.image_reference import ImageReference
from release.aws import Aws
from release.registry.authorization import Challenged, EcrToken
from release.registry.credentials import docker_config, stored_credentials
from release.registry.repository import Repository
from release.registry.transport import Retries, Transport, is_loopback

DOCKER_HUB = {"docker.io": "registry-1.docker.io", "index.docker.io": "registry-1.docker.io"}
"""Docker Hub's name in references → where its registry answers."""


def ecr_repository(aws: Aws, name: str, *, retries: Retries | None = None) -> Repository:
    """A repository of the account whose credentials `aws` has, in its region.

    Args:
        aws: the account.
        name: of the repository.
        retries: how to wait. Default: up to 15 seconds in all.
    """
    data = _token(aws)
    return Repository(
        url=str(data["proxyEndpoint"]).rstrip("/"),
        name=name,
        authorization=EcrToken(lambda: str(_token(aws)["authorizationToken"])),
        advice="The role needs the ECR permissions to push, on this repository.",
        retries=retries or Retries(),
    )


def repository_of(
    reference: ImageReference, aws: Aws, account: Account, *, retries: Retries | None = None
) -> Repository:
    """The repository of an image, to read from.

    Args:
        reference: of the image.
        aws: opens the environment's own registry.
        account: of the environment.
        retries: how to wait.
    """
    if reference.ecr_account == account:
        return ecr_repository(aws, reference.repository, retries=retries)
    transport = Transport()
    host, name = reference.registry, reference.repository
    if host in DOCKER_HUB and "/" not in name:
        name = f"library/{name}"
    authorization = Challenged(
        transport, host=host, scope=f"repository:{name}:pull", credentials=stored_credentials(host, docker_config())
    )
    address = DOCKER_HUB.get(host, host)
    scheme = "http" if is_loopback(address.partition(":")[0]) else "https"
    return Repository(
        url=f"{scheme}://{address}",
        name=name,
        authorization=authorization,
        advice=authorization.advice,
        transport=transport,
        retries=retries or Retries(),
    )


def _token(aws: Aws) -> dict[str, str]:
    (data,) = aws.client("ecr").get_authorization_token()["authorizationData"]
    return dict(data)
