"""The roots that databases and caches are verified with, as a file in the containers that connect to them. Pure.

A container that ends before the others start writes the file into a volume of the task (D07). It runs the image of the
containers that it serves, so nothing else is pulled; of that image it needs `/bin/sh` alone.
"""

from dataclasses import replace

from modules.containers.container import Container, ContainerDependency, MountPoint

ROOT_CERTIFICATES_CONTAINER = "root-certificates"
"""Longer than the name of a web service, which is that of its container, can be."""

ROOT_CERTIFICATES_VOLUME = "root-certificates"
"""Volume on the task's ephemeral storage."""

_FOLDER = "/certificates"
ROOT_CERTIFICATES_FILE = f"{_FOLDER}/aws.pem"
"""The file in each container, in PEM."""


def root_certificates_container(image: str, certificates: str) -> Container:
    """Return the container that writes the file and ends.

    Args:
        image: complete reference of an image with `/bin/sh` (E05); one that the task runs anyway.
        certificates: the roots in PEM, those of one region: a task definition has at most 64 KiB.
    """
    return Container(
        name=ROOT_CERTIFICATES_CONTAINER,
        image=image,
        entry_point=("/bin/sh", "-c"),
        command=(f'printf %s "$WINDLASS_ROOT_CERTIFICATES" > {ROOT_CERTIFICATES_FILE}',),
        environment={"WINDLASS_ROOT_CERTIFICATES": certificates},
        # An empty volume belongs to root. It has no secret, and a command of one line.
        user="0:0",
        mount_points=(MountPoint(volume=ROOT_CERTIFICATES_VOLUME, container_path=_FOLDER),),
        essential=False,
        init_process_enabled=False,
    )


def with_root_certificates(container: Container) -> Container:
    """Return the container with the file, which is there before it starts."""
    return replace(
        container,
        mount_points=(
            *container.mount_points,
            MountPoint(volume=ROOT_CERTIFICATES_VOLUME, container_path=_FOLDER, read_only=True),
        ),
        depends_on=(
            ContainerDependency(container=ROOT_CERTIFICATES_CONTAINER, condition="SUCCESS"),
            *container.depends_on,
        ),
    )
