"""Images of the emulated ECR as the registry serves them. Which repository has which blob is in moto's backend."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ecr.exceptions import ImageAlreadyExistsException, ImageNotFoundException
from moto.ecr.models import Repository, ecr_backends

from local.extensions.ecr import (
    ImageTagAlreadyExistsException,
    LayersNotFoundException,
    ReferencedImagesNotFoundException,
)
from local.registry.blobs import BLOBS, EMPTY
from local.registry.errors import RegistryError
from local.registry.tokens import Claims

TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
MEDIA_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MAX_MANIFEST_BYTES = 4 * 1024 * 1024
_STATUS = {
    ImageTagAlreadyExistsException: (400, "TAG_INVALID"),
    LayersNotFoundException: (400, "MANIFEST_BLOB_UNKNOWN"),
    ReferencedImagesNotFoundException: (400, "MANIFEST_BLOB_UNKNOWN"),
}
"""How the registry says what PutImage refuses."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A manifest or an image index."""

    body: bytes
    media_type: str
    digest: str


class Images:
    """The repositories that a token opens. Hold `MOTO_LOCK` for every call.

    Args:
        claims: of the token.
    """

    def __init__(self, claims: Claims) -> None:
        self._claims = claims
        self._backend: Any = ecr_backends[claims.account][claims.region]

    def repository(self, name: str) -> Repository:
        """A repository; raises RegistryError where there is none."""
        repository = self._backend.repositories.get(name)
        if repository is None:
            raise RegistryError(
                404,
                "NAME_UNKNOWN",
                f"The repository with name '{name}' does not exist in the registry with id '{self._claims.account}'",
            )
        return repository

    def has_blob(self, name: str, digest: str) -> bool:
        """Whether a repository has a blob."""
        return digest in self.repository(name).layers or digest == EMPTY

    def add_blob(self, name: str, digest: str) -> None:
        """Let a repository have a blob that is in the store."""
        path = BLOBS.path(digest)
        assert path is not None
        self.repository(name).layers[digest] = path.stat().st_size

    def mount(self, name: str, digest: str, source: str) -> bool:
        """Take a blob over from another repository; False where that has none."""
        other = self._backend.repositories.get(source)
        if other is None or digest not in other.layers or BLOBS.path(digest) is None:
            return False
        self.add_blob(name, digest)
        return True

    def manifest(self, name: str, reference: str) -> Manifest:
        """The manifest with a tag or a digest; raises RegistryError where there is none."""
        by = {"image_digest": reference} if DIGEST.fullmatch(reference) else {"image_tag": reference}
        try:
            image = self.repository(name)._get_image(**{"image_tag": None, "image_digest": None, **by})
        except ImageNotFoundException as error:
            raise RegistryError(404, "MANIFEST_UNKNOWN", "Requested image not found") from error
        return Manifest(
            body=image.image_manifest.encode(),
            media_type=str(image.image_manifest_media_type),
            digest=image.get_image_digest(),
        )

    def put_manifest(self, name: str, reference: str, body: bytes, content_type: str) -> str:
        """Store a manifest or an index under a tag, or under its digest alone; returns the digest.

        Raises:
            RegistryError: no such repository, no such blob, a tag that is taken, or not a manifest.
        """
        self.repository(name)
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        is_digest = DIGEST.fullmatch(reference) is not None
        if is_digest and reference != digest:
            raise RegistryError(400, "DIGEST_INVALID", f"The digest of the manifest is {digest}, not {reference}")
        if not is_digest and not TAG.fullmatch(reference):
            raise RegistryError(400, "TAG_INVALID", f"Invalid tag '{reference}'")
        media_type = _media_type(body, content_type)
        try:
            self._backend.put_image(name, body.decode(), None if is_digest else reference, media_type, digest)
        except ImageAlreadyExistsException:
            pass  # the same image under the same tag: nothing changes
        except ServiceException as error:
            status, code = _STATUS.get(type(error), (400, "MANIFEST_INVALID"))
            raise RegistryError(status, code, str(error.message)) from error
        return digest

    def tags(self, name: str) -> list[str]:
        """All tags of a repository, sorted."""
        return sorted(tag for image in self.repository(name).images for tag in image.image_tags)


def _media_type(body: bytes, content_type: str) -> str:
    try:
        document = json.loads(body)
        media_type = str(document.get("mediaType") or content_type)
        version = document["schemaVersion"]
    except (ValueError, KeyError, AttributeError) as error:
        raise RegistryError(400, "MANIFEST_INVALID", "The body is not an image manifest") from error
    if version != 2 or media_type not in MEDIA_TYPES:
        raise RegistryError(
            400, "MANIFEST_INVALID", f"Manifests of schema {version} and type '{media_type}' are not supported"
        )
    return media_type
