"""Manifests and indexes of images (OCI and Docker), and which image of an index the tasks run."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from release.errors import RefusedError

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
INDEXES = (OCI_INDEX, DOCKER_LIST)
ACCEPTED = (OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST)
"""Types of manifests that are read; Docker's first schema is not among them."""

ARCHITECTURES: Mapping[str, str] = {"ARM64": "arm64", "X86_64": "amd64"}
"""ECS's name of an architecture → that of images."""


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What an image is built for."""

    architecture: str
    """`arm64` or `amd64`."""
    os: str = "linux"

    def __str__(self) -> str:
        """`linux/arm64`."""
        return f"{self.os}/{self.architecture}"


@dataclass(frozen=True, kw_only=True)
class Descriptor:
    """What a manifest says of a blob, or an index of an image."""

    media_type: str
    digest: str
    size: int
    platform: Platform | None = None
    name: str = ""
    """The name that an archive gives an image."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A manifest or an index, byte by byte: its digest depends on every one of them."""

    body: bytes
    media_type: str

    @cached_property
    def digest(self) -> str:
        """Of its bytes."""
        return f"sha256:{hashlib.sha256(self.body).hexdigest()}"

    @property
    def is_index(self) -> bool:
        """Whether it lists images instead of layers."""
        return self.media_type in INDEXES

    @cached_property
    def images(self) -> tuple[Descriptor, ...]:
        """The images of an index; those for no platform, such as build attestations, are left out."""
        listed = map(_descriptor, self._document.get("manifests", []))
        return tuple(each for each in listed if each.platform is None or each.platform.os != "unknown")

    @property
    def config(self) -> Descriptor:
        """The image's configuration."""
        return _descriptor(self._document["config"])

    @property
    def blobs(self) -> Iterator[Descriptor]:
        """Layers, then the configuration; layers that only their owner may distribute stay where they are."""
        yield from dict.fromkeys(_descriptor(each) for each in self._document["layers"] if not each.get("urls"))
        yield self.config

    @cached_property
    def _document(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


def choose(index: Manifest, platform: Platform, *, name: str) -> Descriptor:
    """Return the image of an index that is for a platform.

    Args:
        index: a manifest with `is_index`.
        platform: of the tasks.
        name: of the index, for messages.

    Raises:
        RefusedError: it has none, or several.
    """
    if len(index.images) == 1:
        return index.images[0]
    matching = [each for each in index.images if each.platform == platform]
    if len(matching) == 1:
        return matching[0]
    if matching or not any(each.platform for each in index.images):
        names = ", ".join(each.name or each.digest for each in matching or index.images) or "none"
        raise RefusedError(f"{name} has not one image for {platform}, but: {names}.")
    offered = ", ".join(sorted({str(each.platform) for each in index.images if each.platform}))
    raise RefusedError(f"{name} has no image for {platform}, which the tasks run; it has: {offered}.")


def require_platform(config: bytes, platform: Platform, *, name: str) -> None:
    """Raise RefusedError where an image's configuration is for another platform (E02), or is none."""
    try:
        document = json.loads(config)
        built_for = Platform(os=document["os"], architecture=document["architecture"])
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(f"{name} is not a container image: its configuration names no platform.") from error
    if built_for != platform:
        raise RefusedError(
            f"{name} is an image for {built_for}, but the tasks run on {platform} (cpu_architecture), where it does "
            f"not start. Build it with --platform {platform}, or change cpu_architecture in the environment file."
        )


def _descriptor(document: Mapping[str, Any]) -> Descriptor:
    platform = document.get("platform")
    annotations = document.get("annotations") or {}
    return Descriptor(
        media_type=str(document.get("mediaType", "")),
        digest=str(document["digest"]),
        size=int(document["size"]),
        platform=Platform(os=platform["os"], architecture=platform["architecture"]) if platform else None,
        name=str(annotations.get("org.opencontainers.image.ref.name", "")),
    )
