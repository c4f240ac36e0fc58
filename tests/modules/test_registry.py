"""Repositories for images."""

import json
from typing import Any

import pytest

from modules.registry import (
    PullThroughCache,
    PullThroughCacheInputs,
    Repositories,
    RepositoriesInputs,
    RepositoriesOutputs,
    Repository,
)
from tests.support.stack import Synthesised, module_stack, synthesised

WEB = Repository(name="acme/web")


def registry(repositories: dict[str, Repository], **changes: Any) -> tuple[Synthesised, RepositoriesOutputs]:
    with module_stack() as stack:
        created = Repositories(stack, "registry", RepositoriesInputs(repositories=repositories, **changes))
    return synthesised(stack), created.outputs


def test_tags_stay_what_they_were_and_images_are_scanned_when_pushed():
    body = registry({"web": WEB})[0].only("aws_ecr_repository")
    assert body["image_tag_mutability"] == "IMMUTABLE"
    assert body["image_scanning_configuration"] == {"scan_on_push": True}


def test_tags_can_be_mutable():
    moving = Repository(name="acme/web", immutable_tags=False)
    assert registry({"web": moving})[0].only("aws_ecr_repository")["image_tag_mutability"] == "MUTABLE"


def test_images_are_encrypted_by_the_given_key_or_by_ecr_itself():
    key = "arn:aws:kms:eu-west-1:111122223333:key/1"
    with_key = registry({"web": WEB}, kms_key_arn=key)[0].only("aws_ecr_repository")
    assert with_key["encryption_configuration"] == [{"encryption_type": "KMS", "kms_key": key}]
    without = registry({"web": WEB})[0].only("aws_ecr_repository")
    assert without["encryption_configuration"] == [{"encryption_type": "AES256"}]


@pytest.mark.parametrize(
    ("repository", "days"),
    [
        (WEB, 7),
        (Repository(name="acme/web", immutable_tags=False), 365),
        (Repository(name="acme/web", expire_untagged_after_days=3), 3),
    ],
)
def test_untagged_images_go_and_no_rule_can_expire_one_with_a_tag(repository: Repository, days: int) -> None:
    policy = json.loads(registry({"web": repository})[0].only("aws_ecr_lifecycle_policy")["policy"])
    (rule,) = policy["rules"]
    assert rule["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": days,
    }


def test_only_an_environment_to_throw_away_deletes_images_with_their_repository():
    assert registry({"web": WEB})[0].only("aws_ecr_repository")["force_delete"] is False
    assert registry({"web": WEB}, force_delete=True)[0].only("aws_ecr_repository")["force_delete"] is True


def test_urls_and_arns_have_the_keys_of_the_inputs():
    _, outputs = registry({"web": WEB, "git-sync": Repository(name="acme/git-sync")})
    assert list(outputs.repository_urls) == list(outputs.repository_arns) == ["web", "git-sync"]


def test_another_repository_moves_no_address_and_changes_no_existing_resource():
    before, _ = registry({"web": WEB})
    after, _ = registry({"admin": Repository(name="acme/admin"), "web": WEB})
    for resource_type, resources in before.document["resource"].items():
        for name, body in resources.items():
            assert after.resources(resource_type)[name] == body


def test_two_repositories_of_one_name_are_refused():
    with pytest.raises(ValueError, match="repositories 'web' and 'api' are both named 'acme/web'"):
        registry({"web": WEB, "api": WEB})


def test_an_invalid_key_is_refused():
    with pytest.raises(ValueError, match="key of a repository is 'acme/web'"):
        registry({"acme/web": WEB})


@pytest.mark.parametrize("field", ["expire_untagged_after_days"])
def test_keeping_nothing_is_refused(field: str):
    with pytest.raises(ValueError, match=f"{field} of repository 'acme/web' is 0: 1 or more"):
        Repository(name="acme/web", **{field: 0})


def copies(prefix: str, *registries: str) -> Synthesised:
    with module_stack() as stack:
        PullThroughCache(stack, "copies", PullThroughCacheInputs(prefix=prefix, registries=registries))
        return synthesised(stack)


def test_p04_a_public_registry_is_copied_under_the_deployments_own_prefix() -> None:
    rules = copies("acme-prod", "registry.k8s.io", "public.ecr.aws").resources("aws_ecr_pull_through_cache_rule")
    assert {(rule["ecr_repository_prefix"], rule["upstream_registry_url"]) for rule in rules.values()} == {
        ("acme-prod/k8s", "registry.k8s.io"),
        ("acme-prod/aws", "public.ecr.aws"),
    }


def test_repositories_of_copies_are_made_by_a_template_with_retention() -> None:
    result = copies("acme-prod", "registry.k8s.io")
    template = result.only("aws_ecr_repository_creation_template")
    assert (template["prefix"], template["applied_for"]) == ("acme-prod/k8s", ["PULL_THROUGH_CACHE"])
    (rule,) = json.loads(template["lifecycle_policy"])["rules"]
    assert rule["selection"]["countNumber"] == 20
    (waits_for,) = result.only("aws_ecr_pull_through_cache_rule")["depends_on"]
    assert waits_for.startswith("aws_ecr_repository_creation_template.")


def test_docker_hub_is_copied_with_a_credential() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/hub-AbCdEf"
    with module_stack() as stack:
        inputs = PullThroughCacheInputs(
            prefix="acme-prod", registries=("docker.io", "quay.io"), docker_hub_credential_arn=arn
        )
        PullThroughCache(stack, "copies", inputs)
        rules = synthesised(stack).resources("aws_ecr_pull_through_cache_rule")
    assert {(rule["upstream_registry_url"], rule.get("credential_arn")) for rule in rules.values()} == {
        ("registry-1.docker.io", arn),
        ("quay.io", None),
    }


def test_a_registry_that_requires_credentials_is_refused() -> None:
    with pytest.raises(ValueError, match=r"registry is 'docker\.io'"):
        copies("acme-prod", "docker.io")


def test_a_prefix_that_ecr_would_refuse_is_refused() -> None:
    with pytest.raises(ValueError, match="2 to 30 lower-case"):
        copies("a-project-with-a-name-too-long", "registry.k8s.io")
