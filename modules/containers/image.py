"""Checks the image of a container (E05)."""

from aws.image_reference import ALLOWED, MOVING_TAGS, ImageReference


def check_image(image: str, *, allow_moving_tags: bool = False) -> None:
    """Refuse an image reference that is incomplete, or whose tag moves.

    Only Terraform knows a reference with an expression in it, such as a repository's URL from another layer. Of such a
    reference only the tag is checked, if it is plain text.

    Args:
        image: registry/repository:tag or registry/repository@sha256:digest.
        allow_moving_tags: accept tags such as `latest`; for development only.

    Raises:
        ValueError: a part is missing, or the tag moves (E05).
    """
    if "${" in image:
        tag: str | None = image.rpartition(":")[2]
    elif ImageReference.is_complete(image):
        tag = ImageReference.parse(image).tag
    else:
        raise ValueError(f'E05: image is "{image}"; allowed is {ALLOWED}')
    if tag in MOVING_TAGS and not allow_moving_tags:
        raise ValueError(
            f'E05: image is "{image}"; the tag "{tag}" moves, so a task that starts tomorrow may run another image. '
            "Name a version, a git commit or a digest"
        )
