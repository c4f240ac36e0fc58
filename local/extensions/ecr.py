"""ECR: tokens of the registry, and images like AWS's.

Symptoms: PutImage into a repository that does not exist gets a 500; all images without layers have the same digest,
since moto computes it from the layers, and AWS from the manifest; an image whose tag moves to another one is deleted,
where AWS keeps it untagged; a tag that cannot be moved and a layer that is missing get other errors than AWS's, or
none; an image's size is that of its configuration; GetAuthorizationToken names a registry that does not exist, and a
day in 2015; layers of CompleteLayerUpload are lost.
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
from moto.ecr.exceptions import ImageAlreadyExistsException
from moto.ecr.models import ECRBackend, Image
from moto.ecr.responses import ECRResponse

from local.extensions import ecr_pull_through
from local.extensions.patching import wrap_method
from local.iam.caller import Session, session_of
from local.iam.calls import SECURITY_TOKEN, signature_of
from local.registry import tokens
from local.registry.blobs import BLOBS, EMPTY

__all__ = ["ecr_pull_through"]


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
    session = _session(response)
    data = []
    for account in response._get_param("registryIds") or [response.current_account]:
        claims = tokens.Claims(
            account=account,
            region=response.region,
            expires_at=expires_at,
            session=session.caller.arn if session is not None else "",
            role=session.caller.role_arn if session is not None else "",
        )
        password = tokens.issue(claims)
        data.append(
            {
                "authorizationToken": base64.b64encode(f"{tokens.USER}:{password}".encode()).decode(),
                "expiresAt": datetime.fromtimestamp(expires_at, UTC),
                "proxyEndpoint": f"http://{response.headers['Host']}",
            }
        )
    return ActionResult({"authorizationData": data})


def _session(response: Any) -> Session | None:
    """The role's session that calls; `None` for the account's root."""
    signature = signature_of(
        {
            "HTTP_AUTHORIZATION": response.headers.get("Authorization", ""),
            SECURITY_TOKEN: response.headers.get("X-Amz-Security-Token", ""),
        }
    )
    return None if signature is None else session_of(signature)
