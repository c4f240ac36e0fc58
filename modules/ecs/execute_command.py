"""What ECS Exec needs in a task: somewhere to write, although the root file system is read-only."""

from dataclasses import replace

from aws.execute_command import WRITTEN_PATHS
from modules.containers import Container, MountPoint
from modules.ecs.task_definition import TaskDefinitionInputs


def with_session_volumes(task: TaskDefinitionInputs) -> TaskDefinitionInputs:
    """Return the task with volumes for the session agent, in each container whose root file system is read-only.

    Volumes are empty, on the task's ephemeral storage, and not shared: each container has an agent of its own. The
    agent runs as root whatever the container's user is, so root may own them.
    """
    volumes = {
        f"{container.name}-{word}": None
        for container in task.containers
        if container.readonly_root_filesystem
        for word in WRITTEN_PATHS
    }
    containers = [_writable(container) for container in task.containers]
    return replace(task, containers=containers, volumes={**task.volumes, **volumes})


def _writable(container: Container) -> Container:
    if not container.readonly_root_filesystem:
        return container
    mounts = (
        MountPoint(volume=f"{container.name}-{word}", container_path=path) for word, path in WRITTEN_PATHS.items()
    )
    return replace(container, mount_points=(*container.mount_points, *mounts))
