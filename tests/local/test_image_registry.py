import pytest

from aws.image_reference import ImageReference
from local.image_registry import NoRepositoryError, add_tags
from release.errors import RefusedError
from release.preflight import check_exists
from tests.local.conftest import REGION

REPOSITORY = "windlass-local/web"
IMAGE = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/{REPOSITORY}"


@pytest.fixture
def ecr(client):
    ecr = client("ecr")
    ecr.create_repository(repositoryName=REPOSITORY, imageTagMutability="IMMUTABLE")
    yield ecr
    ecr.delete_repository(repositoryName=REPOSITORY, force=True)


def tags(ecr) -> list[str]:
    return sorted(image["imageTag"] for image in ecr.list_images(repositoryName=REPOSITORY)["imageIds"])


def test_a_tag_is_added_once(ecr):
    assert add_tags(ecr, [(REPOSITORY, "0.1.0"), (REPOSITORY, "0.2.0")]) == [
        f"{REPOSITORY}:0.1.0",
        f"{REPOSITORY}:0.2.0",
    ]
    assert add_tags(ecr, [(REPOSITORY, "0.2.0")]) == []
    assert tags(ecr) == ["0.1.0", "0.2.0"]


def test_each_tag_is_an_image_of_its_own(ecr):
    add_tags(ecr, [(REPOSITORY, "0.1.0"), (REPOSITORY, "0.2.0")])
    images = ecr.describe_images(repositoryName=REPOSITORY)["imageDetails"]
    assert len({image["imageDigest"] for image in images}) == 2


def test_a_repository_that_does_not_exist_is_named(ecr):
    with pytest.raises(NoRepositoryError, match="windlass-local/shop"):
        add_tags(ecr, [("windlass-local/shop", "1")])


def test_deploy_accepts_a_tag_that_was_added_and_refuses_others(ecr):
    class Clients:
        is_emulated = True

        def client(self, _service):
            return ecr

    add_tags(ecr, [(REPOSITORY, "0.2.0")])
    check_exists(Clients(), f"{IMAGE}:0.2.0", "local web")
    with pytest.raises(RefusedError, match=r"no image 0\.3\.0"):
        check_exists(Clients(), f"{IMAGE}:0.3.0", "local web")
    assert ImageReference.parse(f"{IMAGE}:0.2.0").repository == REPOSITORY
