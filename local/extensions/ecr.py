"""ECR: pull-through cache rules, repository creation templates, tokens of the registry, and images like AWS's.

Symptoms: `aws_ecr_pull_through_cache_rule` and `aws_ecr_repository_creation_template` get a 404, because moto has none
of the operations (both are only stored: nothing is pulled through); PutImage into a repository that does not exist
gets a 500; all images without layers have the same digest, since moto computes it from the layers, and AWS from the
manifest; an image whose tag moves to another one is deleted, where AWS keeps it untagged; a tag that cannot be moved
and a layer that is missing get other errors than AWS's, or none; an image's size is that of its configuration;
GetAuthorizationToken names a registry that does not exist, and a day in 2015; layers of CompleteLayerUpload are lost.
"""

import base64
import hashlib
import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecr.exceptions import ImageAlreadyExistsException
from moto.ecr.models import ECRBackend, Image
from moto.ecr.responses import ECRResponse

from local.extensions.backend_state import state_of
from local.extensions.patching import add_method, wrap_method
from local.iam.caller import TEMPORARY_KEY
from local.iam.calls import CREDENTIAL
from local.registry import tokens
from local.registry.blobs import BLOBS, EMPTY


class PullThroughCacheRuleNotFoundException(ServiceException):  # type: ignore[misc]
    """There is no rule with that prefix."""

    code = "PullThroughCacheRuleNotFoundException"


class PullThroughCacheRuleAlreadyExistsException(ServiceException):  # type: ignore[misc]
    """There is already a rule with that prefix."""

    code = "PullThroughCacheRuleAlreadyExistsException"


class TemplateNotFoundException(ServiceException):  # type: ignore[misc]
    """There is no template with that prefix."""

    code = "TemplateNotFoundException"


class TemplateAlreadyExistsException(ServiceException):  # type: ignore[misc]
    """There is already a template with that prefix."""

    code = "TemplateAlreadyExistsException"


class ImageTagAlreadyExistsException(ServiceException):  # type: ignore[misc]
    """The tag names another image, and the repository's tags cannot be moved."""

    code = "ImageTagAlreadyExistsException"


class LayersNotFoundException(ServiceException):  # type: ignore[misc]
    """The manifest names a blob that the repository does not have."""

    code = "LayersNotFoundException"


class ReferencedImagesNotFoundException(ServiceException):  # type: ignore[misc]
    """The index names an image that the repository does not have."""

    code = "ReferencedImagesNotFoundException"


@wrap_method(ECRBackend, "put_image")
def put_image(
    original: Any,
    backend: Any,
    repository_name: str,
    image_manifest: str,
    image_tag: str | None,
    image_manifest_mediatype: str | None = None,
    digest: str | None = None,
) -> Any:
    """PutImage."""
    repository = backend._get_repository(repository_name)
    digest = digest or f"sha256:{hashlib.sha256(image_manifest.encode()).hexdigest()}"
    _require_parts(repository, image_manifest)
    same = [image for image in repository.images if image.get_image_digest() == digest]
    if same and (image_tag is None or image_tag in same[0].image_tags):
        raise ImageAlreadyExistsException(
            registry_id=repository.registry_id, repository_name=repository_name, digest=digest, image_tag=image_tag
        )
    try:
        tagged = backend._resolve_image_tag_mutability(repository, image_tag) if image_tag is not None else []
    except ImageAlreadyExistsException as error:
        raise ImageTagAlreadyExistsException(
            f"The image tag '{image_tag}' already exists in the '{repository_name}' repository and cannot be "
            "overwritten because the tag is immutable."
        ) from error
    for image in tagged:
        image.remove_tag(image_tag)
    return original(backend, repository_name, image_manifest, image_tag, image_manifest_mediatype, digest)


def _require_parts(repository: Any, manifest: str) -> None:
    document = json.loads(manifest)
    if "manifests" in document:
        known = {image.get_image_digest() for image in repository.images}
        missing = [each["digest"] for each in document["manifests"] if each["digest"] not in known]
        if missing:
            raise ReferencedImagesNotFoundException(
                f"The images with digests '[{', '.join(missing)}]' do not exist in the repository '{repository.name}'"
            )
        return
    missing = [digest for digest, _ in _parts(document) if digest not in repository.layers and digest != EMPTY]
    if missing:
        raise LayersNotFoundException(
            f"The layers with digests '[{', '.join(missing)}]' do not exist in the repository '{repository.name}'"
        )


def _parts(document: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Digest and size of the blobs of a manifest that the registry itself stores."""
    for part in [document.get("config"), *document.get("layers", [])]:
        if part and "digest" in part and not part.get("urls"):
            yield part["digest"], int(part.get("size", 0))


@wrap_method(Image, "get_image_size_in_bytes")
def get_image_size_in_bytes(_original: Any, image: Any) -> int | None:
    """`imageSizeInBytes`: of all that is pulled."""
    document = json.loads(image.image_manifest)
    return None if "manifests" in document else sum(size for _, size in _parts(document))


@wrap_method(ECRBackend, "complete_layer_upload")
def complete_layer_upload(
    original: Any,
    backend: Any,
    repository_name: str,
    upload_id: str,
    layer_digests: list[str],
    registry_id: str | None = None,
) -> Any:
    """CompleteLayerUpload."""
    uploads = backend._get_repository(repository_name, registry_id).uploads
    if upload_id in uploads:
        upload = BLOBS.begin((backend.account_id, backend.region_name, repository_name))
        upload.append(io.BytesIO(bytes(uploads[upload_id].layer_parts)))
        BLOBS.commit(upload)
    return original(backend, repository_name, upload_id, layer_digests, registry_id)


@wrap_method(ECRResponse, "get_authorization_token")
def get_authorization_token(_original: Any, response: Any) -> ActionResult:
    """GetAuthorizationToken: for the registry of this server, wherever it listens."""
    expires_at = int(time.time()) + tokens.LIFETIME_SECONDS
    signed = CREDENTIAL.search(response.headers.get("Authorization", ""))
    key = signed["key"] if signed and signed["key"].startswith(TEMPORARY_KEY) else ""
    data = []
    for account in response._get_param("registryIds") or [response.current_account]:
        claims = tokens.Claims(account=account, region=response.region, expires_at=expires_at, access_key=key)
        password = tokens.issue(claims)
        data.append(
            {
                "authorizationToken": base64.b64encode(f"{tokens.USER}:{password}".encode()).decode(),
                "expiresAt": datetime.fromtimestamp(expires_at, UTC),
                "proxyEndpoint": f"http://{response.headers['Host']}",
            }
        )
    return ActionResult({"authorizationData": data})


@add_method(ECRResponse)
def create_pull_through_cache_rule(response: Any) -> ActionResult:
    """CreatePullThroughCacheRule."""
    rules, prefix = _rules(response), response._get_param("ecrRepositoryPrefix")
    if prefix in rules:
        raise PullThroughCacheRuleAlreadyExistsException(f"A rule with the prefix '{prefix}' exists")
    rule = rules[prefix] = {
        "ecrRepositoryPrefix": prefix,
        "upstreamRegistryUrl": response._get_param("upstreamRegistryUrl"),
        "credentialArn": response._get_param("credentialArn"),
        "upstreamRepositoryPrefix": response._get_param("upstreamRepositoryPrefix"),
        "registryId": response.current_account,
        "createdAt": utcnow(),
    }
    return ActionResult(rule)


@add_method(ECRResponse)
def describe_pull_through_cache_rules(response: Any) -> ActionResult:
    """DescribePullThroughCacheRules."""
    rules = _rules(response)
    prefixes = response._get_param("ecrRepositoryPrefixes") or list(rules)
    for prefix in prefixes:
        if prefix not in rules:
            raise PullThroughCacheRuleNotFoundException(f"There is no rule with the prefix '{prefix}'")
    return ActionResult({"pullThroughCacheRules": [rule for prefix, rule in rules.items() if prefix in prefixes]})


@add_method(ECRResponse)
def delete_pull_through_cache_rule(response: Any) -> ActionResult:
    """DeletePullThroughCacheRule."""
    prefix = response._get_param("ecrRepositoryPrefix")
    rule = _rules(response).pop(prefix, None)
    if rule is None:
        raise PullThroughCacheRuleNotFoundException(f"There is no rule with the prefix '{prefix}'")
    return ActionResult(rule)


def _rules(response: Any) -> dict[str, dict[str, Any]]:
    """Prefix → rule."""
    return state_of(response.ecr_backend, "pull_through_cache_rules", dict)


_TEMPLATE = (
    *("prefix", "description", "encryptionConfiguration", "resourceTags", "imageTagMutability", "repositoryPolicy"),
    *("lifecyclePolicy", "appliedFor", "customRoleArn"),
)
"""What a repository creation template consists of."""


@add_method(ECRResponse)
def create_repository_creation_template(response: Any) -> ActionResult:
    """CreateRepositoryCreationTemplate."""
    templates, prefix = _templates(response), response._get_param("prefix")
    if prefix in templates:
        raise TemplateAlreadyExistsException(f"A template with the prefix '{prefix}' exists")
    templates[prefix] = {"createdAt": utcnow(), **_given(response)}
    return _template(response, templates[prefix])


@add_method(ECRResponse)
def update_repository_creation_template(response: Any) -> ActionResult:
    """UpdateRepositoryCreationTemplate; what is not given stays."""
    template = _known_template(response, response._get_param("prefix"))
    template.update(_given(response))
    return _template(response, template)


@add_method(ECRResponse)
def describe_repository_creation_templates(response: Any) -> ActionResult:
    """DescribeRepositoryCreationTemplates."""
    prefixes = response._get_param("prefixes") or list(_templates(response))
    templates = [_known_template(response, prefix) for prefix in prefixes]
    return ActionResult({"registryId": response.current_account, "repositoryCreationTemplates": templates})


@add_method(ECRResponse)
def delete_repository_creation_template(response: Any) -> ActionResult:
    """DeleteRepositoryCreationTemplate."""
    template = _known_template(response, response._get_param("prefix"))
    del _templates(response)[template["prefix"]]
    return _template(response, template)


def _given(response: Any) -> dict[str, Any]:
    given = {name: response._get_param(name) for name in _TEMPLATE}
    return {name: value for name, value in given.items() if value is not None} | {"updatedAt": utcnow()}


def _template(response: Any, template: dict[str, Any]) -> ActionResult:
    return ActionResult({"registryId": response.current_account, "repositoryCreationTemplate": template})


def _known_template(response: Any, prefix: str) -> dict[str, Any]:
    template = _templates(response).get(prefix)
    if template is None:
        raise TemplateNotFoundException(f"There is no template with the prefix '{prefix}'")
    return template


def _templates(response: Any) -> dict[str, dict[str, Any]]:
    """Prefix → template."""
    return state_of(response.ecr_backend, "repository_creation_templates", dict)
