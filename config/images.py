"""Which images tasks can pull."""

from aws.image_reference import ImageReference
from config.aws import Aws
from config.network import Network

IN_REACH = 'an image in a private repository of ECR in "{region}", such as {repository}'
"""What is allowed without a route to the internet, for messages."""


def is_out_of_reach(image: str, network: Network, aws: Aws) -> bool:
    """Return whether tasks cannot pull an image, because they have no route to the internet.

    Endpoints lead to ECR's private registry of the region alone. Its pull-through cache does not help: ECR needs a NAT
    route for the first pull of each image (ECR User Guide, pull through cache).
    """
    if network.egress != "endpoints":
        return False
    account = ImageReference.parse(image).ecr_account
    return account is None or account.region != aws.region
