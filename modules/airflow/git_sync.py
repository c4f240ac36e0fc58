"""git-sync as a sidecar: as root, with the image's CA certificates, on a volume that Airflow reads (A13). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from modules.containers import Container, ContainerDependency, MountPoint, SecretReference

TEMPORARY_VOLUME = "git-sync"
"""Volume of git-sync's `/tmp`, which is its home directory too."""

# ECS passes the key as an environment variable, but ssh requires a file that only its owner can read.
_WITH_KEY = """\
umask 077
printf '%s\\n' "$GIT_SSH_KEY" > "$GITSYNC_SSH_KEY_FILE"
printf '%s\\n' "$GIT_KNOWN_HOSTS" > "$GITSYNC_SSH_KNOWN_HOSTS_FILE"
umask 022
exec /git-sync "$@"
"""


@dataclass(frozen=True, kw_only=True)
class GitRepository:
    """A git repository and its credentials."""

    url: str
    """URL, HTTPS or SSH."""

    ref: str = "main"
    """Branch, tag or commit."""

    folder: str | None = None
    """Folder of the DAGs in it. Default: the whole repository."""

    credentials: Literal["none", "ssh", "token"] = "none"
    """Kind of credentials. Default: none."""

    secret: SecretReference | None = None
    """Secret with the private key or the token."""

    username: str = "git"
    """User name for the token."""

    known_hosts: Sequence[str] = ()
    """Public keys of the host, for SSH."""

    def __post_init__(self) -> None:
        """Refuse incomplete credentials."""
        if (self.credentials == "none") != (self.secret is None):
            raise ValueError(
                f'credentials of {self.url} are "{self.credentials}"; a secret belongs to "ssh" or "token"'
            )
        if self.credentials == "ssh" and not self.known_hosts:
            raise ValueError(f"known_hosts of {self.url} is empty; SSH needs the host's public keys")


def git_volumes() -> tuple[str, ...]:
    """Volumes that only git-sync uses."""
    return (TEMPORARY_VOLUME,)


def git_containers(
    name: str,
    repository: GitRepository,
    *,
    image: str,
    root: str,
    link: str,
    period_seconds: int,
    mount: MountPoint,
) -> list[Container]:
    """Return the container of the first checkout, and the one that keeps it up to date.

    Args:
        name: the repository's name.
        repository: what to fetch.
        image: git-sync's image.
        root: git-sync's root folder.
        link: name of the symlink in it that points to the newest checkout.
        period_seconds: time between two checks for new commits.
        mount: the volume that `root` is on.
    """
    common = [
        f"--repo={repository.url}",
        f"--ref={repository.ref}",
        f"--root={root}",
        f"--link={link}",
        "--depth=1",
    ]
    going_on = [
        f"--period={period_seconds}s",
        "--max-failures=-1",
        # Older checkouts are kept for a while, since running tasks may still read them.
        "--stale-worktree-timeout=1h",
    ]
    first = _container(f"git-sync-init-{name}", repository, image, [*common, "--one-time"], mount)
    side = _container(
        f"git-sync-{name}",
        repository,
        image,
        [*common, *going_on],
        mount,
        depends_on=(ContainerDependency(container=first.name, condition="SUCCESS"),),
        restarts=True,
    )
    return [first, side]


def _container(
    container_name: str,
    repository: GitRepository,
    image: str,
    arguments: list[str],
    mount: MountPoint,
    *,
    depends_on: tuple[ContainerDependency, ...] = (),
    restarts: bool = False,
) -> Container:
    entry_point: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    secrets: Mapping[str, SecretReference] = {}
    command = arguments
    if repository.credentials == "token" and repository.secret is not None:
        command = [*arguments, f"--username={repository.username}"]
        secrets = {"GITSYNC_PASSWORD": repository.secret}
    elif repository.credentials == "ssh" and repository.secret is not None:
        entry_point = ("/bin/bash", "-c")
        command = [_WITH_KEY, "git-sync", *arguments]
        secrets = {"GIT_SSH_KEY": repository.secret}
        environment = {
            "GIT_KNOWN_HOSTS": "\n".join(repository.known_hosts),
            "GITSYNC_SSH_KEY_FILE": f"/tmp/{container_name}-key",  # noqa: S108 (a volume of the task)
            "GITSYNC_SSH_KNOWN_HOSTS_FILE": f"/tmp/{container_name}-known-hosts",  # noqa: S108
        }
    return Container(
        name=container_name,
        image=image,
        entry_point=entry_point,
        command=command,
        environment=environment,
        secrets=secrets,
        # A13: an empty volume belongs to root, so git-sync, which writes to it, runs as root. Airflow does not (A15).
        user="0:0",
        mount_points=(mount, MountPoint(volume=TEMPORARY_VOLUME, container_path="/tmp")),  # noqa: S108
        depends_on=depends_on,
        essential=False,
        restarts=restarts,
    )
