"""The environment file, the modules, SSM and deployments accept the same image references (E05)."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aws.account import Account
from aws.image_reference import MAX_CHARACTERS, MOVING_TAGS, ImageReference
from config.services import RollingService
from modules.containers import check_image
from release.deploy import DeployRequest
from release.errors import BadRequestError
from tests.support.environments import REPEATABLE

DIGEST = f"sha256:{'0a' * 32}"

labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
registries = st.one_of(
    st.lists(labels, min_size=2, max_size=4).map(".".join),
    st.tuples(labels, st.integers(1, 65535)).map(lambda pair: f"{pair[0]}:{pair[1]}"),
    st.just("localhost"),
)
components = st.from_regex(r"[a-z0-9]{1,5}((\.|_|__|-{1,3})[a-z0-9]{1,5}){0,3}", fullmatch=True)
repositories = st.lists(components, min_size=1, max_size=4).map("/".join)
tags = st.one_of(
    st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", fullmatch=True), st.sampled_from(sorted(MOVING_TAGS))
)
digests = st.from_regex("sha256:[0-9a-f]{64}", fullmatch=True)
complete = st.builds(
    "{}/{}{}".format, registries, repositories, st.one_of(tags.map(":{}".format), digests.map("@{}".format))
)
nearly = st.text(alphabet="aB1./:@-_ \n", max_size=30)
"""Texts of the characters that references are made of; most of them are none."""


def accepted_by_the_environment_file(image: str) -> bool:
    try:
        RollingService.model_validate({"strategy": "rolling", "image": image})
    except ValueError:
        return False
    return True


def accepted_by_the_modules(image: str) -> bool:
    try:
        check_image(image, allow_moving_tags=True)
    except ValueError:
        return False
    return True


def accepted_by_ssm(image: str) -> bool:
    # SSM matches the whole value; Python's `$` would also match in front of a last line break.
    return re.fullmatch(ImageReference.ssm_pattern(), image) is not None and not image.endswith("\n")


def accepted_by_deploy(image: str, *, allow_moving_tags: bool = True) -> bool:
    try:
        DeployRequest(image=image, allow_moving_tags=allow_moving_tags)
    except BadRequestError:
        return False
    return True


def accepted(image: str) -> set[bool]:
    return {
        ImageReference.is_complete(image),
        accepted_by_the_environment_file(image),
        accepted_by_the_modules(image),
        accepted_by_ssm(image),
        accepted_by_deploy(image),
    }


@REPEATABLE
@given(complete)
@example("localhost/web:1")
@example("localhost:5000/web:1")
@example(f"docker.io/apache/airflow@{DIGEST}")
@example("a.io/team/web:stable")
def test_a_complete_reference_is_accepted_everywhere_and_its_text_is_the_same_again(image: str) -> None:
    assert accepted(image) == {True}
    assert str(ImageReference.parse(image)) == image


@REPEATABLE
@given(st.one_of(nearly, complete.map(lambda image: image[1:]), complete.map(lambda image: image.replace("/", "", 1))))
@example("library/nginx:1.0")
@example("nginx")
@example("a.io/web")
@example("a.io/web:")
@example("a.io/web:1\n")
@example("a.io/Web:1")
@example("a..io/web:1")
@example("a.io/we..b:1")
@example(f"a.io/web:1@{DIGEST}")
@example(f"a.io/{'w' * MAX_CHARACTERS}:1")
@example("")
def test_all_agree_on_every_text(image: str) -> None:
    assert len(accepted(image)) == 1


@REPEATABLE
@given(registries, repositories, tags)
def test_the_parts_of_a_reference_survive_a_round_trip(registry: str, repository: str, tag: str) -> None:
    reference = ImageReference(registry=registry, repository=repository, tag=tag)
    assert ImageReference.parse(str(reference)) == reference


@pytest.mark.parametrize("image", ["library/nginx:1.0", "nginx", "a.io/web", "a.io/web:", f"a.io/web@{DIGEST}0", ""])
def test_what_is_incomplete_is_refused_with_what_is_allowed(image: str) -> None:
    assert accepted(image) == {False}
    with pytest.raises(ValueError, match="is not a complete reference with registry, repository and tag or digest"):
        ImageReference.parse(image)


@pytest.mark.parametrize("parts", [{}, {"tag": "1", "digest": DIGEST}, {"tag": "a b"}])
def test_parts_that_make_no_reference_are_refused(parts: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is not a complete reference"):
        ImageReference(registry="a.io", repository="web", **parts)


@pytest.mark.parametrize("tag", sorted(MOVING_TAGS))
def test_a_tag_that_moves_is_deployed_in_development_only(tag: str) -> None:
    image = f"a.io/team/web:{tag}"
    assert ImageReference.parse(image).is_moving
    assert accepted_by_deploy(image, allow_moving_tags=True)
    assert not accepted_by_deploy(image, allow_moving_tags=False)
    with pytest.raises(ValueError, match=r"E05: image is .* moves"):
        check_image(image)


@pytest.mark.parametrize("image", ["a.io/team/web:1.4.2", "a.io/team/main:stable-2", f"a.io/team/latest@{DIGEST}"])
def test_what_names_one_image_for_good_does_not_move(image: str) -> None:
    assert not ImageReference.parse(image).is_moving


def test_ecr_names_account_region_and_repository() -> None:
    image = ImageReference.parse("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/shop/web:1")
    assert image.ecr_account == Account(partition="aws-cn", region="cn-north-1", id="111122223333")
    assert image.repository_arn == "arn:aws-cn:ecr:cn-north-1:111122223333:repository/shop/web"
    public = ImageReference.parse("public.ecr.aws/team/web:1")
    assert public.ecr_account is None
    assert public.repository_arn is None
