"""What makes an image reference complete (E05). Pure; also used by the check of an environment file."""

import re

MOVING_TAGS = frozenset({"edge", "latest", "main", "master", "nightly", "stable"})
"""Tags that name another image tomorrow."""

_COMPLETE = re.compile(
    r"(?P<registry>[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?|[a-z0-9.-]+:\d+|localhost)"
    r"(/[a-z0-9]+([._-]+[a-z0-9]+)*)+"
    r"(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})|@sha256:[0-9a-f]{64})"
)


def check_image(image: str, *, allow_moving_tags: bool = False) -> None:
    """Refuse an image reference that is incomplete, or whose tag moves.

    A reference that holds a Terraform expression (a repository URL from another layer) is known only to Terraform;
    of such a one the end is checked, where it is plain text.

    Args:
        image: registry/repository:tag or registry/repository@sha256:digest.
        allow_moving_tags: accept tags such as `latest`; for development only.

    Raises:
        ValueError: a part is missing, or the tag moves (E05).
    """
    if "${" in image:
        tag: str | None = image.rpartition(":")[2]
    else:
        match = _COMPLETE.fullmatch(image)
        if match is None:
            raise ValueError(
                f'E05: image is "{image}"; a complete reference is needed, with registry, repository and tag or '
                'digest, such as "public.ecr.aws/team/web:1.4.2"'
            )
        tag = match["tag"]
    if tag in MOVING_TAGS and not allow_moving_tags:
        raise ValueError(
            f'E05: image is "{image}"; the tag "{tag}" moves, so a task that starts tomorrow may run something '
            "else. Name a version, a git commit or a digest"
        )
