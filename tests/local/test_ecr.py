import pytest


def test_a_rule_of_the_pull_through_cache_is_kept_found_and_deleted(client):
    ecr = client("ecr")
    created = ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="acme/k8s", upstreamRegistryUrl="registry.k8s.io")
    assert (created["registryId"], created["upstreamRegistryUrl"]) == ("123456789012", "registry.k8s.io")
    with pytest.raises(ecr.exceptions.PullThroughCacheRuleAlreadyExistsException):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="acme/k8s", upstreamRegistryUrl="quay.io")
    (result,) = ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["acme/k8s"])["pullThroughCacheRules"]
    assert (result["ecrRepositoryPrefix"], result["upstreamRegistryUrl"]) == ("acme/k8s", "registry.k8s.io")

    ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="acme/k8s")

    assert ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"] == []
    with pytest.raises(ecr.exceptions.PullThroughCacheRuleNotFoundException):
        ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["acme/k8s"])


def test_a_repository_creation_template_is_kept_changed_and_deleted(client):
    ecr = client("ecr")
    wanted = {
        "prefix": "acme/k8s",
        "appliedFor": ["PULL_THROUGH_CACHE"],
        "encryptionConfiguration": {"encryptionType": "AES256"},
        "imageTagMutability": "MUTABLE",
        "lifecyclePolicy": '{"rules": []}',
    }
    ecr.create_repository_creation_template(**wanted, description="Copies")
    with pytest.raises(ecr.exceptions.TemplateAlreadyExistsException):
        ecr.create_repository_creation_template(**wanted)
    ecr.update_repository_creation_template(prefix="acme/k8s", description="Other copies")
    (template,) = ecr.describe_repository_creation_templates(prefixes=["acme/k8s"])["repositoryCreationTemplates"]
    assert {name: template[name] for name in wanted} == wanted
    assert template["description"] == "Other copies"

    ecr.delete_repository_creation_template(prefix="acme/k8s")

    assert ecr.describe_repository_creation_templates()["repositoryCreationTemplates"] == []
    with pytest.raises(ecr.exceptions.TemplateNotFoundException):
        ecr.describe_repository_creation_templates(prefixes=["acme/k8s"])
