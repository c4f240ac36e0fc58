"""An image from another registry, layer by layer, into the environment's own."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from aws.account import Account
from aws.image_reference import ImageReference
from release.aws import Aws
from release.errors import FailedError, RefusedError
from release.registry.copy import Copied, copy_image, format_size, image_of
from release.registry.manifest import Platform
from release.registry.repository import Repository
from release.registry.sources import RegistrySource
from release.registry.target import ecr_repository, repository_of
from tests.release.operator import Recorder
from tests.release.registry.conftest import OTHER, QUICK, WEB
from tests.release.registry.images import ForeignRegistry, Image, foreign_registry

pytestmark = pytest.mark.slow

ARM, INTEL = Platform(architecture="arm64"), Platform(architecture="amd64")
ACCOUNT = Account.in_region("eu-west-1", "123456789012")


def source_of(registry: ForeignRegistry, aws: Aws, reference: str = ":1.0.0") -> RegistrySource:
    image = ImageReference.parse(f"{registry.host}/{registry.repository}{reference}")
    repository = repository_of(image, aws, ACCOUNT, retries=QUICK)
    return RegistrySource(repository, str(image.tag or image.digest))


def copy(source: Any, target: Repository, recorder: Recorder, **changes: Any) -> Copied:
    settings = {"tag": "1.0.0", "platform": ARM, "may_move": False, **changes}
    return copy_image(source, target, reporter=recorder.reporter, **settings)


def pulled(target: Repository, digest: str) -> dict[str, bytes]:
    """The blobs of an image in a repository."""
    manifest = target.manifest(digest)
    assert manifest is not None
    blobs = {}
    for blob in manifest.blobs:
        with target.open(blob) as chunks:
            blobs[blob.digest] = b"".join(chunks)
    return blobs


def test_of_an_index_the_image_for_the_tasks_platform_is_copied(
    aws: Aws, ecr: Any, target: Repository, recorder: Recorder
) -> None:
    image = Image.of("amd64", "arm64")
    with foreign_registry(image) as registry:
        copied = copy(source_of(registry, aws), target, recorder)
    assert (copied.digest, copied.sent, copied.changed) == (image.by_platform["arm64"], 3, True)
    (described,) = ecr.describe_images(repositoryName=WEB)["imageDetails"]
    assert (described["imageDigest"], described["imageTags"]) == (copied.digest, ["1.0.0"])
    assert described["imageSizeInBytes"] == copied.size
    blobs = pulled(target, copied.digest)
    assert blobs == {digest: image.blobs[digest] for digest in blobs}
    assert len(blobs) == 3
    assert "part 1 of 3: 24 B, sent" in recorder.output


def test_no_authorization_follows_a_redirect_to_another_host(aws: Aws, target: Repository, recorder: Recorder) -> None:
    with foreign_registry(Image.of("arm64")) as registry:
        copy(source_of(registry, aws), target, recorder)
        assert any(host.startswith("localhost") for _, host, _ in registry.requests), "blobs are elsewhere"
        assert registry.leaked == []


def test_what_is_there_is_not_sent_again(aws: Aws, target: Repository, recorder: Recorder) -> None:
    with foreign_registry(Image.of("arm64", layers=(b"base", b"one"))) as registry:
        copy(source_of(registry, aws), target, recorder)
        again = copy(source_of(registry, aws), target, recorder)
    assert (again.sent, again.present, again.changed) == (0, 3, False)
    with foreign_registry(Image.of("arm64", layers=(b"base", b"two"))) as registry:
        second = copy(source_of(registry, aws), target, recorder, tag="1.1.0")
        fetched = [path for method, _, path in registry.requests if "/store/" in path]
    assert (second.sent, second.present) == (1, 2)
    assert len(fetched) == 2, "the new layer, and the configuration to see its platform"


def test_a_tag_that_names_another_image_is_refused_before_anything_is_sent(
    aws: Aws, ecr: Any, target: Repository, recorder: Recorder
) -> None:
    with foreign_registry(Image.of("arm64", layers=(b"one",))) as registry:
        copy(source_of(registry, aws), target, recorder)
    with foreign_registry(Image.of("arm64", layers=(b"two",))) as registry:
        with pytest.raises(RefusedError, match=r"another image with the tag 1\.0\.0 already .*--tag"):
            copy(source_of(registry, aws), target, recorder)
        with pytest.raises(RefusedError, match=r"TAG_INVALID The image tag '1\.0\.0' already exists"):
            copy(source_of(registry, aws), target, recorder, may_move=True)
    ecr.put_image_tag_mutability(repositoryName=WEB, imageTagMutability="MUTABLE")
    with foreign_registry(Image.of("arm64", layers=(b"two",))) as registry:
        assert copy(source_of(registry, aws), target, recorder, may_move=True).changed


def test_an_image_of_the_same_registry_is_taken_over_without_being_sent(
    aws: Aws, ecr: Any, target: Repository, recorder: Recorder
) -> None:
    with foreign_registry(Image.of("arm64")) as registry:
        copy(source_of(registry, aws), ecr_repository(aws, OTHER, retries=QUICK), recorder)
    reference = ImageReference.parse(f"{ACCOUNT.ecr_host}/{OTHER}:1.0.0")
    source = RegistrySource(repository_of(reference, aws, ACCOUNT, retries=QUICK), "1.0.0")
    copied = copy(source, target, recorder)
    assert (copied.sent, copied.present) == (0, 3)
    assert len(pulled(target, copied.digest)) == 3


@pytest.mark.parametrize(
    ("architectures", "message"),
    [
        (
            ("amd64",),
            r"for linux/amd64, but the tasks run on linux/arm64 \(cpu_architecture\).* --platform linux/arm64",
        ),
        (("amd64", "s390x"), "has no image for linux/arm64, which the tasks run; it has: linux/amd64, linux/s390x"),
    ],
)
def test_an_image_for_another_platform_is_refused(
    aws: Aws, ecr: Any, target: Repository, recorder: Recorder, architectures: tuple[str, ...], message: str
) -> None:
    with foreign_registry(Image.of(*architectures)) as registry, pytest.raises(RefusedError, match=message):
        copy(source_of(registry, aws), target, recorder)
    assert ecr.describe_images(repositoryName=WEB)["imageDetails"] == []


def test_by_digest_the_bytes_have_to_be_those(aws: Aws, target: Repository, recorder: Recorder) -> None:
    image = Image.of("arm64")
    with foreign_registry(image) as registry:
        source = source_of(registry, aws, f"@{image.root}")
        assert image_of(source, ARM, QUICK).digest == image.root
        kind, body = image.manifests[image.root]
        image.manifests[image.root] = kind, body + b" "
        with pytest.raises(FailedError, match="sent another manifest than sha256:"):
            image_of(source, ARM, QUICK)


def test_an_image_that_is_not_there_is_named(aws: Aws) -> None:
    with foreign_registry(Image.of("arm64")) as registry:
        source = source_of(registry, aws, ":2.0.0")
        with pytest.raises(RefusedError, match=r"There is no image 127.*/team/web:2\.0\.0"):
            source.root()


@pytest.mark.parametrize("failures", [["500", "500"], ["cut"], ["", "cut", "500"], ["", "", "500", "cut", "500"]])
def test_a_registry_that_breaks_off_is_tried_again(
    aws: Aws, target: Repository, recorder: Recorder, failures: list[str]
) -> None:
    image = Image.of("arm64")
    with foreign_registry(image, failures=failures) as registry:
        copied = copy(source_of(registry, aws), target, recorder)
        assert registry.failures == []
    assert pulled(target, copied.digest) == image.blobs


@pytest.mark.parametrize(("before", "message"), [(0, "1.0.0 was not read"), (1, "sha256:.* was not stored")])
def test_after_five_attempts_it_is_given_up(
    aws: Aws, target: Repository, recorder: Recorder, before: int, message: str
) -> None:
    with foreign_registry(Image.of("arm64"), failures=[*[""] * before, *["500"] * 9]) as registry:
        with pytest.raises(FailedError, match=rf"{message}: localhost.* answered 500.* \(after 5 attempts\)"):
            copy(source_of(registry, aws), target, recorder)
        assert len(registry.failures) == 4


def test_stored_credentials_open_a_private_registry(
    aws: Aws, target: Repository, recorder: Recorder, tmp_path: Path
) -> None:
    with foreign_registry(Image.of("arm64"), user="anna:secret") as registry:
        with pytest.raises(FailedError, match=f"gives no token for {registry.host}.*docker login {registry.host}"):
            copy(source_of(registry, aws), target, recorder)
        (tmp_path / "docker").mkdir()
        auth = base64.b64encode(b"anna:secret").decode()
        (tmp_path / "docker" / "config.json").write_text(json.dumps({"auths": {registry.host: {"auth": auth}}}))
        assert copy(source_of(registry, aws), target, recorder).changed


def test_an_expired_token_is_renewed(aws: Aws, target: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    from local.registry import tokens

    tokens_before = target.authorization.header()
    with monkeypatch.context() as patch:
        patch.setattr(tokens, "_KEY", b"the key of another process")
        assert not target.has(f"sha256:{'0' * 64}")
        assert target.authorization.header() != tokens_before


def test_sizes_are_readable() -> None:
    assert [format_size(size) for size in (0, 1023, 1536, 5 * 1024**2, 3 * 1024**4)] == [
        "0 B",
        "1023 B",
        "1.5 KiB",
        "5.0 MiB",
        "3072.0 GiB",
    ]
